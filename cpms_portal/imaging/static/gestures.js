// Wheel, mouse, touch and keys become a few words the viewer understands.

const TOOLS = ["slice", "window", "pan", "zoom", "measure"];
const SLICE_STEP = 12;

function place(stage, event) {
  const box = stage.getBoundingClientRect();
  return [event.clientX - box.left, event.clientY - box.top];
}

export function listen(stage, viewer) {
  listenToWheel(stage, viewer);
  listenToKeys(stage, viewer);
  listenToPointers(stage, viewer);
  stage.addEventListener("contextmenu", (event) => event.preventDefault());
}

function listenToWheel(stage, viewer) {
  let rest = 0;
  stage.addEventListener("wheel", (event) => {
    event.preventDefault();
    if (event.ctrlKey) {
      viewer.zoomBy(Math.exp(-event.deltaY / 300), place(stage, event));
      return;
    }
    rest += event.deltaMode === 1 ? event.deltaY * 35 : event.deltaY;
    const steps = Math.trunc(rest / 80);
    if (steps) {
      rest -= steps * 80;
      viewer.step(steps);
    }
  }, { passive: false });
}

function listenToKeys(stage, viewer) {
  const keys = {
    ArrowUp: () => viewer.step(-1), ArrowDown: () => viewer.step(1),
    ArrowLeft: () => viewer.step(-1), ArrowRight: () => viewer.step(1),
    PageUp: () => viewer.step(-10), PageDown: () => viewer.step(10),
    Home: () => viewer.step(-Infinity), End: () => viewer.step(Infinity),
    "+": () => viewer.zoomBy(1.25), "=": () => viewer.zoomBy(1.25), "-": () => viewer.zoomBy(0.8),
    i: () => viewer.invert(), r: () => viewer.reset(),
    Delete: () => viewer.removeMeasure(), Backspace: () => viewer.removeMeasure(),
  };
  TOOLS.forEach((tool, at) => { keys[String(at + 1)] = () => viewer.use(tool); });
  stage.addEventListener("keydown", (event) => {
    const act = keys[event.key] ?? keys[event.key.toLowerCase()];
    if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    act();
  });
}

function listenToPointers(stage, viewer) {
  const pointers = new Map();
  let drag = null;
  let pinch = null;

  stage.addEventListener("pointerdown", (event) => {
    stage.focus({ preventScroll: true });
    stage.setPointerCapture(event.pointerId);
    const at = place(stage, event);
    pointers.set(event.pointerId, at);
    if (pointers.size === 2) {
      if (drag?.line) viewer.endMeasure(drag.line);
      [drag, pinch] = [null, pinchOf(pointers)];
      return;
    }
    const tool = event.button === 2 ? "window" : event.button === 1 ? "pan" : viewer.tool;
    drag = { tool, last: at, rest: 0, line: null };
    if (tool === "measure") drag.line = viewer.beginMeasure(at);
  });
  stage.addEventListener("pointermove", (event) => {
    const at = place(stage, event);
    if (!pointers.has(event.pointerId)) {
      viewer.point(at);
      return;
    }
    pointers.set(event.pointerId, at);
    if (pinch && pointers.size === 2) pinch = pinched(pinch, pinchOf(pointers), viewer);
    else if (drag) dragged(drag, at, viewer);
  });
  const over = (event) => {
    pointers.delete(event.pointerId);
    if (drag?.line) viewer.endMeasure(drag.line);
    [drag, pinch] = [null, null];
  };
  stage.addEventListener("pointerup", over);
  stage.addEventListener("pointercancel", over);
}

function pinchOf(pointers) {
  const [a, b] = [...pointers.values()];
  return {
    middle: [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2],
    apart: Math.max(Math.hypot(a[0] - b[0], a[1] - b[1]), 1),
  };
}

function pinched(before, now, viewer) {
  viewer.zoomBy(now.apart / before.apart, now.middle);
  viewer.moveBy(now.middle[0] - before.middle[0], now.middle[1] - before.middle[1]);
  return now;
}

function dragged(drag, at, viewer) {
  const [x, y] = [at[0] - drag.last[0], at[1] - drag.last[1]];
  drag.last = at;
  if (drag.tool === "slice") {
    drag.rest += y;
    const steps = Math.trunc(drag.rest / SLICE_STEP);
    drag.rest -= steps * SLICE_STEP;
    if (steps) viewer.step(steps);
  } else if (drag.tool === "window") viewer.windowBy(x, y);
  else if (drag.tool === "pan") viewer.moveBy(x, y);
  else if (drag.tool === "zoom") viewer.zoomBy(Math.exp(-y / 150));
  else if (drag.line) viewer.moveMeasure(drag.line, at);
}
