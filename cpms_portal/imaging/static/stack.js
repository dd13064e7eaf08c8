// The images of a study: what they are, and their pixels, fetched ahead and kept for a while.

const ARRAYS = {
  uint8: Uint8Array, int8: Int8Array, uint16: Uint16Array, int16: Int16Array,
  uint32: Uint32Array, int32: Int32Array, float32: Float32Array, rgb: Uint8Array,
};
const KEPT_BYTES = 400 * 1024 * 1024;
const AT_ONCE = 4;
const AHEAD = 24;

export class StudyImages {
  constructor(metadataUrl) {
    this.metadataUrl = metadataUrl;
    this.series = [];
  }

  async load() {
    const answer = await fetch(this.metadataUrl, { credentials: "same-origin" });
    if (!answer.ok) throw new Error(String(answer.status));
    const told = await answer.json();
    this.series = told.series.map((one) => ({
      ...one,
      // A multi-frame image is as many pictures as it has frames.
      images: one.images.flatMap((image) => {
        const whole = { ...one.shared, ...image };
        const frames = Math.max(whole.frames || 1, 1);
        return Array.from({ length: frames }, (_, frame) => ({ ...whole, frame }));
      }),
    }));
  }
}

export class Stack {
  // The frames of one series. `arrived(index)` is called when a frame can be drawn.
  constructor(frameUrl, series, arrived, failed) {
    this.frameUrl = frameUrl;
    this.series = series;
    this.arrived = arrived;
    this.failed = failed;
    this.frames = new Map();
    this.bytes = 0;
    this.wanted = [];
    this.underway = new Map();
    this.broken = new Set();
    this.direction = 1;
    this.at = 0;
  }

  get length() {
    return this.series.images.length;
  }

  frame(index) {
    const found = this.frames.get(index);
    if (found) {
      this.frames.delete(index);
      this.frames.set(index, found);
    }
    return found;
  }

  show(index) {
    this.direction = index < this.at ? -1 : 1;
    this.at = index;
    const wanted = [index];
    for (let step = 1; step <= AHEAD; step += 1) {
      wanted.push(index + step * this.direction);
      if (step <= AHEAD / 3) wanted.push(index - step * this.direction);
    }
    this.wanted = wanted.filter((one) => one >= 0 && one < this.length
      && !this.frames.has(one) && !this.underway.has(one) && !this.broken.has(one));
    this.#next();
  }

  close() {
    this.wanted = [];
    for (const control of this.underway.values()) control.abort();
    this.underway.clear();
    this.frames.clear();
    this.bytes = 0;
  }

  #next() {
    while (this.underway.size < AT_ONCE && this.wanted.length) this.#fetch(this.wanted.shift());
  }

  async #fetch(index) {
    const control = new AbortController();
    this.underway.set(index, control);
    const image = this.series.images[index];
    const query = new URLSearchParams({
      series: this.series.series, instance: image.instance, frame: image.frame,
    });
    try {
      const answer = await fetch(`${this.frameUrl}?${query}`, {
        credentials: "same-origin", signal: control.signal,
      });
      if (!answer.ok) throw new Error(String(answer.status));
      const kind = answer.headers.get("X-Frame-Kind");
      const [rows, columns] = answer.headers.get("X-Frame-Size").split("x").map(Number);
      const values = new ARRAYS[kind](await answer.arrayBuffer());
      this.#keep(index, { kind, rows, columns, values, image });
      this.underway.delete(index);
      this.arrived(index);
    } catch (error) {
      this.underway.delete(index);
      if (error.name === "AbortError") return;
      this.broken.add(index);
      this.failed(index);
    }
    this.#next();
  }

  #keep(index, frame) {
    this.frames.set(index, frame);
    this.bytes += frame.values.byteLength;
    for (const [oldest, old] of this.frames) {
      if (this.bytes <= KEPT_BYTES || oldest === this.at) break;
      this.frames.delete(oldest);
      this.bytes -= old.values.byteLength;
    }
  }
}
