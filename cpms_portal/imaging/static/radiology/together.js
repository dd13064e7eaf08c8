// Look together at images: what is shared of them, and how it is taken over.
import { Presentation } from "../presentation.js";

export class Together extends Presentation {
  constructor(room) {
    super(room.root);
    this.room = room;
  }

  wake() {
    super.wake();
    if (this.bar) this.room.grid.addEventListener("pointermove", (event) => this.#point(event));
  }

  get here() { return this.room.drawings.place_?.dataset.target; }

  state() {
    const cell = this.room.active;
    const target = this.here;
    if (!cell.isStack || !target) return null;
    const image = cell.series.images[cell.index];
    return {
      target, series: cell.series.series, instance: image.instance, frame: image.frame,
      view: cell.view(), pointer: this.pointer,
    };
  }

  #point(event) {
    if (this.mode !== "lead") return;
    const cell = this.room.active;
    const box = cell.element.getBoundingClientRect();
    const world = cell.viewport.canvasToWorld([event.clientX - box.left, event.clientY - box.top]);
    this.pointed(cell.imageId ? this.room.images.toImage(cell.imageId, world) : null);
  }

  async apply(state) {
    const { images } = this.room;
    const found = images.byId.get(images.idOf(state.series, state.instance, state.frame));
    if (found) await this.room.go({ series: state.series, index: found.index }, state.view);
    return Boolean(found);
  }

  // Where the leader points.
  ring(point) {
    this.mark_ ??= Object.assign(document.createElement("div"), { className: "viewer-pointer" });
    const cell = this.room.active;
    if (!point || !cell?.imageId) {
      this.mark_.remove();
      return;
    }
    const [x, y] = cell.viewport.worldToCanvas(this.room.images.toWorld(cell.imageId, point));
    this.mark_.style.left = `${x}px`;
    this.mark_.style.top = `${y}px`;
    cell.node.append(this.mark_);
  }
}
