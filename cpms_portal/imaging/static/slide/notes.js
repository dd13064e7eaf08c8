// Annotations of a slide: shown, drawn, kept at the panel, found again by their link.
import { LayerList } from "./layers.js";
import { Overlay } from "./overlay.js";
import { Tools } from "./tools.js";

export class Notes {
  static begin(viewer) {
    const place = viewer.root.querySelector("[data-annotations]");
    return place ? new Notes(viewer, place) : null;
  }

  constructor(viewer, place) {
    this.viewer = viewer;
    this.root = viewer.root;
    this.settings = place.dataset;
    this.panels = [...place.querySelectorAll("[data-panel]")].map((one) => one.dataset);
    this.drawable = this.panels.filter((one) => one.mayDraw);
    this.overlay = new Overlay(viewer.first);
    this.tools = new Tools(this.overlay, {
      draft: (geometry) => this.#draw(geometry), done: (geometry, kind) => this.#drawn(geometry, kind),
    });
    this.list = new LayerList(this.root.querySelector("[data-layers]"), `${this.settings.annotations}.geojson`, {
      go: (one) => this.go(one), change: (one) => this.#change(one),
      remove: (one) => this.#remove(one), changed: () => this.#draw(),
    });
    this.form = this.root.querySelector("[data-note]");
    this.#wake();
  }

  async load() {
    const answer = await fetch(this.settings.annotations, { credentials: "same-origin" });
    if (!answer.ok) return;
    this.list.show((await answer.json()).layers);
    this.#draw();
    const wanted = new URLSearchParams(location.search).get("annotation");
    const found = !this.found && this.list.shown.find((one) => one.id === wanted);
    this.found = true;
    if (found) this.go(found, true);
  }

  go(one, now = false) {
    this.chosen = one.id;
    if (one.view.column != null && one.view.row != null) this.viewer.first.seen(one.view, now);
    this.#draw();
  }

  #wake() {
    const box = this.root.querySelector("[data-draw]");
    box.hidden = !this.drawable.length;
    this.root.querySelector("[data-draw-help]").hidden = box.hidden;
    box.addEventListener("click", (event) => {
      const button = event.target.closest("[data-tool]");
      if (button) this.#choose(this.tools.name === button.dataset.tool ? "" : button.dataset.tool);
    });
    const { panel } = this.form.elements;
    panel.append(...this.drawable.map((one) => new Option(one.title, one.panel)));
    this.form.querySelector("[data-panel-choice]").hidden = this.drawable.length < 2;
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#keep();
    });
    this.form.querySelector("[data-discard]").addEventListener("click", () => this.#close());
    this.viewer.first.element.addEventListener("keydown", (event) => this.#key(event), true);
  }

  #key(event) {
    const tool = { p: "point", g: "region", o: "outline" }[event.key];
    if (event.key === "Escape" && this.tools.name) this.#choose("");
    else if (event.key === "Enter" && this.tools.name) this.tools.middle();
    else if (tool && this.drawable.length && !event.ctrlKey && !event.metaKey) this.#choose(tool);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  #choose(name) {
    this.tools.choose(name);
    for (const button of this.root.querySelectorAll("[data-tool]")) {
      button.setAttribute("aria-pressed", String(button.dataset.tool === name));
    }
  }

  #draw(draft = this.geometry) {
    const shown = (this.list.layers ? this.list.shown : []).map((one) => (
      { geometry: one.feature.geometry, chosen: one.id === this.chosen }));
    this.overlay.show(draft ? [...shown, { geometry: draft, draft: true }] : shown);
  }

  #drawn(geometry, kind) {
    this.geometry = geometry;
    this.kind = kind;
    this.changing = null;
    this.#choose("");
    this.#draw();
    this.#open("");
  }

  #change(one) {
    this.changing = one;
    this.geometry = null;
    this.go(one);
    this.#open(one.feature.properties.text);
  }

  #open(text) {
    this.form.hidden = false;
    this.form.querySelector("[data-panel-choice]").hidden = Boolean(this.changing) || this.drawable.length < 2;
    this.form.elements.text.value = text;
    this.form.elements.text.focus();
  }

  #close() {
    this.form.hidden = true;
    this.geometry = null;
    this.changing = null;
    this.#draw();
    this.viewer.first.stage.querySelector(".openseadragon-canvas").focus({ preventScroll: true });
  }

  async #keep() {
    const text = this.form.elements.text.value.trim();
    const old = this.changing?.feature;
    const sent = {
      type: "Feature", geometry: old ? old.geometry : this.geometry,
      properties: { text, kind: old ? old.properties.kind : this.kind },
      view: this.changing ? this.changing.view : this.viewer.first.view,
    };
    const url = this.changing ? `${this.changing.url}/change` : `${this.form.elements.panel.value}/annotate`;
    if (!this.changing) sent.target = this.settings.target;
    const kept = await this.#sent(url, sent);
    if (!kept) return;
    this.chosen = kept.id;
    this.#close();
    await this.load();
    this.viewer.say(this.list.box.dataset.kept);
  }

  async #remove(one) {
    if (!await this.#sent(`${one.url}/remove`, {})) return;
    await this.load();
    this.viewer.say(this.list.box.dataset.removed);
  }

  async #sent(url, content) {
    const answer = await fetch(url, {
      method: "POST", credentials: "same-origin", body: JSON.stringify(content),
      headers: { "Content-Type": "application/json", "X-CSRF-Token": this.settings.token },
    }).catch(() => null);
    if (answer?.ok) return answer.json();
    this.viewer.say(this.list.box.dataset.failed);
    return null;
  }
}
