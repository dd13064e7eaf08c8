// The table of contents: ticking, rows dragged or sent by keys to their place, files that come in.
import { wakeOrder } from "./order.js";
import { wakeTicks } from "./ticks.js";
import { wakeUploads } from "./uploads.js";

const form = document.querySelector("[data-contents]");

if (form) {
  wakeTicks(form);
  wakeOrder(form);
}
for (const upload of document.querySelectorAll("form[data-pieces]")) wakeUploads(upload, form);
