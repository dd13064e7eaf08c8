// Keys of the full viewer; they count while the images or the slider have the focus.

const TOOLS = {
  1: "slice", 2: "window", 3: "pan", 4: "zoom", 5: "length", 6: "angle", 7: "ellipse", 8: "probe",
  9: "arrow",
};

export function listenToKeys(room) {
  const step = (steps) => room.active.go(room.active.index + steps);
  const zoom = (factor) => {
    room.active.zoom *= factor;
    room.active.viewport.render();
  };
  const acts = {
    ArrowUp: () => step(-1), ArrowDown: () => step(1), ArrowLeft: () => step(-1),
    ArrowRight: () => step(1), PageUp: () => step(-10), PageDown: () => step(10),
    Home: () => room.active.go(0), End: () => room.active.go(room.active.count - 1),
    "+": () => zoom(1.25), "=": () => zoom(1.25), "-": () => zoom(0.8),
    i: () => room.toolbar.do("invert"), r: () => room.toolbar.do("reset"),
    t: () => room.toolbar.do("rotate"), f: () => room.toolbar.do("flip"),
    c: () => room.toolbar.do("cine"), k: () => room.toolbar.do("key"),
    Delete: () => room.drawings.removeSelected(), Backspace: () => room.drawings.removeSelected(),
  };
  for (const [key, tool] of Object.entries(TOOLS)) acts[key] = () => room.toolbar.use(tool);
  room.grid.addEventListener("keydown", (event) => {
    const act = acts[event.key] ?? acts[event.key.toLowerCase()];
    if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    act();
  });
}
