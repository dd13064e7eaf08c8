// The tools of the viewer: what dragging does, by mouse, finger and pen.

const DRAGS = {
  slice: "StackScrollTool", window: "WindowLevelTool", pan: "PanTool", zoom: "ZoomTool",
  length: "LengthTool", angle: "AngleTool", rectangle: "RectangleROITool",
  ellipse: "EllipticalROITool", freehand: "PlanarFreehandROITool", probe: "ProbeTool",
  arrow: "ArrowAnnotateTool", text: "LabelTool", cross: "CrosshairsTool",
};
/** Kind of a drawing ↔ the tool that draws it. */
export const DRAWING = ["length", "angle", "rectangle", "ellipse", "freehand", "probe", "arrow", "text"];

export class Tools {
  constructor(cornerstone, images, ask) {
    this.images = images;
    this.cornerstone = cornerstone;
    this.group = cornerstone.ToolGroupManager.createToolGroup("cpms");
    this.ask = ask;
    this.tool = "slice";
  }

  name(tool) {
    return this.cornerstone[DRAGS[tool]].toolName;
  }

  kindOf(toolName) {
    return DRAWING.find((kind) => this.name(kind) === toolName);
  }

  add() {
    const { cornerstone, group } = this;
    const asking = {
      getTextCallback: (done) => this.ask().then(done),
      changeTextCallback: (drawn, _event, done) => this.ask(drawn.data.label).then((text) => text && done(text)),
    };
    for (const tool of Object.keys(DRAGS)) {
      if (tool === "cross") continue;
      cornerstone.addTool(cornerstone[DRAGS[tool]]);
      const own = { arrow: asking, text: asking, probe: { getTextLines: (data, from) => this.#value(data, from) } };
      group.addTool(this.name(tool), own[tool] ?? {});
      if (DRAWING.includes(tool)) group.setToolPassive(this.name(tool));
    }
    cornerstone.addTool(cornerstone.CrosshairsTool);
    cornerstone.addTool(cornerstone.ReferenceLinesTool);
    group.addTool(cornerstone.ReferenceLinesTool.toolName);
    this.use("slice");
  }

  // The value under a probe, read from the very image it lies on.
  #value(data, targetId) {
    const stats = data.cachedStats[targetId];
    if (!targetId.startsWith("imageId:")) return stats?.index ? [`${stats.value} ${stats.modalityUnit}`] : undefined;
    const id = targetId.slice("imageId:".length);
    const image = this.cornerstone.cache.getImage(id);
    if (!image || image.color) return undefined;
    const [column, row] = this.images.toImage(id, Array.from(data.handles.points[0])).map(Math.floor);
    if (column < 0 || row < 0 || column >= image.columns || row >= image.rows) return undefined;
    const value = Math.round(image.getPixelData()[row * image.columns + column] * 100) / 100;
    const unit = this.images.byId.get(id).series.modality === "CT" ? " HU" : "";
    return [`${column}, ${row}: ${value}${unit}`];
  }

  #bindings(tool) {
    const { MouseBindings: buttons, KeyboardBindings: keys } = this.cornerstone.ToolEnums;
    const fixed = {
      slice: [{ mouseButton: buttons.Wheel }],
      window: [{ mouseButton: buttons.Secondary }],
      pan: [{ mouseButton: buttons.Auxiliary }],
      zoom: [{ numTouchPoints: 2 }, { mouseButton: buttons.Wheel, modifierKey: keys.Ctrl }],
    }[tool] ?? [];
    return tool === this.tool ? [{ mouseButton: buttons.Primary }, ...fixed] : fixed;
  }

  use(tool) {
    const { group } = this;
    const before = this.tool;
    this.tool = tool;
    if (before !== tool && DRAWING.includes(before)) group.setToolPassive(this.name(before));
    if (before === "cross" && tool !== "cross" && group.hasTool(this.name("cross"))) {
      group.setToolDisabled(this.name("cross"));
    }
    for (const one of new Set(["slice", "window", "pan", "zoom", tool])) {
      const bindings = this.#bindings(one);
      // What a tool was bound to before stays bound until it is said otherwise.
      group.setToolPassive(this.name(one), { removeAllBindings: true });
      group.setToolActive(this.name(one), { bindings });
    }
  }

  allowCross(on) {
    const name = this.name("cross");
    if (on && !this.group.hasTool(name)) this.group.addTool(name);
    if (!on && this.tool === "cross") this.use("slice");
    if (!on && this.group.hasTool(name)) this.group.setToolDisabled(name);
  }

  referenceLines(sourceId) {
    const name = this.cornerstone.ReferenceLinesTool.toolName;
    if (!sourceId) {
      this.group.setToolDisabled(name);
      return;
    }
    this.group.setToolConfiguration(name, { sourceViewportId: sourceId });
    this.group.setToolEnabled(name);
  }
}
