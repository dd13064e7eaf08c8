// Two panes that move together: by the same length on the glass, whatever their pixels measure.

// Whether a pane is where it was put, so that nobody moved it.
function isThere(pane, put) {
  if (!put) return false;
  const { x, y, ratio, turn } = pane.at;
  return Math.hypot(x - put.x, y - put.y) * ratio < 0.5
    && Math.abs(ratio / put.ratio - 1) < 1e-4 && Math.abs(turn - put.turn) < 1e-2;
}

export class Linked {
  constructor() {
    this.on = false;
    this.put = new Map();
    this.held = null;
  }

  // What somebody's hand or key is on: it leads, until they turn to another pane or to a tool.
  listen(root, panes) {
    for (const kind of ["pointerdown", "wheel", "keydown"]) {
      root.addEventListener(kind, ({ target }) => {
        this.held = panes.find((pane) => pane.element.contains(target)) ?? null;
      }, { capture: true, passive: true });
    }
  }

  start(panes) {
    this.on = true;
    this.put.clear();
    this.begun = new Map(panes.map((pane) => [pane, pane.at]));
  }

  stop() { this.on = false; }

  // A pane was moved: the others follow from where each began. One that only followed does not
  // lead back: it would stop the other on its way.
  follow(leader, panes) {
    if (this.held && this.held !== leader) return;
    if (!this.on || !this.begun?.has(leader) || isThere(leader, this.put.get(leader))) return;
    this.put.delete(leader);
    const from = this.begun.get(leader);
    const to = leader.at;
    for (const pane of panes) {
      const own = pane === leader ? null : this.begun.get(pane);
      if (!own) continue;
      const same = (leader.about.pixel[0] && pane.about.pixel[0])
        ? leader.about.pixel[0] / pane.about.pixel[0] : own.ratio ? from.ratio / own.ratio : 1;
      const place = {
        x: own.x + (to.x - from.x) * same, y: own.y + (to.y - from.y) * same,
        ratio: own.ratio * (to.ratio / from.ratio), turn: own.turn + to.turn - from.turn,
      };
      this.put.set(pane, place);
      pane.go(place);
    }
  }
}
