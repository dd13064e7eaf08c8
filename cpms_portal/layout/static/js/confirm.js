// Asks before a form or button with data-confirm does what it says. data-confirm-label names the yes.
function ask(text, yes, no) {
  const dialog = document.createElement("dialog");
  const body = document.createElement("form");
  const words = document.createElement("p");
  const actions = document.createElement("div");
  const back = document.createElement("button");
  const go = document.createElement("button");
  dialog.className = "dialog";
  body.className = "dialog-body";
  body.method = "dialog";
  words.id = "confirm-words";
  words.textContent = text;
  dialog.setAttribute("aria-labelledby", words.id);
  actions.className = "dialog-actions";
  Object.assign(back, { className: "button", value: "no", textContent: no });
  Object.assign(go, { className: "button is-primary", value: "yes", textContent: yes });
  actions.append(back, go);
  body.append(words, actions);
  dialog.append(body);
  document.body.append(dialog);
  dialog.showModal();
  back.focus();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
  });
}

export function wakeConfirm() {
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    const button = event.submitter;
    const asking = button?.dataset.confirm ? button : form;
    if (!asking.dataset.confirm || form.dataset.confirmed) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const yes = asking.dataset.confirmLabel || button?.textContent.trim() || "OK";
    if (await ask(asking.dataset.confirm, yes, asking.dataset.confirmBack || "Back")) {
      form.dataset.confirmed = "true";
      form.requestSubmit(button ?? undefined);
    }
    delete form.dataset.confirmed;
  }, true);
}
