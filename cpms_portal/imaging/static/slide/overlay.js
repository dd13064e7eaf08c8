// Drawings over a slide, in pixels of its largest level; they move, zoom and turn with it.

const SVG = "http://www.w3.org/2000/svg";

function made(name, attributes) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}

function path(points, closed) {
  return `M${points.map((point) => point.join(" ")).join("L")}${closed ? "Z" : ""}`;
}

export class Overlay {
  constructor(pane) {
    this.pane = pane;
    this.svg = made("svg", { class: "slide-drawings", "aria-hidden": "true" });
    this.group = made("g", {});
    this.svg.append(this.group);
    pane.element.append(this.svg);
    for (const name of ["update-viewport", "open", "resize"]) pane.viewer.addHandler(name, () => this.place());
  }

  place() {
    if (!this.pane.viewer.world.getItemCount()) return;
    // Far apart, so that what is rounded does not matter.
    const far = 10_000;
    const [zero, right, down] = [[0, 0], [far, 0], [0, far]].map((one) => this.pane.onScreen(one));
    const numbers = [(right.x - zero.x) / far, (right.y - zero.y) / far, (down.x - zero.x) / far,
      (down.y - zero.y) / far, zero.x, zero.y];
    this.group.setAttribute("transform", `matrix(${numbers.join(" ")})`);
    const radius = 8 / (this.pane.ratio || 1);
    for (const circle of this.group.querySelectorAll("circle")) circle.setAttribute("r", radius);
  }

  show(drawings) {
    this.group.replaceChildren(...drawings.map((one) => this.#drawn(one)));
    this.place();
  }

  #drawn({ geometry, chosen, draft }) {
    const kind = `slide-drawing${chosen ? " is-chosen" : ""}${draft ? " is-draft" : ""}`;
    if (geometry.type === "Point") {
      const [cx, cy] = geometry.coordinates;
      return made("circle", { class: kind, cx, cy, r: 1 });
    }
    const points = geometry.type === "Polygon" ? geometry.coordinates[0] : geometry.coordinates;
    return made("path", { class: kind, d: path(points, geometry.type === "Polygon") });
  }
}
