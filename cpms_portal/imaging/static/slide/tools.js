// Tools that draw: a point, a region (its box), an outline; by pointer or by key.

function box([left, top], [right, bottom]) {
  return [[left, top], [right, top], [right, bottom], [left, bottom], [left, top]];
}

export class Tools {
  // draft: called with what is being drawn; done: with what is complete.
  constructor(overlay, { draft, done }) {
    this.overlay = overlay;
    this.draft = draft;
    this.done = done;
    this.name = "";
    this.points = [];
    const { svg } = overlay;
    svg.addEventListener("pointerdown", (event) => this.#begin(event));
    svg.addEventListener("pointermove", (event) => this.#go(event));
    svg.addEventListener("pointerup", (event) => this.#end(event));
  }

  choose(name) {
    this.name = name;
    this.points = [];
    this.overlay.svg.classList.toggle("is-drawing", Boolean(name));
  }

  #begin(event) {
    if (!this.name || event.button) return;
    event.preventDefault();
    this.overlay.svg.setPointerCapture(event.pointerId);
    this.points = [this.overlay.under(event)];
  }

  #go(event) {
    if (!this.points.length) return;
    const point = this.overlay.under(event);
    if (this.name === "region") this.points[1] = point;
    else if (this.name === "outline" && this.#isFar(point)) this.points.push(point);
    const geometry = this.#geometry();
    if (geometry) this.draft(geometry);
  }

  #end(event) {
    if (!this.points.length) return;
    this.#go(event);
    if (this.name === "point") this.points = [this.overlay.under(event)];
    const geometry = this.#geometry();
    this.points = [];
    if (geometry) this.done(geometry, this.name);
  }

  // Three pixels of the screen are enough for an outline.
  #isFar([x, y]) {
    const [lastX, lastY] = this.points.at(-1);
    return Math.hypot(x - lastX, y - lastY) * this.overlay.pane.ratio > 3 && this.points.length < 2000;
  }

  #geometry() {
    const { name, points } = this;
    if (name === "point") return { type: "Point", coordinates: points[0] };
    if (name === "region") {
      return points.length > 1 ? { type: "Polygon", coordinates: [box(points[0], points[1])] } : null;
    }
    return points.length > 2 ? { type: "Polygon", coordinates: [[...points, points[0]]] } : null;
  }

  // Without a pointer: the middle of what is seen, or half of it.
  middle() {
    const { x, y, ratio } = this.overlay.pane.at;
    if (this.name === "point") return this.done({ type: "Point", coordinates: [Math.round(x), Math.round(y)] }, "point");
    const across = this.overlay.pane.stage.clientWidth / ratio / 4;
    const down = this.overlay.pane.stage.clientHeight / ratio / 4;
    const corners = box([x - across, y - down].map(Math.round), [x + across, y + down].map(Math.round));
    return this.done({ type: "Polygon", coordinates: [corners] }, this.name);
  }
}
