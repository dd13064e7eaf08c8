// Buttons, presets, slider and the words in the corners of the cells.
import { listenToMenus, nameMenus } from "./menus.js";

const CINE = 12;

export class Toolbar {
  constructor(room) {
    this.room = room;
    this.root = room.root;
    this.bar = this.root.querySelector("[data-full-tools]");
    this.slider = this.root.querySelector("[data-slider]");
    this.status = this.root.querySelector("[data-status]");
    this.presets = this.bar.querySelector("[data-full-preset]");
    this.layout = this.bar.querySelector("[data-layout]");
    this.speed = this.bar.querySelector("[data-speed]");
    this.#listen();
    listenToMenus(this.bar);
  }

  #listen() {
    this.root.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (!button) return;
      const { series, fullTool, fullDo } = button.dataset;
      if (series) this.room.open(series);
      else if (fullTool) this.use(fullTool);
      else if (fullDo) this.do(fullDo);
    });
    this.slider.addEventListener("input", () => this.room.active.go(Number(this.slider.value) - 1));
    this.presets.addEventListener("change", () => this.#preset(this.presets.value));
    this.layout.addEventListener("change", () => this.room.layouts.use(this.layout.value));
    this.speed.addEventListener("change", () => this.playing && this.#play());
  }

  use(tool) {
    this.room.tools.use(tool);
    for (const button of this.bar.querySelectorAll("[data-full-tool]")) {
      button.setAttribute("aria-pressed", String(button.dataset.fullTool === tool));
    }
    nameMenus(this.bar);
  }

  get wantsSync() {
    return this.#isPressed("sync");
  }

  get wantsLines() {
    return this.#isPressed("lines");
  }

  #button(name) {
    return this.bar.querySelector(`[data-full-do="${name}"]`);
  }

  #isPressed(name) {
    return this.#button(name).getAttribute("aria-pressed") === "true";
  }

  #press(name, on) {
    this.#button(name)?.setAttribute("aria-pressed", String(on));
  }

  do(name) {
    const { room } = this;
    const cell = room.active;
    const acts = {
      rotate: () => cell.turn(90), flip: () => cell.flip("flipHorizontal"),
      turn: () => cell.flip("flipVertical"), invert: () => cell.invert(), reset: () => cell.reset(),
      cine: () => this.#cine(), key: () => room.drawings.toggleKey(),
      remove: () => room.drawings.removeSelected(),
      sync: () => { this.#press("sync", !this.wantsSync); room.synchronise(); },
      lines: () => {
        this.#press("lines", !this.wantsLines);
        room.tools.referenceLines(this.wantsLines ? room.active.id : null);
        room.engine.render();
      },
      help: () => this.#help(),
    };
    acts[name]?.();
  }

  #help() {
    const help = this.root.querySelector(".viewer-help");
    help.hidden = !help.hidden;
    this.#button("help").setAttribute("aria-expanded", String(!help.hidden));
  }

  #cine() {
    if (this.playing) {
      clearInterval(this.playing);
      this.playing = null;
    } else this.#play();
    this.#press("cine", Boolean(this.playing));
  }

  #play() {
    clearInterval(this.playing);
    const each = 1000 / (Number(this.speed.value) || CINE);
    let busy = false;
    this.playing = setInterval(async () => {
      const cell = this.room.active;
      if (busy || cell.count < 2) return;
      busy = true;
      await cell.go((cell.index + 1) % cell.count);
      busy = false;
    }, each);
  }

  #preset(value) {
    const cell = this.room.active;
    if (value === "") {
      cell.viewport.resetProperties?.();
      cell.viewport.render();
    } else if (value === "range") {
      const { minPixelValue: low, maxPixelValue: high } = cell.viewport.csImage ?? {};
      if (Number.isFinite(low)) cell.setWindow((low + high) / 2, high - low);
    } else {
      const [center, width] = value.split(",").map(Number);
      cell.setWindow(center, width);
    }
  }

  // Another series or another layout: what can be chosen now?
  arranged() {
    const { room } = this;
    const { series } = room.active;
    this.layout.value = room.layouts.name;
    for (const option of this.layout.options) option.disabled = !room.layouts.fits(option.value);
    this.bar.querySelector('[data-full-tool="cross"]').hidden = room.active.isStack;
    if (room.active.isStack && room.tools.tool === "cross") this.use("slice");
    for (const option of this.presets.querySelectorAll("[data-modality]")) {
      option.hidden = option.disabled = option.dataset.modality !== series.modality;
    }
    this.presets.value = "";
    this.#speedOf(series);
    this.told(room.active);
  }

  // A clip is played as fast as its file says.
  #speedOf({ images }) {
    const own = this.speed.querySelector("[data-own]");
    const { rate } = images[0] ?? {};
    own.hidden = own.disabled = !rate;
    if (rate) own.textContent = String(Math.round(rate));
    if (rate) own.selected = true;
    else if (own.selected) this.speed.value = String(CINE);
    if (this.playing) this.#play();
  }

  told(cell) {
    const { count, index } = cell;
    if (!count || index < 0) return;
    const shown = String(index + 1);
    if (cell.node.dataset.shown !== shown) cell.node.dataset.shown = shown;
    this.#corners(cell, index, count);
    if (cell !== this.room.active) return;
    this.slider.max = String(count);
    this.slider.disabled = count < 2;
    this.slider.value = shown;
    const words = this.status.dataset.words.replace("{n}", shown).replace("{all}", String(count));
    if (this.status.textContent !== words) {
      this.status.textContent = words;
      this.slider.setAttribute("aria-valuetext", words);
      this.room.drawings.toldImage(cell);
    }
    this.#press("invert", Boolean(cell.viewport.getProperties().invert));
    for (const button of this.root.querySelectorAll("[data-series]")) {
      button.setAttribute("aria-pressed", String(button.dataset.series === cell.series.series));
    }
  }

  #corners(cell, index, count) {
    const corner = (name, words) => {
      const node = cell.node.querySelector(`[data-corner="${name}"]`);
      if (node.textContent !== words) node.textContent = words;
    };
    const image = cell.isStack ? cell.series.images[index] : null;
    const along = Number.isFinite(image?.along) ? `\n${image.along.toFixed(1)} mm` : "";
    corner("slice", `${index + 1} / ${count}${along}`);
    const window = cell.window();
    corner("window", window && !cell.isColour ? `C ${Math.round(window.center)}  W ${Math.round(window.width)}` : "");
    corner("zoom", `${Math.round(cell.zoom * 100)} %`);
    corner("series", cell.series.description || cell.series.modality);
  }
}
