// The viewer of a study: the full one, and when that cannot start the plain canvas.
import { happened } from "./moments.js";
import { StudyImages } from "./stack.js";

async function wakeFully(root) {
  const images = new StudyImages(root.dataset.metadata);
  // What must come over the network comes at once, not one after the other.
  const [cornerstone, { Room }] = await Promise.all([
    import("./cornerstone/cornerstone.js"), import("./radiology/room.js"), images.load(),
  ]);
  const room = new Room(root, cornerstone, images);
  await room.wake();
  happened("viewer-ready");
  return room;
}

async function wake(root) {
  try {
    await wakeFully(root);
    return;
  } catch (error) {
    console.warn("The full viewer cannot start here.", error);
  }
  root.classList.remove("is-full");
  const { Viewer } = await import("./viewer.js");
  new Viewer(root).wake();
}

for (const root of document.querySelectorAll("[data-viewer]")) wake(root);
