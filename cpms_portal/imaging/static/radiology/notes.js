// A word for an arrow or a note: asked in the page, never by the browser's own box.

export function askFor(root, text = "") {
  const dialog = root.querySelector("[data-note]");
  const field = dialog.querySelector("input");
  field.value = text;
  return new Promise((done) => {
    dialog.addEventListener("close", () => {
      done(dialog.returnValue === "keep" ? field.value.trim() : "");
    }, { once: true });
    dialog.returnValue = "";
    dialog.showModal();
    field.focus();
  });
}
