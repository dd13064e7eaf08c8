// The list of what was drawn: one layer for each person and panel, shown or hidden.

function element(name, more, ...inside) {
  const made = Object.assign(document.createElement(name), more);
  made.append(...inside);
  return made;
}

function button(words, label, act) {
  const made = element("button", { type: "button", textContent: words });
  made.setAttribute("aria-label", label);
  made.addEventListener("click", act);
  return made;
}

export class LayerList {
  // file: the address of all drawings in one file.
  constructor(box, file, { go, change, remove, changed }) {
    this.box = box;
    this.file = file;
    this.verbs = { go, change, remove, changed };
    this.hidden = new Set();
  }

  // All drawings that are not hidden.
  get shown() {
    return this.layers.filter((layer) => !this.hidden.has(this.#key(layer))).flatMap((layer) => layer.annotations);
  }

  #key(layer) { return `${layer.panel} ${layer.author}`; }

  show(layers) {
    this.layers = layers;
    this.box.hidden = !layers.length;
    this.box.replaceChildren(...layers.map((layer) => this.#layer(layer)), this.#file());
  }

  // All of them in one file, for programs that read slides.
  #file() {
    const link = element("a", { className: "slide-file", href: this.file, download: "" }, this.box.dataset.file);
    return element("p", { className: "slide-layers-foot" }, link);
  }

  #layer(layer) {
    const say = this.box.dataset;
    const check = element("input", { type: "checkbox", checked: !this.hidden.has(this.#key(layer)) });
    check.setAttribute("aria-label", say.show.replace("{author}", layer.author).replace("{panel}", layer.panel_title));
    check.addEventListener("change", () => {
      this.hidden[check.checked ? "delete" : "add"](this.#key(layer));
      this.verbs.changed();
    });
    const title = element("label", { className: "slide-layer-title" }, check, `${layer.author} · ${layer.panel_title}`);
    const list = element("ul", { className: "slide-layer-list" }, ...layer.annotations.map((one) => this.#line(one)));
    return element("section", { className: "slide-layer" }, title, list);
  }

  #line(one) {
    const say = this.box.dataset;
    const { properties, geometry } = one.feature;
    const kind = properties.kind || (geometry.type === "Point" ? "point" : "outline");
    const words = properties.text || say[`words${kind[0].toUpperCase()}${kind.slice(1)}`] || kind;
    const told = (pattern) => pattern.replace("{words}", words);
    const line = element("li", {}, button(words, told(say.go), () => this.verbs.go(one)));
    line.firstChild.classList.add("slide-layer-go");
    if (one.may_change) {
      line.append(button("✎", told(say.edit), () => this.verbs.change(one)));
      line.append(button("×", told(say.remove), () => this.verbs.remove(one)));
    }
    return line;
  }
}
