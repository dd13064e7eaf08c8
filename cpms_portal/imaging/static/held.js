// Boxes on a held image: drawn with the pointer, moved by their numbers, all of it by keyboard.
const SVG = "http://www.w3.org/2000/svg";
const NAMES = ["left", "top", "width", "height"];

class HeldImage {
  constructor(form) {
    this.form = form;
    this.svg = form.querySelector("[data-boxes]");
    this.stage = form.querySelector("[data-stage]");
    this.size = [Number(form.dataset.columns), Number(form.dataset.rows)];
    this.template = form.querySelector("[data-row]").cloneNode(true);
    this.add = form.querySelector("[data-add]");
  }

  wake() {
    document.documentElement.classList.add("is-scripted");
    for (const row of this.#rows()) {
      if (this.#values(row).every((value) => value === "")) row.remove();
      else this.#wakeRow(row);
    }
    this.add.addEventListener("click", () => {
      const [width, height] = this.size;
      this.#addRow([width / 4, height / 4, width / 4, height / 10].map(Math.round))
        .querySelector("input").focus();
    });
    this.stage.addEventListener("pointerdown", (event) => this.#draw(event));
    this.#wakeFrames();
    this.show();
  }

  #rows() {
    return [...this.form.querySelectorAll("[data-row]")];
  }

  #inputs(row) {
    return NAMES.map((name) => row.querySelector(`[name=${name}]`));
  }

  #values(row) {
    return this.#inputs(row).map((input) => input.value.trim());
  }

  #wakeRow(row) {
    row.addEventListener("input", () => this.show(row));
    row.addEventListener("focusin", () => this.show(row));
    row.querySelector("[data-remove]").addEventListener("click", () => {
      const next = row.nextElementSibling?.querySelector("input") ?? this.add;
      row.remove();
      this.show();
      next.focus();
    });
  }

  #addRow(values) {
    const row = this.template.cloneNode(true);
    this.#inputs(row).forEach((input, at) => { input.value = values[at]; });
    this.add.before(row);
    this.#wakeRow(row);
    this.show(row);
    return row;
  }

  show(chosen = null) {
    this.svg.replaceChildren(...this.#rows().map((row) => {
      const rect = document.createElementNS(SVG, "rect");
      this.#values(row).forEach((value, at) => {
        rect.setAttribute(["x", "y", "width", "height"][at], Math.max(Number(value) || 0, 0));
      });
      rect.classList.toggle("is-chosen", row === chosen);
      return rect;
    }));
  }

  #place(event) {
    const box = this.stage.getBoundingClientRect();
    const share = [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
    return share.map((part, at) => Math.round(Math.min(Math.max(part, 0), 1) * this.size[at]));
  }

  #draw(event) {
    if (event.button !== 0) return;
    event.preventDefault();
    const [x, y] = this.#place(event);
    let row = null;
    const move = (moved) => {
      const [right, bottom] = this.#place(moved);
      const values = [Math.min(x, right), Math.min(y, bottom), Math.abs(right - x), Math.abs(bottom - y)];
      if (!row && values[2] + values[3] > 4) row = this.#addRow(values);
      if (row) this.#inputs(row).forEach((input, at) => { input.value = values[at]; });
      this.show(row);
    };
    const end = () => {
      this.stage.removeEventListener("pointermove", move);
      this.stage.removeEventListener("pointerup", end);
      this.stage.removeEventListener("pointercancel", end);
    };
    this.stage.setPointerCapture(event.pointerId);
    this.stage.addEventListener("pointermove", move);
    this.stage.addEventListener("pointerup", end);
    this.stage.addEventListener("pointercancel", end);
  }

  #wakeFrames() {
    const slider = this.form.querySelector("[data-frame]");
    const picture = this.form.querySelector("[data-picture]");
    slider?.addEventListener("change", () => {
      const address = new URL(picture.src);
      address.searchParams.set("frame", slider.value);
      picture.src = address;
    });
  }
}

for (const form of document.querySelectorAll("[data-held]")) new HeldImage(form).wake();
