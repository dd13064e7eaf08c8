// Look together: one leads, the others follow or let go. Small messages, asked for by polling.

const FOLLOWING = 800;
const LOOKING = 4000;
const SHOWING = 250;

// What a viewer adds: state() (what it shows now, or null), here (the path of what it shows, below
// the patient), apply(state), ring(point or null).
export class Presentation {
  constructor(root) {
    this.root = root;
    this.bar = root.querySelector("[data-together]");
    this.mode = "free";
    this.told = { leader: "", state: {}, lookers: [], mine: false };
    this.pointer = null;
  }

  wake() {
    if (!this.bar) return;
    this.bar.hidden = false;
    this.chooser = this.bar.querySelector("[data-together-panel]");
    this.chooser.selectedIndex = this.chooser.options.length - 1;
    this.chooser.closest("label").hidden = this.chooser.options.length < 2;
    this.chooser.addEventListener("change", () => { this.#free(); this.#tick(); });
    this.bar.addEventListener("click", (event) => {
      const { togetherDo } = event.target.closest("button")?.dataset ?? {};
      if (togetherDo) this[togetherDo]();
    });
    const follow = new URLSearchParams(location.search).get("follow");
    if (follow !== null) {
      const at = [...this.chooser.options].findIndex((one) => one.value === follow);
      if (at >= 0) this.chooser.selectedIndex = at;
      this.mode = "follow";
    }
    this.#say("look").then(() => {
      // Whoever leads goes on leading on the page of another study or slide.
      if (this.told.mine && this.mode === "free") this.lead();
      this.#tick();
    });
  }

  get panel() {
    return `${this.chooser.value.replace(/\/$/, "")}/`;
  }

  get mayLead() {
    return this.chooser.selectedOptions[0]?.dataset.mayLead === "yes";
  }

  async lead() {
    this.mode = "lead";
    await this.#say("lead", this.state());
  }

  async follow() {
    this.mode = "follow";
    await this.#say("look");
    this.#tick();
  }

  async letGo() {
    const step = this.mode === "lead" ? "let_go" : "look";
    this.#free();
    await this.#say(step);
  }

  #free() {
    this.mode = "free";
    this.applied = null;
    this.ring(null);
  }

  // What the leader does reaches the others a few times a second, not for every pixel.
  moved() {
    if (this.mode !== "lead" || this.waiting) return;
    this.waiting = setTimeout(() => {
      this.waiting = null;
      if (this.mode === "lead") this.#say("show", this.state());
    }, SHOWING);
  }

  // The leader points at a place of what is shown.
  pointed(point) {
    if (this.mode !== "lead") return;
    this.pointer = point;
    this.moved();
  }

  async #say(step, state = null) {
    const answer = await fetch(`${this.panel}present`, {
      method: "POST", credentials: "same-origin",
      body: JSON.stringify({ step, following: this.mode === "follow", state }),
      headers: { "Content-Type": "application/json", "X-CSRF-Token": this.bar.dataset.token },
    }).catch(() => null);
    this.said = Date.now();
    if (answer?.ok) await this.#hear(await answer.json());
    else if (answer) this.#over();
  }

  async #tick() {
    clearTimeout(this.timer);
    if (Date.now() - (this.said ?? 0) > LOOKING) await this.#say("look");
    else await this.#ask();
    this.timer = setTimeout(() => this.#tick(), this.mode === "follow" ? FOLLOWING : LOOKING);
  }

  async #ask() {
    const answer = await fetch(`${this.panel}presentation`, {
      credentials: "same-origin", headers: this.mark ? { "If-None-Match": this.mark } : {},
    }).catch(() => null);
    if (!answer || answer.status === 304) return;
    if (!answer.ok) {
      this.#over();
      return;
    }
    this.mark = answer.headers.get("ETag");
    await this.#hear(await answer.json());
  }

  // The panel was frozen, or the reader is no member any more.
  #over() {
    this.#free();
    clearTimeout(this.timer);
    this.bar.hidden = true;
  }

  async #hear(told) {
    this.told = told;
    if (this.mode === "lead" && !told.mine) this.#free();
    this.#draw();
    if (this.mode !== "follow" || told.mine || !told.state.target) return;
    if (this.applied === told.number) return;
    this.applied = told.number;
    await this.#apply(told.state);
  }

  async #apply(state) {
    const { here } = this;
    if (state.target !== here) {
      const address = location.pathname.replace(here, state.target);
      if (address !== location.pathname) location.assign(`${address}?follow=${encodeURIComponent(this.chooser.value)}`);
      return;
    }
    if (!await this.apply(state)) return;
    this.ring(state.pointer);
    this.root.dataset.followed = String(this.applied);
  }

  #draw() {
    const { leader, mine, lookers } = this.told;
    const words = this.bar.dataset;
    const button = (name) => this.bar.querySelector(`[data-together-do="${name}"]`);
    button("lead").hidden = this.mode === "lead" || !this.mayLead;
    button("follow").hidden = this.mode !== "free" || mine;
    button("letGo").hidden = this.mode === "free";
    const said = mine ? words.you : !leader ? words.nobody
      : (this.mode === "follow" ? words.follows : words.leads).replace("{name}", leader);
    const write = (selector, text) => {
      const node = this.bar.querySelector(selector);
      if (node.textContent !== text) node.textContent = text;
    };
    write("[data-together-said]", said);
    const names = lookers.map(([name, follows]) => (follows ? `${name} ✓` : name)).join(", ");
    write("[data-together-lookers]", names ? words.looking.replace("{names}", names) : "");
  }
}
