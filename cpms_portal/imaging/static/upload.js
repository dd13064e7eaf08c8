// Upload of a study: folder, ZIP or files go as one stream of pieces that can be resumed.
import { filesOf } from "./dropped.js";
import { told } from "./receipt.js";
import { forget, remembered, remember, signOf } from "./resumed.js";

// The way to send pieces is that of the whole portal (layout: js/pieces.js).
const { Sender } = globalThis.cpms;
const encoder = new TextEncoder();

function pause(seconds) {
  return new Promise((done) => { setTimeout(done, seconds * 1000); });
}

function fill(words, values) {
  return words.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

function megabytes(bytes) {
  return `${(bytes / 1024 / 1024).toFixed(bytes > 1e8 ? 0 : 1)} MB`;
}

// Files one after the other, as the server reads them; names stay in this browser.
function bundle(files) {
  const parts = [encoder.encode("CPMSFILES1\n")];
  for (const file of files) {
    const header = new DataView(new ArrayBuffer(10));
    header.setUint16(0, 0, true);
    header.setBigUint64(2, BigInt(file.size), true);
    parts.push(header.buffer, file);
  }
  return new Blob(parts);
}

class StudyUpload {
  constructor(form) {
    this.form = form;
    this.url = form.dataset.studyUpload;
    this.zone = form.querySelector("[data-drop]");
    this.box = form.querySelector("[data-progress]");
    this.words = this.box.querySelector("[data-words]");
    this.bar = this.box.querySelector("progress");
    this.again = this.box.querySelector("[data-again]");
    const away = this.box.dataset.waiting;
    this.sender = new Sender(form.querySelector("[name=csrf_token]").value, away,
      () => { this.words.textContent = away; });
  }

  wake() {
    document.documentElement.classList.add("is-scripted");
    this.form.querySelector("[data-folder]").hidden = false;
    this.form.addEventListener("submit", (event) => event.preventDefault());
    for (const input of this.form.querySelectorAll("[data-files]")) {
      input.addEventListener("change", () => input.files.length && this.take([...input.files]));
    }
    for (const name of ["dragover", "dragleave", "drop"]) {
      this.zone.addEventListener(name, (event) => {
        event.preventDefault();
        this.zone.classList.toggle("is-over", name === "dragover");
      });
    }
    this.zone.addEventListener("drop", (event) => this.#dropped(event.dataTransfer));
    this.again.addEventListener("click", () => this.go());
    this.#findUnfinished();
  }

  // An upload that a reload or a broken line cut off: what arrived is kept by the server.
  async #findUnfinished() {
    const kept = remembered(this.url);
    if (!kept) return;
    try {
      const answer = await fetch(this.url, { credentials: "same-origin" });
      const { unfinished } = await answer.json();
      this.left = unfinished.find((one) => one.upload === kept.upload);
    } catch {
      return;
    }
    if (!this.left) {
      forget(this.url);
      return;
    }
    this.sign = kept.sign;
    this.count = kept.count;
    if (this.left.offset === this.left.size) {
      this.#goOnWith(null);
      return;
    }
    this.#offer();
  }

  #offer() {
    const { offset, size } = this.left;
    const words = this.box.dataset.unfinished;
    this.box.hidden = false;
    this.bar.max = size;
    this.bar.value = offset;
    this.words.textContent = fill(words, { sent: megabytes(offset), all: megabytes(size), files: this.count });
  }

  #goOnWith(content) {
    this.place = this.left;
    this.left = null;
    this.content = content ?? { size: this.place.size };
    this.zone.hidden = true;
    this.box.hidden = false;
    this.go();
  }

  async #dropped(transfer) {
    try {
      const files = await filesOf(transfer);
      if (files.length) this.take(files);
    } catch {
      this.box.hidden = false;
      this.#stop(this.box.dataset.unreadable);
    }
  }

  async take(files) {
    const sign = await signOf(files);
    const single = files.length === 1 && /\.zip$/i.test(files[0].name);
    this.count = files.length;
    this.content = single ? files[0] : bundle(files);
    if (this.left && this.sign === sign && this.left.size === this.content.size) {
      this.#goOnWith(this.content);
      return;
    }
    this.left = null;
    this.sign = sign;
    this.place = null;
    this.zone.hidden = true;
    this.box.hidden = false;
    this.go();
  }

  async go() {
    this.again.hidden = true;
    this.box.classList.remove("is-stopped");
    try {
      await this.#send();
      await this.#finish();
    } catch (error) {
      this.#stop(`${this.box.dataset.failed} ${error.message}`);
      this.again.hidden = !error.mayGoOn;
      this.zone.hidden = Boolean(error.mayGoOn);
    }
  }

  async #send() {
    this.place ??= await this.sender.begin(this.url, { size: this.content.size });
    if (this.place.offset === undefined) throw new Error("");
    remember(this.url, { upload: this.place.upload, sign: this.sign, count: this.count });
    this.place = await this.sender.send(this.place, this.content, (place) => {
      this.place = place;
      this.#show();
    });
  }

  async #finish() {
    this.words.textContent = this.box.dataset.starting;
    this.bar.removeAttribute("value");
    for (;;) {
      const answer = await this.sender.asked("POST", `${this.place.url}/finish`, "");
      if (answer.receipt) {
        forget(this.url);
        told(this.box, answer.receipt, fill);
        this.zone.hidden = answer.receipt.stored > 0;
        return;
      }
      if (answer.total) {
        this.bar.max = answer.total;
        this.bar.value = answer.done;
        const words = answer.series_total > 1 ? this.box.dataset.workingSeries : this.box.dataset.working;
        this.words.textContent = fill(words, { n: answer.done, all: answer.total,
          series: answer.series, of: answer.series_total });
      }
      await pause(0.3);
    }
  }

  #show() {
    this.bar.max = this.content.size;
    this.bar.value = this.place.offset;
    this.words.textContent = fill(this.box.dataset.sending, {
      sent: megabytes(this.place.offset), all: megabytes(this.content.size), files: this.count,
    });
  }

  #stop(words) {
    this.box.classList.add("is-stopped");
    this.words.textContent = words;
    this.zone.hidden = false;
  }
}

for (const form of document.querySelectorAll("[data-study-upload]")) new StudyUpload(form).wake();
