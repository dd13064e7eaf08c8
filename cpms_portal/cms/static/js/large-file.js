// A large file of an item goes before its form, in pieces; the form then says which one it was.
import { Line, send } from "./sent.js";

const LARGE = 8 * 1024 * 1024;
const { Sender } = globalThis.cpms;
const place = document.querySelector("[data-large-file]");
const form = document.querySelector("form#form");
const sent = form?.elements.sent;

function wake() {
  const input = form.querySelector("input[type=file][name=files]");
  const list = input.closest(".drop-zone").querySelector("[data-drop-zone-files]");
  const words = place.dataset;
  const button = form.querySelector(".form-actions button[type=submit]");
  if (sent.value) new Line(list, "", words).say(words.sent, "is-success");
  form.addEventListener("submit", async (event) => {
    const [file] = input.disabled ? [] : input.files;
    if (!file || file.size < LARGE) return;
    event.preventDefault();
    list.replaceChildren();
    list.closest(".drop-zone").scrollIntoView({ block: "center" });
    const line = new Line(list, file.name, words);
    const sender = new Sender(form.elements.csrf_token.value, words.waiting, () => line.say(words.waiting));
    button.disabled = true;
    try {
      sent.value = (await send(sender, words.largeFile, file, line)).upload;
      line.say(words.sent, "is-success");
      input.disabled = true;
      button.disabled = false;
      form.requestSubmit();
    } catch (error) {
      line.say(error.message, "is-danger");
      line.item.setAttribute("role", "alert");
      button.disabled = false;
    }
  });
}

if (place && sent) wake();
