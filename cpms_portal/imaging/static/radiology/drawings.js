// What is drawn: from the tools of the library to the portal, and from the portal back.
import { Layers } from "./layers.js";

export class Drawings {
  constructor(room) {
    this.room = room;
    this.place_ = room.root.querySelector("[data-annotations]");
    this.kept = new Map();
    this.layers = new Layers(this);
    this.#listen();
  }

  get panel() {
    return this.layers.panel;
  }

  #listen() {
    const { eventTarget, ToolEnums } = this.room.cornerstone;
    const events = ToolEnums.Events;
    eventTarget.addEventListener(events.ANNOTATION_COMPLETED, ({ detail }) => this.#drawn(detail.annotation));
    eventTarget.addEventListener(events.ANNOTATION_MODIFIED, ({ detail }) => this.#changed(detail.annotation));
    eventTarget.addEventListener(events.ANNOTATION_REMOVED, ({ detail }) => this.#removed(detail.annotation));
  }

  // What is drawn while the earlier drawings are still coming is kept after them: no line twice.
  load() {
    this.loaded = this.#load();
    return this.loaded;
  }

  async #load() {
    if (!this.place_) return;
    const answer = await fetch(this.place_.dataset.annotations, { credentials: "same-origin" });
    if (!answer.ok) return;
    const { layers } = await answer.json();
    for (const layer of layers) {
      for (const one of layer.annotations) this.#put(one, layer);
    }
    this.layers.draw(layers);
    this.room.root.dataset.annotationsLoaded = String(this.kept.size);
    this.place();
  }

  #put(one, layer) {
    const drawn = this.#drawingOf(one);
    this.kept.set(one.id, { one, layer, uid: drawn?.annotationUID });
    if (!drawn) return;
    const { annotation } = this.room.cornerstone;
    annotation.state.addAnnotation(drawn, drawn.metadata.FrameOfReferenceUID);
    if (!one.may_change) annotation.locking.setAnnotationLocked(drawn.annotationUID, true);
  }

  // From the portal's words to the library's.
  #drawingOf(one) {
    const { images, tools } = this.room;
    const id = images.idOf(one.series, one.instance, one.frame);
    if (!images.byId.has(id) || one.kind === "key") return null;
    let points = one.points.map((point) => images.toWorld(id, point));
    if (one.kind === "rectangle") points = [points[0], points[1], points[3], points[2]];
    const data = {
      label: one.text, text: one.text, cachedStats: {}, frame: 1,
      handles: {
        points, activeHandleIndex: null,
        textBox: {
          hasMoved: false, worldPosition: [0, 0, 0],
          worldBoundingBox: {
            topLeft: [0, 0, 0], topRight: [0, 0, 0], bottomLeft: [0, 0, 0], bottomRight: [0, 0, 0],
          },
        },
      },
    };
    if (one.kind === "freehand") {
      data.contour = { polyline: points, closed: true };
      data.handles.points = [];
    }
    if (one.kind === "text") points.push([...points[0]]);
    if (one.kind === "arrow") data.handles.arrowFirst = true;
    const { rowCosines: x, columnCosines: y, frameOfReferenceUID } =
      this.room.cornerstone.metaData.get("imagePlaneModule", id);
    const normal = [x[1] * y[2] - x[2] * y[1], x[2] * y[0] - x[0] * y[2], x[0] * y[1] - x[1] * y[0]];
    return {
      annotationUID: `cpms-${one.id}`, highlighted: false, isLocked: false, isVisible: true,
      invalidated: true, data,
      metadata: {
        toolName: tools.name(one.kind), FrameOfReferenceUID: frameOfReferenceUID,
        referencedImageId: id, viewPlaneNormal: normal.map((part) => -part),
        viewUp: y.map((part) => -part),
      },
    };
  }

  // From the library's words to the portal's; null for what lies on no stored image.
  #told(drawn) {
    const { images, tools } = this.room;
    const kind = tools.kindOf(drawn.metadata.toolName);
    const id = drawn.metadata.referencedImageId;
    if (!kind || !images.byId.has(id)) return null;
    const { series, image } = images.byId.get(id);
    let points = (drawn.data.contour?.polyline ?? drawn.data.handles.points)
      .map((point) => images.toImage(id, Array.from(point)));
    if (kind === "rectangle") points = [points[0], points[1], points[3], points[2]];
    if (kind === "ellipse") points = alongAxes(points);
    if (kind === "freehand") points = thinned(points);
    // The library keeps a note's place twice.
    if (kind === "text") points = points.slice(0, 1);
    return {
      kind, series: series.series, instance: image.instance, frame: image.frame, points,
      text: ["arrow", "text"].includes(kind) ? drawn.data.label || drawn.data.text || "" : "",
      view: this.room.active.view(),
    };
  }

  #entry(uid) {
    return [...this.kept.values()].find((entry) => entry.uid === uid);
  }

  async #drawn(drawn) {
    if (this.#entry(drawn.annotationUID)) return;
    const told = this.#told(drawn);
    if (!told || !this.panel) {
      this.layers.say(this.place_ ? "only_here" : "");
      return;
    }
    await this.#keep(told, drawn.annotationUID);
  }

  async #keep(told, uid) {
    await this.loaded;
    const sent = { ...told, target: this.place_.dataset.target };
    const one = await this.#post(`${this.panel}annotate`, sent);
    if (!one) return null;
    this.kept.set(one.id, { one, layer: this.layers.own(), uid });
    this.layers.add(one);
    this.room.root.dataset.annotationsKept = one.id;
    this.toldImage(this.room.active);
    return one;
  }

  #changed(drawn) {
    const entry = this.#entry(drawn.annotationUID);
    if (!entry?.one.may_change) return;
    const told = this.#told(drawn);
    if (!told || same(told.points, entry.one.points, told.text, entry.one.text)) return;
    clearTimeout(entry.later);
    entry.later = setTimeout(async () => {
      const one = await this.#post(`${entry.one.url}change`, told);
      if (one) {
        entry.one = one;
        this.layers.change(one);
      }
    }, 600);
  }

  async #removed(drawn) {
    const entry = this.#entry(drawn.annotationUID);
    if (entry) await this.remove(entry);
  }

  async remove(entry) {
    clearTimeout(entry.later);
    if (!entry.one.may_change) return;
    if (!await this.#post(`${entry.one.url}remove`, {})) return;
    this.kept.delete(entry.one.id);
    this.layers.drop(entry.one);
    this.toldImage(this.room.active);
  }

  async #post(address, body) {
    const answer = await fetch(address, {
      method: "POST", credentials: "same-origin", body: JSON.stringify(body),
      headers: { "Content-Type": "application/json", "X-CSRF-Token": this.place_.dataset.token },
    }).catch(() => null);
    this.layers.say(answer?.ok ? "kept" : "not_kept");
    return answer?.ok ? answer.json() : null;
  }

  removeSelected() {
    const { annotation } = this.room.cornerstone;
    for (const uid of annotation.selection.getAnnotationsSelected()) {
      const drawn = annotation.state.getAnnotation(uid);
      if (!drawn || annotation.locking.isAnnotationLocked(uid)) continue;
      annotation.state.removeAnnotation(uid);
    }
    this.room.engine.render();
  }

  // A key image is a drawing without points.
  #keyAt(cell) {
    const image = cell.isStack ? cell.series.images[cell.index] : null;
    return image && [...this.kept.values()].find(({ one }) => one.kind === "key"
      && one.series === cell.series.series && one.instance === image.instance && one.frame === image.frame);
  }

  async toggleKey() {
    const cell = this.room.active;
    if (!cell.isStack || !this.panel) {
      this.layers.say("only_here");
      return;
    }
    await this.loaded;
    const found = this.#keyAt(cell);
    if (found) {
      await this.remove(found);
      return;
    }
    const image = cell.series.images[cell.index];
    await this.#keep({
      kind: "key", series: cell.series.series, instance: image.instance, frame: image.frame,
      points: [], text: "", view: cell.view(),
    });
  }

  toldImage(cell) {
    this.room.root.querySelector('[data-full-do="key"]')
      ?.setAttribute("aria-pressed", String(Boolean(this.#keyAt(cell))));
  }

  show(ids, on) {
    const { visibility } = this.room.cornerstone.annotation;
    for (const id of ids) {
      const entry = this.kept.get(id);
      if (entry?.uid) visibility.setAnnotationVisibility(entry.uid, on);
    }
    this.room.engine.render();
  }

  async goTo(id) {
    const entry = this.kept.get(id);
    if (!entry) return;
    const { series, instance, frame } = entry.one;
    const found = this.room.images.byId.get(this.room.images.idOf(series, instance, frame));
    if (!found) return;
    await this.room.go({ series, index: found.index }, entry.one.view);
    this.room.root.dataset.annotationShown = id;
  }

  place() {
    this.room.engine.render();
  }
}

// The library says bottom, top, left, right; DICOM wants the longer axis first.
function alongAxes([bottom, top, left, right]) {
  const long = ([a, b], [c, d]) => Math.hypot(a - c, b - d);
  return long(bottom, top) >= long(left, right) ? [top, bottom, left, right] : [left, right, top, bottom];
}

function thinned(points) {
  const each = Math.ceil(points.length / 500);
  return points.filter((_, at) => at % each === 0);
}

function same(points, others, text, other) {
  return text === other && points.length === others.length
    && points.every(([x, y], at) => Math.hypot(x - others[at][0], y - others[at][1]) < 0.01);
}
