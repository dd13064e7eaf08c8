// The viewer of a study: series beside, one image on the stage, tools above.
import { Camera } from "./camera.js";
import { Picture, rangeOf, valueOf, windowOf } from "./drawing.js";
import { listen } from "./gestures.js";
import { Measures } from "./measures.js";
import { happened } from "./moments.js";
import { Stack, StudyImages } from "./stack.js";

export class Viewer {
  constructor(root) {
    this.root = root;
    this.stage = root.querySelector(".viewer-stage");
    this.canvas = root.querySelector("canvas");
    this.slider = root.querySelector("[data-slider]");
    this.message = root.querySelector("[data-message]");
    this.status = root.querySelector("[data-status]");
    this.preset = root.querySelector("[data-preset]");
    this.camera = new Camera();
    this.picture = new Picture();
    this.measures = new Measures();
    this.tool = "slice";
    this.inverted = false;
    this.window = null;
    this.index = 0;
    this.asked = 0;
  }

  async wake() {
    this.#say("loading");
    const images = new StudyImages(this.root.dataset.metadata);
    try {
      await images.load();
    } catch {
      this.#say("failed");
      return;
    }
    this.images = images;
    listen(this.stage, this);
    this.#listenToTools();
    new ResizeObserver(() => this.draw()).observe(this.stage);
    const first = images.series.find((one) => one.images.length) ?? images.series[0];
    if (first) this.open(first.series);
    else this.#say("empty");
  }

  #listenToTools() {
    this.root.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (!button) return;
      if (button.dataset.series) this.open(button.dataset.series);
      else if (button.dataset.tool) this.use(button.dataset.tool);
      else if (button.dataset.do) this[button.dataset.do]();
    });
    this.slider.addEventListener("input", () => this.show(Number(this.slider.value) - 1));
    this.preset.addEventListener("change", () => this.#choose(this.preset.value));
  }

  open(seriesId) {
    const series = this.images.series.find((one) => one.series === seriesId);
    this.stack?.close();
    this.stack = new Stack(this.root.dataset.frame, series,
      (index) => index === this.index && this.draw(),
      (index) => index === this.index && this.#say("failed"));
    for (const button of this.root.querySelectorAll("[data-series]")) {
      button.setAttribute("aria-pressed", String(button.dataset.series === seriesId));
    }
    for (const option of this.preset.querySelectorAll("[data-modality]")) {
      option.hidden = option.disabled = option.dataset.modality !== series.modality;
    }
    this.#fresh();
    this.slider.max = Math.max(series.images.length, 1);
    this.slider.disabled = series.images.length < 2;
    if (!series.images.length) this.#say("empty");
    else this.show(Math.floor(series.images.length / 2));
  }

  #fresh() {
    this.camera.reset();
    this.window = null;
    this.preset.value = "";
    this.inverted = this.stack.series.inverted;
    this.#pressed('[data-do="invert"]', this.inverted);
  }

  show(index) {
    const last = this.stack.length - 1;
    this.index = Math.min(Math.max(index, 0), Math.max(last, 0));
    this.slider.value = this.index + 1;
    const words = this.status.dataset.words.replace("{n}", this.index + 1).replace("{all}", last + 1);
    this.status.textContent = words;
    this.slider.setAttribute("aria-valuetext", words);
    this.stack.show(this.index);
    if (this.stack.broken.has(this.index)) this.#say("failed");
    else if (!this.stack.frames.has(this.index)) this.#late();
    this.draw();
  }

  #late() {
    // Only when an image lets itself be waited for is that worth a word.
    const index = this.index;
    setTimeout(() => index === this.index && !this.stack.frames.has(index)
      && !this.stack.broken.has(index) && this.#say("loading"), 250);
  }

  step(steps) {
    this.show(this.index + steps);
  }

  use(tool) {
    this.tool = tool;
    for (const button of this.root.querySelectorAll("[data-tool]")) {
      button.setAttribute("aria-pressed", String(button.dataset.tool === tool));
    }
  }

  invert() {
    this.inverted = !this.inverted;
    this.#pressed('[data-do="invert"]', this.inverted);
    this.draw();
  }

  reset() {
    this.#fresh();
    this.measures.clear(this.#key());
    this.draw();
  }

  help() {
    const help = this.root.querySelector(".viewer-help");
    help.hidden = !help.hidden;
    this.root.querySelector('[data-do="help"]').setAttribute("aria-expanded", String(!help.hidden));
  }

  #pressed(selector, on) {
    this.root.querySelector(selector).setAttribute("aria-pressed", String(on));
  }

  #choose(preset) {
    const frame = this.stack.frame(this.index);
    if (preset === "") this.window = null;
    else if (preset === "range") this.window = frame ? rangeOf(frame) : null;
    else {
      const [center, width] = preset.split(",").map(Number);
      this.window = { center, width };
    }
    this.draw();
  }

  windowBy(x, y) {
    const frame = this.stack.frame(this.index);
    if (!frame) return;
    const { center, width } = this.window ?? windowOf(frame);
    const pace = Math.max(width / 300, 0.5);
    this.window = { center: center + y * pace, width: Math.max(width + x * pace, 1) };
    this.draw();
  }

  zoomBy(factor, at) {
    if (!this.camera.stage) return;
    this.camera.zoomBy(factor, at ?? [this.camera.stage.width / 2, this.camera.stage.height / 2]);
    this.draw();
  }

  moveBy(x, y) {
    this.camera.moveBy(x, y);
    this.draw();
  }

  #key() {
    const image = this.stack.series.images[this.index];
    return image ? `${this.stack.series.series}/${image.instance}/${image.frame}` : "";
  }

  beginMeasure(at) {
    return this.camera.stage ? this.measures.begin(this.#key(), this.camera.toImage(at)) : null;
  }

  moveMeasure(line, at) {
    line.to = this.camera.toImage(at);
    this.draw();
  }

  endMeasure(line) {
    this.measures.end(this.#key(), line, this.stack.series.images[this.index].spacing);
    this.draw();
  }

  removeMeasure() {
    if (this.measures.removeLast(this.#key())) this.draw();
  }

  point(at) {
    this.pointed = at;
    this.#tellValue();
  }

  #tellValue() {
    const frame = this.stack?.frame(this.index);
    const corner = this.root.querySelector('[data-corner="value"]');
    corner.textContent = "";
    if (!frame || !this.pointed || !this.camera.stage) return;
    const [column, row] = this.camera.toImage(this.pointed).map(Math.floor);
    if (column < 0 || row < 0 || column >= frame.columns || row >= frame.rows) return;
    if (frame.kind === "rgb") return;
    const value = valueOf(frame, frame.values[row * frame.columns + column]);
    const unit = this.stack.series.modality === "CT" ? " HU" : "";
    corner.textContent = `${column}, ${row}: ${Math.round(value * 100) / 100}${unit}`;
  }

  draw() {
    if (this.asked) return;
    this.asked = requestAnimationFrame(() => {
      this.asked = 0;
      this.#paint();
    });
  }

  #paint() {
    const frame = this.stack?.frame(this.index);
    if (!frame) return;
    this.message.hidden = true;
    const dense = window.devicePixelRatio || 1;
    const box = this.stage.getBoundingClientRect();
    const [width, height] = [Math.round(box.width * dense), Math.round(box.height * dense)];
    if (this.canvas.width !== width || this.canvas.height !== height) {
      [this.canvas.width, this.canvas.height] = [width, height];
    }
    const context = this.canvas.getContext("2d");
    context.setTransform(dense, 0, 0, dense, 0, 0);
    context.clearRect(0, 0, box.width, box.height);
    this.camera.fit({ width: box.width, height: box.height }, frame);
    const [left, top] = this.camera.origin();
    const shown = this.window ?? windowOf(frame);
    context.imageSmoothingEnabled = this.camera.scale < 3;
    context.drawImage(this.picture.of(frame, shown, this.inverted), left, top,
      frame.columns * this.camera.scale, frame.rows * this.camera.scale * this.camera.aspect);
    this.measures.draw(context, this.#key(), this.camera, frame.image.spacing);
    this.#tell(frame, shown);
    this.stage.dataset.shown = String(this.index + 1);
    this.root.querySelector("[data-first]")?.remove();
    happened("first-drawn");
    happened("viewer-ready");
  }

  #tell(frame, shown) {
    const corner = (name, words) => {
      this.root.querySelector(`[data-corner="${name}"]`).textContent = words;
    };
    const along = frame.image.along;
    const place = along === null || along === undefined ? "" : `\n${along.toFixed(1)} mm`;
    corner("slice", `${this.index + 1} / ${this.stack.length}${place}`);
    corner("window", frame.kind === "rgb" ? "" : `C ${Math.round(shown.center)}  W ${Math.round(shown.width)}`);
    corner("zoom", `${Math.round(this.camera.zoom * 100)} %`);
    this.#tellValue();
  }

  #say(what) {
    this.message.textContent = this.message.dataset[what];
    this.message.hidden = false;
    if (what !== "loading") {
      this.root.querySelector("[data-first]")?.remove();
      this.canvas.getContext("2d").clearRect(0, 0, this.canvas.width, this.canvas.height);
    }
  }
}

