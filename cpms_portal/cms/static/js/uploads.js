// Files for the table: one after the other, in pieces that can be carried on with; each says at its
// name how far it is and what became of it, and the table shows it.
import { Line, element, fill, megabytes, send } from "./sent.js";

const { Sender } = globalThis.cpms;

class Uploads {
  constructor(form, table) {
    this.form = form;
    this.table = table;
    this.words = form.dataset;
    this.input = form.querySelector("input[type=file]");
    this.list = form.querySelector("[data-drop-zone-files]");
    this.button = form.querySelector("button[type=submit]");
    this.sender = new Sender(form.elements.csrf_token.value, this.words.waiting,
      () => this.line?.say(this.words.waiting));
  }

  wake() {
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (this.input.files.length) this.#take([...this.input.files]);
    });
    addEventListener("beforeunload", (event) => { if (this.busy) event.preventDefault(); });
    this.#offer();
  }

  // What a reload or a broken line cut off is still there, and goes on with the same file.
  async #offer() {
    const answer = await fetch(this.words.pieces, { credentials: "same-origin" }).catch(() => null);
    if (!answer?.ok) return;
    const { unfinished } = await answer.json();
    if (this.busy || this.input.files.length) return;
    for (const left of unfinished) {
      const line = new Line(this.list, left.name, this.words);
      line.say(fill(this.words.goOn, { sent: megabytes(left.offset), all: megabytes(left.size) }));
      const button = element("button", this.words.forget, "button is-small is-quiet");
      button.type = "button";
      button.addEventListener("click", async () => {
        await this.sender.asked("DELETE", left.url).catch(() => null);
        line.item.remove();
      });
      line.item.append(button);
    }
  }

  async #take(files) {
    this.busy = true;
    this.button.disabled = true;
    this.list.replaceChildren();
    const lines = files.map((file) => new Line(this.list, file.name, this.words));
    for (const line of lines) line.say(this.words.queued);
    let taken = 0;
    for (const [at, file] of files.entries()) {
      this.line = lines[at];
      try {
        this.line.done(await this.#send(file));
        taken += 1;
      } catch (error) {
        this.line.say(error.message || this.words.unreadable, "is-danger");
      }
    }
    this.busy = false;
    this.button.disabled = false;
    this.input.value = "";
    this.form.querySelector("[data-uploaded]").textContent =
      fill(this.words.done, { taken, all: files.length });
    if (taken) await this.#refresh();
  }

  async #send(file) {
    const { url } = await send(this.sender, this.words.pieces, file, this.line);
    return this.sender.asked("POST", `${url}/finish`, "");
  }

  // The table as it is now; what is being typed elsewhere in the page stays.
  async #refresh() {
    const answer = await fetch(location.href, { credentials: "same-origin" }).catch(() => null);
    if (!answer?.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const part of ["#batch tbody", ".pagination"]) {
      const fresh = page.querySelector(part);
      const shown = document.querySelector(part);
      if (fresh && shown) shown.replaceWith(fresh);
    }
    this.table?.dispatchEvent(new Event("rows"));
  }
}

export function wakeUploads(form, table) {
  new Uploads(form, table).wake();
}
