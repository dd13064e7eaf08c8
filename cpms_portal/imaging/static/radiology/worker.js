// The thread beside the page: what takes long is done here, and the page stays awake.
import { cardOf } from "./card.js";
import { frameAt } from "./pixels.js";

const ACTS = { card: cardOf, frame: frameAt };
const underway = new Map();

async function answer({ number, what, content }) {
  const control = new AbortController();
  underway.set(number, control);
  try {
    const found = await ACTS[what](content, control.signal);
    postMessage({ number, found }, found?.values ? [found.values.buffer] : []);
  } catch (error) {
    postMessage({ number, failed: String(error.message) });
  }
  underway.delete(number);
}

addEventListener("message", ({ data }) => {
  if (data.stop) underway.get(data.stop)?.abort();
  else answer(data);
});
