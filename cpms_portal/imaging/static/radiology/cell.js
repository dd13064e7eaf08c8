// One cell of the grid: a stack of images, or a volume cut in one direction.
import { middleOf } from "./images.js";

export class Cell {
  constructor(room, number) {
    this.room = room;
    this.id = `cell-${number}`;
    this.node = room.cellTemplate.content.firstElementChild.cloneNode(true);
    this.node.dataset.cell = String(number);
    this.element = this.node.querySelector("[data-image]");
    this.element.addEventListener("contextmenu", (event) => event.preventDefault());
    this.series = null;
    this.orientation = null;
    room.grid.append(this.node);
    this.node.addEventListener("pointerdown", () => room.activate(this), true);
  }

  get viewport() {
    return this.room.engine.getViewport(this.id);
  }

  get isStack() {
    return this.orientation === null;
  }

  #enable(type, options = {}) {
    const { cornerstone, engine } = this.room;
    if (this.type !== type) {
      if (this.type) engine.disableElement(this.id);
      engine.enableElement({
        viewportId: this.id, type, element: this.element,
        defaultOptions: { background: [0.02, 0.035, 0.04], ...options },
      });
      this.type = type;
      this.hasTools = false;
      this.#listen(cornerstone);
    }
  }

  // Tools draw on what has a plane: on a cell without an image they would fail, and never draw again.
  #giveTools() {
    if (this.hasTools || !this.type) return;
    this.hasTools = true;
    this.room.group.addViewport(this.id, this.room.engine.id);
  }

  #listen({ EVENTS }) {
    const told = () => this.room.told(this);
    if (this.heard) return;
    this.heard = true;
    this.element.addEventListener(EVENTS.IMAGE_RENDERED, () => this.room.drawn());
    this.element.addEventListener(EVENTS.STACK_NEW_IMAGE, () => this.#say(false));
    for (const name of [EVENTS.STACK_NEW_IMAGE, EVENTS.VOLUME_NEW_IMAGE, EVENTS.VOI_MODIFIED,
      EVENTS.CAMERA_MODIFIED, EVENTS.IMAGE_RENDERED]) this.element.addEventListener(name, told);
  }

  async show(series, index) {
    const { cornerstone } = this.room;
    this.series = series;
    this.orientation = null;
    this.node.dataset.shown = "";
    this.#enable(cornerstone.Enums.ViewportType.STACK);
    const at = Math.min(Math.max(index ?? middleOf(series), 0), series.ids.length - 1);
    // What cannot be had is said by `failed`; the next image may be there.
    await this.viewport.setStack(series.ids, at).then(() => this.#giveTools(), () => {});
    this.viewport.render();
    cornerstone.toolUtilities.stackContextPrefetch.enable(this.element);
    this.#watchSize();
  }

  failed(imageId) {
    if (this.type && this.imageId === imageId) this.#say(true);
  }

  #say(isBroken) {
    this.node.querySelector("[data-cell-message]").hidden = !isBroken;
    this.element.classList.toggle("is-broken", isBroken);
  }

  async cut(volumes, orientation) {
    const { cornerstone, engine } = this.room;
    this.series = volumes[0].series;
    this.orientation = orientation;
    this.node.dataset.shown = "";
    this.#enable(cornerstone.Enums.ViewportType.ORTHOGRAPHIC, { orientation });
    await cornerstone.setVolumesForViewports(
      engine, volumes.map(({ id, blendMode }) => ({ volumeId: id, ...(blendMode ? { blendMode } : {}) })), [this.id],
    );
    this.#giveTools();
    this.viewport.setOrientation(orientation);
    for (const { id, looks = [] } of volumes) {
      for (const look of looks) this.viewport.setProperties(look, id);
    }
    this.viewport.render();
    this.#watchSize();
  }

  #watchSize() {
    this.watcher ??= new ResizeObserver(() => this.room.resized());
    this.watcher.observe(this.element);
  }

  get count() {
    if (!this.type) return 0;
    return this.isStack ? this.series.ids.length : this.viewport.getNumberOfSlices();
  }

  get index() {
    return this.isStack ? this.viewport.getCurrentImageIdIndex() : this.viewport.getSliceIndex();
  }

  get imageId() {
    return this.isStack ? this.series.ids[this.index] : null;
  }

  get isColour() {
    return this.isStack && Boolean(this.viewport.csImage?.color);
  }

  go(index) {
    const to = Math.min(Math.max(index, 0), this.count - 1);
    if (this.isStack) return this.viewport.setImageIdIndex(to).then(() => this.#giveTools(), () => {});
    this.viewport.scroll(to - this.index);
    return Promise.resolve();
  }

  window() {
    const range = this.viewport.getProperties().voiRange;
    if (!range) return null;
    // PS3.3 C.11.2.1.2.1, linear: the window reaches half a value beyond what is told here.
    return { center: (range.upper + range.lower + 1) / 2, width: range.upper - range.lower + 1 };
  }

  setWindow(center, width) {
    const half = Math.max(width - 1, 1e-3) / 2;
    this.viewport.setProperties({ voiRange: { lower: center - 0.5 - half, upper: center - 0.5 + half } });
    this.viewport.render();
  }

  invert() {
    const { invert } = this.viewport.getProperties();
    this.viewport.setProperties({ invert: !invert });
    this.viewport.render();
  }

  // 1: as large as the cell allows. What the library says of it counts only on a graphics processor.
  get zoom() {
    if (!this.room.isPlain) return this.viewport.getZoom();
    return this.#fitted() / this.viewport.getCamera().parallelScale;
  }

  set zoom(zoom) {
    if (this.room.isPlain) this.viewport.setCamera({ parallelScale: this.#fitted() / zoom });
    else this.viewport.setZoom(zoom);
  }

  // Half of the millimetres seen from top to bottom when the whole image is seen.
  #fitted() {
    const { clientWidth: width, clientHeight: height } = this.element;
    const [across, down] = this.room.images.extent(this.imageId);
    return Math.max(down, across * height / Math.max(width, 1)) / 2;
  }

  get rotation() {
    return this.viewport.getRotation() ?? 0;
  }

  turn(degrees) {
    this.viewport.setRotation((this.rotation + degrees + 360) % 360);
    this.viewport.render();
  }

  flip(direction) {
    const camera = this.viewport.getCamera();
    this.viewport.setCamera({ [direction]: !camera[direction] });
    this.viewport.render();
  }

  reset() {
    this.viewport.resetProperties?.();
    this.viewport.setRotation(0);
    this.viewport.setCamera({ flipHorizontal: false, flipVertical: false });
    this.viewport.resetCamera();
    this.viewport.render();
  }

  // How it is seen, in numbers that mean the same on a stage of any size.
  view() {
    const { viewport, imageId } = this;
    const camera = viewport.getCamera();
    const found = {
      ...(this.window() ?? {}), zoom: this.zoom, rotation: this.rotation,
      flipped: Boolean(camera.flipHorizontal), turned: Boolean(camera.flipVertical),
      inverted: Boolean(viewport.getProperties().invert),
    };
    if (imageId) {
      const middle = viewport.canvasToWorld([this.element.clientWidth / 2, this.element.clientHeight / 2]);
      [found.column, found.row] = this.room.images.toImage(imageId, middle);
    }
    return found;
  }

  setView(view) {
    const { viewport } = this;
    viewport.setCamera({ flipHorizontal: Boolean(view.flipped), flipVertical: Boolean(view.turned) });
    viewport.setRotation(view.rotation ?? 0);
    if (view.width > 0) this.setWindow(view.center, view.width);
    viewport.setProperties({ invert: Boolean(view.inverted) });
    if (view.zoom > 0) this.zoom = view.zoom;
    if (this.imageId && Number.isFinite(view.column) && Number.isFinite(view.row)) {
      this.#centre(this.room.images.toWorld(this.imageId, [view.column, view.row]));
    }
    viewport.render();
  }

  #centre(world) {
    const { viewport } = this;
    if (this.room.isPlain) {
      viewport.setCamera({ focalPoint: world });
      return;
    }
    const at = viewport.worldToCanvas(world);
    const pan = viewport.getPan();
    viewport.setPan([
      pan[0] + this.element.clientWidth / 2 - at[0], pan[1] + this.element.clientHeight / 2 - at[1],
    ]);
  }

  close() {
    this.watcher?.disconnect();
    if (this.type) {
      this.room.group.removeViewports(this.room.engine.id, this.id);
      this.room.engine.disableElement(this.id);
    }
    this.node.remove();
  }
}
