// The page's end of the thread beside it: questions with numbers, and their answers.

export class Thread {
  constructor() {
    this.last = 0;
    this.asked = new Map();
    this.worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
    this.worker.addEventListener("message", ({ data }) => this.#answered(data));
    this.worker.addEventListener("error", () => this.#broke());
  }

  ask(what, content, signal) {
    this.last += 1;
    const number = this.last;
    signal?.addEventListener("abort", () => this.worker.postMessage({ stop: number }), { once: true });
    return new Promise((found, failed) => {
      this.asked.set(number, { found, failed });
      this.worker.postMessage({ number, what, content });
    });
  }

  #answered({ number, found, failed }) {
    const asked = this.asked.get(number);
    this.asked.delete(number);
    if (failed === undefined) asked.found(found);
    else asked.failed(new Error(failed));
  }

  // The script of the thread could not be started here.
  #broke() {
    for (const { failed } of this.asked.values()) failed(new Error("no thread"));
    this.asked.clear();
  }
}
