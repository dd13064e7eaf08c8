// Keeps drafts while somebody types: posts the whole form to data-autosave and says when it was kept.
// The answer may be any 2xx; 409 means somebody else changed the same thing: nothing more is sent.
const PAUSE = 1500;
const AGAIN = 10000;

function clock() {
  return new Date().toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
}

class Draft {
  constructor(form) {
    this.form = form;
    this.note = form.querySelector("[data-autosave-note]");
    this.timer = 0;
    this.sending = false;
    this.stopped = false;
    this.version = 0;
    form.addEventListener("input", () => this.changed(PAUSE));
    form.addEventListener("change", () => this.changed(PAUSE));
    form.addEventListener("submit", () => this.stop());
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "hidden" && this.timer) this.send();
    });
  }

  changed(pause) {
    if (this.stopped) return;
    this.version += 1;
    this.later(pause);
  }

  later(pause) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.send(), pause);
  }

  stop() {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  say(text) {
    if (this.note) this.note.textContent = text;
  }

  async send() {
    clearTimeout(this.timer);
    this.timer = 0;
    if (this.stopped) return;
    if (this.sending) { this.later(PAUSE); return; }
    this.sending = true;
    const sent = this.version;
    try {
      const body = new FormData(this.form);
      for (const [name, value] of [...body]) if (value instanceof File) body.delete(name);
      const answer = await fetch(this.form.dataset.autosave, {
        method: "POST", body, headers: { Accept: "application/json" }, keepalive: true,
      });
      if (answer.status === 409) {
        this.stop();
        const told = await answer.json().catch(() => ({}));
        const detail = told.held_by ?? "";
        this.form.dispatchEvent(new CustomEvent("draft:refused", { bubbles: true, detail }));
      }
      if (!answer.ok) throw new Error(String(answer.status));
      this.say(`${this.note?.dataset.saved ?? ""} ${clock()}`);
      if (sent === this.version) delete this.form.dataset.dirty;
      this.form.dispatchEvent(new CustomEvent("draft:saved", { bubbles: true, detail: answer }));
    } catch {
      this.say(this.note?.dataset.unsaved ?? "");
      if (!this.stopped) this.later(AGAIN);
    } finally {
      this.sending = false;
    }
  }
}

export function wakeAutosave() {
  for (const form of document.querySelectorAll("form[data-autosave]")) new Draft(form);
}
