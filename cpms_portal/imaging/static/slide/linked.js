// Two panes that move together: by the same length on the glass, whatever their pixels measure.

export class Linked {
  constructor() {
    this.on = false;
    this.leading = null;
  }

  start(panes) {
    this.on = true;
    this.begun = new Map(panes.map((pane) => [pane, pane.at]));
  }

  stop() { this.on = false; }

  // A pane was moved: the others follow from where each began.
  follow(leader, panes) {
    if (!this.on || this.leading || !this.begun?.has(leader)) return;
    this.leading = leader;
    const from = this.begun.get(leader);
    const to = leader.at;
    for (const pane of panes) {
      const own = pane === leader ? null : this.begun.get(pane);
      if (!own) continue;
      const same = (leader.about.pixel[0] && pane.about.pixel[0])
        ? leader.about.pixel[0] / pane.about.pixel[0] : own.ratio ? from.ratio / own.ratio : 1;
      pane.go({
        x: own.x + (to.x - from.x) * same, y: own.y + (to.y - from.y) * same,
        ratio: own.ratio * (to.ratio / from.ratio), turn: own.turn + to.turn - from.turn,
      });
    }
    this.leading = null;
  }
}
