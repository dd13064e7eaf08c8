// One slide in one pane.
import { happened } from "../moments.js";
import { ScaleBar } from "./scale.js";
import { tileSource } from "./source.js";

const { Viewer, Rect, Point } = globalThis.OpenSeadragon;

// OpenSeadragon would write a style of its own into the page, which the page's policy refuses;
// slide.css holds it. It looks for an element by this name, of whatever kind.
function standIn() {
  if (document.querySelector("style[data-openseadragon-mobile-css]")) return;
  const mark = document.createElementNS("urn:x-stand-in", "style");
  mark.setAttribute("data-openseadragon-mobile-css", "true");
  document.head.append(mark);
}

// The overview has the shape of the slide; its longer side measures 9 rem, less on a phone.
function overview({ width, height }) {
  const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
  const longer = Math.max(width, height) / (matchMedia("(max-width: 48rem)").matches ? 6 : 9);
  return { navigatorWidth: `${(rem * width) / longer}px`, navigatorHeight: `${(rem * height) / longer}px` };
}

export class Pane {
  constructor(place, about, told) {
    this.about = about;
    this.element = document.createElement("div");
    this.element.className = "slide-pane";
    place.append(this.element);
    this.stage = document.createElement("div");
    this.stage.className = "slide-stage";
    this.element.append(this.stage);
    standIn();
    this.viewer = new Viewer({
      element: this.stage, drawer: "canvas", showNavigationControl: false, showNavigator: true,
      navigatorPosition: "TOP_RIGHT", navigatorAutoFade: false, ...overview(about),
      navigatorBackground: "#fff", navigatorBorderColor: "#34474b", navigatorOpacity: 0.95,
      navigatorDisplayRegionColor: "#b3261e",
      animationTime: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 0.4,
      maxZoomPixelRatio: 4, minZoomImageRatio: 0.8, visibilityRatio: 0.3, imageLoaderLimit: 6,
      // As many as arrived: one for each frame, as usual, would make a first view wait.
      maxTilesPerFrame: 12,
      gestureSettingsTouch: { pinchRotate: true }, gestureSettingsMouse: { clickToZoom: false },
      placeholderFillStyle: "#fff",
    });
    this.scale = new ScaleBar(this.element);
    for (const name of ["viewport-change", "open", "resize"]) {
      this.viewer.addHandler(name, () => told(this));
    }
    this.viewer.addOnceHandler("tile-drawn", () => happened("slide-seen"));
    this.viewer.world.addHandler("add-item", (event) => {
      event.item.addOnceHandler("fully-loaded-change", () => {
        this.element.dataset.shown = "yes";
        happened("slide-drawn");
      });
    });
  }

  open() {
    return new Promise((done, failed) => {
      this.viewer.addOnceHandler("open-failed", failed);
      this.viewer.addOnceHandler("open", () => done(this));
      this.viewer.open({
        tileSource: tileSource(this.about), clip: new Rect(0, 0, this.about.width, this.about.height),
      });
    });
  }

  get viewport() { return this.viewer.viewport; }

  // Pixels of the screen for a pixel of the slide.
  get ratio() { return this.viewer.world.getItemAt(0)?.viewportToImageZoom(this.viewport.getZoom()) ?? 0; }

  set ratio(value) { this.viewport.zoomTo(this.viewer.world.getItemAt(0).imageToViewportZoom(value)); }

  // Micrometres that a pixel of the screen shows; 0 when the slide does not say.
  get perPixel() { return this.ratio ? this.about.pixel[0] / this.ratio : 0; }

  showScale() { return this.scale.show(this.perPixel, this.stage.clientWidth); }

  // Where one is: the middle in pixels of the slide, pixels of the screen for one of them, degrees.
  get at() {
    const middle = this.viewport.viewportToImageCoordinates(this.viewport.getCenter(true));
    return { x: middle.x, y: middle.y, ratio: this.ratio, turn: this.viewport.getRotation(true) };
  }

  go({ x, y, ratio, turn }, now = true) {
    this.viewport.setRotation(turn, now);
    this.viewport.zoomTo(this.viewer.world.getItemAt(0).imageToViewportZoom(ratio), undefined, now);
    this.viewport.panTo(this.viewport.imageToViewportCoordinates(new Point(x, y)), now);
  }

  // The same in the words of annotations and presentations.
  get view() {
    const { x, y, ratio, turn } = this.at;
    return { column: x, row: y, zoom: ratio, rotation: ((turn % 360) + 360) % 360 };
  }

  seen({ column, row, zoom, rotation }, now = false) {
    this.go({ x: column, y: row, ratio: zoom, turn: rotation ?? 0 }, now);
  }

  // The place of the slide under a place of the screen; beyond its edge the nearest one.
  under(event) {
    const box = this.stage.getBoundingClientRect();
    const place = new Point(event.clientX - box.left, event.clientY - box.top);
    const found = this.viewport.viewerElementToImageCoordinates(place);
    return this.inside([found.x, found.y]);
  }

  inside([x, y]) {
    const { width, height } = this.about;
    return [[x, width], [y, height]].map(([value, most]) => Math.round(Math.min(Math.max(value, 0), most) * 10) / 10);
  }

  // The place of the stage where a place of the slide is.
  onScreen([x, y]) { return this.viewport.imageToViewerElementCoordinates(new Point(x, y)); }

  offerClose(words, act) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "slide-close";
    button.setAttribute("aria-label", words);
    button.title = words;
    button.textContent = "×";
    button.addEventListener("click", act);
    this.element.append(button);
  }

  close() {
    this.viewer.destroy();
    this.element.remove();
  }
}
