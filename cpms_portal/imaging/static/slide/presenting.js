// Look together at a slide: where the leader is on it, and where they point.
import { Presentation } from "../presentation.js";

export class Presenting extends Presentation {
  constructor(viewer) {
    super(viewer.root);
    this.viewer = viewer;
    this.dot = document.createElement("div");
    this.dot.className = "viewer-pointer";
  }

  wake() {
    super.wake();
    if (!this.bar) return;
    const { first } = this.viewer;
    // On its way down: the library keeps the event from what lies above.
    first.element.addEventListener("pointermove", (event) => this.pointed(first.under(event)), true);
    first.viewer.addHandler("update-viewport", () => this.#place());
  }

  get here() { return this.root.querySelector("[data-annotations]")?.dataset.target; }

  state() {
    if (!this.here) return null;
    return { target: this.here, view: this.viewer.first.view, pointer: this.pointer };
  }

  apply({ view }) {
    if (view?.column == null || view.row == null) return false;
    this.viewer.first.seen(view);
    return true;
  }

  ring(point) {
    this.point = point;
    if (point) this.viewer.first.element.append(this.dot);
    else this.dot.remove();
    this.#place();
  }

  #place() {
    if (!this.point) return;
    const { x, y } = this.viewer.first.onScreen(this.point);
    this.dot.style.left = `${x}px`;
    this.dot.style.top = `${y}px`;
  }
}
