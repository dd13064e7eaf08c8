// The full viewer: a grid of cells, tools above, series beside, one cell at work.
import { happened } from "../moments.js";
import { Cell } from "./cell.js";
import { Drawings } from "./drawings.js";
import { listenToKeys } from "./keys.js";
import { Layouts } from "./layouts.js";
import { askFor } from "./notes.js";
import { Toolbar } from "./toolbar.js";
import { Together } from "./together.js";
import { Tools } from "./tools.js";

const KEPT_BYTES = 1024 * 1024 * 1024;
const AT_ONCE = 6;

export class Room {
  constructor(root, cornerstone, images) {
    this.root = root;
    this.cornerstone = cornerstone;
    this.grid = root.querySelector("[data-grid]");
    this.cellTemplate = root.querySelector("[data-cell-template]");
    this.images = images;
    this.cells = [];
    this.made = 0;
    this.cuts = false;
    this.isSoft = true;
    this.firstDrawn = new Promise((done) => { this.drewFirst = done; });
  }

  async wake() {
    const { cornerstone } = this;
    const { first } = this.images;
    if (!first) throw new Error("no images");
    const card = this.#askForCard();
    cornerstone.init({ rendering: { webGlContextCount: 3 } });
    cornerstone.initTools();
    cornerstone.cache.setMaxCacheSize(KEPT_BYTES);
    cornerstone.imageLoadPoolManager.setMaxSimultaneousRequests(cornerstone.Enums.RequestType.Prefetch, AT_ONCE);
    cornerstone.toolUtilities.stackContextPrefetch.setConfiguration({
      maxImagesToPrefetch: Infinity, minBefore: 8, maxAfter: 24, directionExtraImages: 24, preserveExistingPool: false,
    });
    this.images.register(cornerstone);
    this.useEngine(false);
    this.tools = new Tools(cornerstone, this.images, (text) => askFor(this.root, text));
    this.tools.add();
    this.layouts = new Layouts(this);
    this.root.classList.add("is-full");
    this.toolbar = new Toolbar(this);
    this.drawings = new Drawings(this);
    cornerstone.eventTarget.addEventListener(cornerstone.EVENTS.IMAGE_LOAD_ERROR, ({ detail }) => {
      for (const one of this.cells) one.failed(detail.imageId);
      this.drawn();
    });
    const cell = this.addCell();
    this.activate(cell);
    await cell.show(first.series, first.index);
    listenToKeys(this);
    this.arranged();
    this.firstDrawn.then(() => happened("viewer-ready"));
    await Promise.all([card, this.drawings.load()]);
    this.together = new Together(this);
    this.together.wake();
    await this.#followLink();
  }

  // Asking takes long where the browser only pretends to have a graphics processor: the first image
  // does not wait for the answer. Until it is there, everything is drawn by arithmetic.
  async #askForCard() {
    const { webgl, isSoft } = await this.images.thread.ask("card") ?? this.#capabilities();
    this.cuts = webgl;
    this.isSoft = isSoft;
    if (!this.toolbar) return;
    if (this.layouts.name === "one" && this.isPlain && !isSoft) await this.layouts.use("one");
    else this.toolbar.arranged();
  }

  #capabilities() {
    const { webgl, softwareRasterizer } = this.cornerstone.getRenderingCapabilities();
    return { webgl, isSoft: !webgl || softwareRasterizer };
  }

  // The picture that stood in for the first image has done its part.
  drawn() {
    if (this.hasDrawn) return;
    this.hasDrawn = true;
    this.root.querySelector("[data-first]")?.remove();
    happened("first-drawn");
    this.drewFirst();
  }

  // Without a graphics processor a stack is drawn faster by plain arithmetic than by a pretended
  // one; cuts through a volume need one, pretended or not.
  useEngine(forVolumes) {
    const { cornerstone } = this;
    const plain = this.isSoft && !forVolumes;
    if (this.engine && this.isPlain === plain) return;
    this.engine?.destroy();
    this.isPlain = plain;
    cornerstone.setUseCPURendering(plain, false);
    this.engine = new cornerstone.RenderingEngine("cpms");
  }

  get group() {
    return this.tools.group;
  }

  addCell() {
    this.made += 1;
    const cell = new Cell(this, this.made);
    this.cells.push(cell);
    return cell;
  }

  activate(cell) {
    if (this.active === cell) return;
    this.active = cell;
    for (const one of this.cells) one.node.classList.toggle("is-active", one === cell);
    if (cell.series) this.toolbar?.told(cell);
    if (this.toolbar?.wantsLines) this.tools.referenceLines(cell.id);
  }

  arranged() {
    this.synchronise();
    this.toolbar.arranged();
    this.drawings.place();
  }

  synchronise() {
    const { SynchronizerManager, synchronizers } = this.cornerstone;
    if (this.together1) SynchronizerManager.destroySynchronizer("scroll");
    this.together1 = null;
    if (!this.toolbar.wantsSync || this.cells.length < 2 || !this.cells.every((one) => one.isStack)) return;
    this.together1 = synchronizers.createImageSliceSynchronizer("scroll");
    for (const cell of this.cells) {
      this.together1.add({ renderingEngineId: this.engine.id, viewportId: cell.id });
    }
  }

  async open(seriesName, index) {
    const series = this.images.series(seriesName);
    if (!series?.ids.length) return;
    if (!this.active.isStack) await this.layouts.use("one");
    await this.active.show(series, index);
    this.toolbar.arranged();
    this.drawings.place();
    if (this.toolbar.wantsSync) this.synchronise();
  }

  resized() {
    if (this.waiting) return;
    this.waiting = requestAnimationFrame(() => {
      this.waiting = 0;
      this.engine.resize(true, true);
    });
  }

  // A cell shows something else, or shows it differently.
  told(cell) {
    if (!cell.series || !cell.viewport) return;
    this.toolbar.told(cell);
    if (cell === this.active) this.together?.moved();
  }

  async go(place, view) {
    if (this.active.isStack && this.active.series.series === place.series) await this.active.go(place.index);
    else await this.open(place.series, place.index);
    if (view && Object.keys(view).length) this.active.setView(view);
  }

  // A link from a contribution names a drawing: open where its author was.
  async #followLink() {
    const name = new URLSearchParams(location.search).get("annotation");
    if (name) await this.drawings.goTo(name);
  }
}
