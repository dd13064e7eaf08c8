// The scale bar: a round length near a fifth of the pane, in micrometres or millimetres.

const STEPS = [1, 2, 5];

function round(length) {
  const power = 10 ** Math.floor(Math.log10(length));
  return power * STEPS.findLast((step) => step * power <= length);
}

export function words(micrometres) {
  return micrometres >= 1000 ? `${micrometres / 1000} mm` : `${Number(micrometres.toPrecision(3))} µm`;
}

export class ScaleBar {
  constructor(pane) {
    this.box = document.createElement("div");
    this.box.className = "slide-scale";
    this.line = document.createElement("span");
    this.line.className = "slide-scale-line";
    this.label = document.createElement("span");
    this.box.append(this.line, this.label);
    pane.append(this.box);
  }

  // perPixel: micrometres that a pixel of the screen shows; 0 when the slide does not say.
  show(perPixel, width) {
    this.box.hidden = !perPixel;
    if (!perPixel) return "";
    const length = round((perPixel * width) / 5);
    this.line.style.width = `${length / perPixel}px`;
    this.label.textContent = words(length);
    this.length = length;
    return words(length);
  }
}
