// The list of layers beside the images: who drew what, shown or hidden, and where it is.

export class Layers {
  constructor(drawings) {
    this.drawings = drawings;
    const { root } = drawings.room;
    this.box = root.querySelector("[data-layers]");
    this.list = this.box.querySelector("[data-layer-list]");
    this.said = this.box.querySelector("[data-said]");
    this.chooser = this.box.querySelector("[data-panel-chooser]");
    this.layerTemplate = root.querySelector("[data-layer-template]");
    this.lineTemplate = root.querySelector("[data-line-template]");
    this.lines = new Map();
    this.#choose();
    this.box.addEventListener("change", (event) => this.#changed(event));
    this.box.addEventListener("click", (event) => this.#clicked(event));
  }

  #choose() {
    const panels = [...(this.drawings.place_?.querySelectorAll("[data-may-draw=yes]") ?? [])];
    for (const { dataset } of panels) {
      this.chooser.add(new Option(dataset.title, `${dataset.panel.replace(/\/$/, "")}/`));
    }
    this.chooser.selectedIndex = this.chooser.options.length - 1;
    this.chooser.closest("label").hidden = panels.length === 0;
    this.box.hidden = !this.drawings.place_?.querySelector("[data-panel]");
  }

  get panel() {
    return this.chooser.value || null;
  }

  draw(layers) {
    for (const layer of layers) this.#layer(layer);
  }

  #layer({ author, panel, panel_title: panelTitle, own, annotations }) {
    const node = this.layerTemplate.content.firstElementChild.cloneNode(true);
    node.querySelector("[data-author]").textContent = `${author}, ${panelTitle}`;
    node.dataset.own = own ? panel : "";
    this.list.append(node);
    for (const one of annotations) this.#line(one, node);
    return node;
  }

  // The layer of what is drawn now; made with the first drawing.
  own() {
    const panel = this.panel;
    const found = [...this.list.children].find((node) => node.dataset.own === panel
      || `${node.dataset.own.replace(/\/$/, "")}/` === panel);
    const { me } = this.box.dataset;
    const title = this.chooser.selectedOptions[0]?.textContent ?? "";
    return found ?? this.#layer({ author: me, panel, panel_title: title, own: true, annotations: [] });
  }

  add(one) {
    this.#line(one, this.own());
  }

  #line(one, layer) {
    const node = this.lineTemplate.content.firstElementChild.cloneNode(true);
    node.dataset.annotation = one.id;
    layer.querySelector("ul").append(node);
    this.lines.set(one.id, node);
    this.change(one);
  }

  change(one) {
    const node = this.lines.get(one.id);
    if (!node) return;
    const image = this.drawings.room.images.byId.get(
      this.drawings.room.images.idOf(one.series, one.instance, one.frame));
    const place = image ? `${image.index + 1}` : "–";
    const words = [this.box.dataset[`kind${one.kind}`] ?? one.kind, one.text, figures(one)];
    node.querySelector("[data-go]").textContent = `${place}: ${words.filter(Boolean).join(" ")}`;
    node.querySelector("[data-drop]").hidden = !one.may_change;
  }

  drop(one) {
    const node = this.lines.get(one.id);
    const layer = node?.closest("[data-layer]");
    node?.remove();
    this.lines.delete(one.id);
    if (layer && !layer.querySelector("[data-annotation]")) layer.remove();
  }

  say(what) {
    const words = what ? this.said.dataset[what.replace("_", "")] ?? "" : "";
    this.said.textContent = words;
  }

  #changed(event) {
    const layer = event.target.closest("[data-layer]");
    if (!layer || event.target.type !== "checkbox") return;
    const ids = [...layer.querySelectorAll("[data-annotation]")].map((node) => node.dataset.annotation);
    this.drawings.show(ids, event.target.checked);
  }

  #clicked(event) {
    const id = event.target.closest("[data-annotation]")?.dataset.annotation;
    if (!id) return;
    if (event.target.closest("[data-go]")) this.drawings.goTo(id);
    if (event.target.closest("[data-drop]")) {
      const entry = this.drawings.kept.get(id);
      const { annotation } = this.drawings.room.cornerstone;
      if (entry.uid) annotation.state.removeAnnotation(entry.uid);
      else this.drawings.remove(entry);
      this.drawings.place();
    }
  }
}

const UNITS = { "[hnsf'U]": "HU", mm2: "mm²", deg: "°", "{pixels}": "px", "{pixels}2": "px²", 1: "" };

function figures({ measurements = [] }) {
  const first = measurements.find(([name]) => ["length", "angle", "value", "mean"].includes(name));
  if (!first) return "";
  const [, value, unit] = first;
  return `${value.toFixed(1)} ${UNITS[unit] ?? unit}`.trim();
}
