// The viewer of a study: with WebGL the full one, else (or when that fails) the plain canvas.
import { StudyImages } from "./stack.js";

function hasWebGL() {
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("webgl2");
  context?.getExtension("WEBGL_lose_context")?.loseContext();
  return context !== null;
}

async function wakeFully(root) {
  const images = new StudyImages(root.dataset.metadata);
  // What must come over the network comes at once, not one after the other.
  const [cornerstone, { Room }] = await Promise.all([
    import("./cornerstone/cornerstone.js"), import("./radiology/room.js"), images.load(),
  ]);
  const room = new Room(root, cornerstone, images);
  await room.wake();
  return room;
}

async function wake(root) {
  if (hasWebGL()) {
    try {
      await wakeFully(root);
      return;
    } catch (error) {
      console.warn("The full viewer cannot start here.", error);
    }
  }
  root.classList.remove("is-full");
  const { Viewer } = await import("./viewer.js");
  new Viewer(root).wake();
}

for (const root of document.querySelectorAll("[data-viewer]")) wake(root);
