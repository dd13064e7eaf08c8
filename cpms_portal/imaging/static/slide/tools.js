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
    svg.addEventListener("pointercancel", () => this.#drop());
    svg.addEventListener("wheel", (event) => this.#zoom(event), { passive: false });
  }

  choose(name) {
    this.name = name;
    this.points = [];
    this.overlay.svg.classList.toggle("is-drawing", Boolean(name));
  }

  #begin(event) {
    // A second finger draws nothing.
    if (!this.name || event.button || !event.isPrimary) return;
    event.preventDefault();
    this.overlay.svg.setPointerCapture(event.pointerId);
    this.points = [this.overlay.pane.under(event)];
  }

  #go(event) {
    if (!this.points.length || !event.isPrimary) return;
    const point = this.overlay.pane.under(event);
    if (this.name === "region") this.points[1] = point;
    else if (this.name === "outline" && this.#isFar(point)) this.points.push(point);
    const geometry = this.#geometry();
    if (geometry) this.draft(geometry);
  }

  #end(event) {
    if (!this.points.length || !event.isPrimary) return;
    this.#go(event);
    if (this.name === "point") this.points = [this.overlay.pane.under(event)];
    const geometry = this.#geometry();
    this.points = [];
    if (geometry) this.done(geometry, this.name);
    else this.draft(null);
  }

  // The system took the finger away, for a gesture of its own.
  #drop() {
    this.points = [];
    this.draft(null);
  }

  // One may come closer while drawing.
  #zoom(event) {
    event.preventDefault();
    const { viewport } = this.overlay.pane;
    const [x, y] = this.overlay.pane.under(event);
    viewport.zoomBy(event.deltaY < 0 ? 1.2 : 1 / 1.2, viewport.imageToViewportCoordinates(x, y));
    viewport.applyConstraints();
  }

  // Three pixels of the screen are enough for an outline.
  #isFar([x, y]) {
    const [lastX, lastY] = this.points.at(-1);
    return Math.hypot(x - lastX, y - lastY) * this.overlay.pane.ratio > 3 && this.points.length < 2000;
  }

  // A tap is no region.
  get #isWide() {
    const [[left, top], [right, bottom] = [left, top]] = this.points;
    return Math.min(Math.abs(right - left), Math.abs(bottom - top)) * this.overlay.pane.ratio > 3;
  }

  #geometry() {
    const { name, points } = this;
    if (name === "point") return { type: "Point", coordinates: points[0] };
    if (name === "region") {
      return this.#isWide ? { type: "Polygon", coordinates: [box(points[0], points[1])] } : null;
    }
    return points.length > 2 ? { type: "Polygon", coordinates: [[...points, points[0]]] } : null;
  }

  // Without a pointer: the middle of what is seen, or half of it.
  middle() {
    const { pane } = this.overlay;
    const { x, y, ratio } = pane.at;
    if (this.name === "point") return this.done({ type: "Point", coordinates: pane.inside([x, y]) }, "point");
    const across = pane.stage.clientWidth / ratio / 4;
    const down = pane.stage.clientHeight / ratio / 4;
    const corners = box(pane.inside([x - across, y - down]), pane.inside([x + across, y + down]));
    return this.done({ type: "Polygon", coordinates: [corners] }, this.name);
  }
}
