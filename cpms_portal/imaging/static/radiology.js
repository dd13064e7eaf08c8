// The viewer of a study: the full one, and when that cannot start the plain canvas.
import { happened } from "./moments.js";
import { StudyImages } from "./stack.js";

const PATIENCE = 1000;

// The first frame is asked for as soon as it is known which one it is.
async function imagesOf(root) {
  const study = new StudyImages(root.dataset.metadata);
  const [{ Images }, { Thread }] = await Promise.all([
    import("./radiology/images.js"), import("./radiology/thread.js"), study.load(),
  ]);
  const images = new Images(study, root.dataset.frame, new Thread());
  images.fetchFirst();
  return images;
}

// The page is whole and has its styles: what is measured in it counts.
function pageIsThere() {
  if (document.readyState !== "loading") return Promise.resolve();
  return new Promise((done) => document.addEventListener("DOMContentLoaded", done, { once: true }));
}

// The picture of the first image is handed to the screen before the library, which takes long to be
// read, has its turn. A page in the background paints nothing and is not waited for.
function pictureIsSeen(root) {
  const seen = root.querySelector("[data-first]").decode().catch(() => {})
    .then(() => new Promise((done) => requestAnimationFrame(() => setTimeout(done))));
  return Promise.race([seen, new Promise((done) => setTimeout(done, PATIENCE))]);
}

async function wakeFully(root) {
  // What must come over the network comes at once, not one after the other: the page asks for all
  // of it ahead (modulepreload).
  const coming = imagesOf(root);
  coming.catch(() => {});
  await Promise.all([pageIsThere(), pictureIsSeen(root)]);
  const [images, cornerstone, { Room }] = await Promise.all([
    coming, import("./cornerstone/cornerstone.js"), import("./radiology/room.js"),
  ]);
  await new Room(root, cornerstone, images).wake();
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
