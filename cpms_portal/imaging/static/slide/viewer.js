// The slide viewer: panes side by side, tools, keys, and an address for each place.
import { Linked } from "./linked.js";
import { Notes } from "./notes.js";
import { Pane } from "./pane.js";
import { read, written } from "./place.js";
import { Presenting } from "./presenting.js";

const MOST = 4;
const POWERS = [2.5, 5, 10, 20, 40];

// What the page brings with it needs no question.
async function asked(url, brought) {
  if (brought) return JSON.parse(brought);
  const answer = await fetch(url, { credentials: "same-origin", headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

export class SlideViewer {
  constructor(root) {
    this.root = root;
    this.place = root.querySelector("[data-panes]");
    this.status = root.querySelector("[data-status]");
    this.panes = [];
    this.linked = new Linked();
  }

  async wake() {
    this.say(this.status.dataset.loading);
    this.#listen();
    this.linked.listen(this.root, this.panes);
    try {
      await this.#add(this.root.dataset.levels, this.root.dataset.about);
    } catch {
      this.say(this.status.dataset.failed);
      return;
    }
    this.#powers();
    const at = read(location.hash);
    if (at) this.first.go(at);
    this.notes = Notes.begin(this);
    this.notes?.load();
    this.presenting = new Presenting(this);
    this.presenting.wake();
    globalThis.addEventListener("hashchange", () => {
      const place = read(location.hash);
      if (place) this.first.go(place, false);
    });
  }

  get first() { return this.panes[0]; }

  async #add(url, brought = "") {
    const about = await asked(url, brought);
    const pane = new Pane(this.place, about, (one) => this.#moved(one));
    this.panes.push(pane);
    this.place.dataset.count = this.panes.length;
    await pane.open();
    return pane;
  }

  #moved(pane) {
    const length = pane.showScale();
    pane.element.dataset.at = written(pane.at);
    if (pane === this.first) this.say(length ? this.status.dataset.scale.replace("{length}", length) : "");
    this.linked.follow(pane, this.panes);
    if (pane === this.first) this.presenting?.moved();
  }

  say(words) {
    if (this.status.textContent !== words) this.status.textContent = words;
  }

  // Buttons for the powers a microscope has, up to that of the objective.
  #powers() {
    const { magnification } = this.first.about;
    const box = this.root.querySelector("[data-magnifications]");
    box.hidden = !magnification;
    for (const power of POWERS.filter((one) => one <= magnification)) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = this.status.dataset.power.replace("{power}", power);
      button.addEventListener("click", () => { this.first.ratio = power / magnification; });
      box.append(button);
    }
  }

  #listen() {
    this.root.querySelector("[role=toolbar]").addEventListener("click", (event) => {
      const button = event.target.closest("[data-do]");
      if (button) this.do(button.dataset.do, button);
    });
    this.root.querySelector("[data-beside]")?.addEventListener("change", (event) => this.#beside(event.target));
    this.root.querySelector("[data-linked]").addEventListener("change", (event) => {
      if (event.target.checked) this.linked.start(this.panes);
      else this.linked.stop();
    });
  }

  // One more slide beside those that are there; each comes once and can be put away.
  async #beside(chooser) {
    const option = chooser.selectedOptions[0];
    chooser.value = "";
    if (!option?.value || this.panes.length >= MOST) return;
    option.disabled = true;
    try {
      const pane = await this.#add(option.value);
      pane.offerClose(`${chooser.dataset.close.replace("{slide}", option.textContent)}`, () => {
        this.panes.splice(this.panes.indexOf(pane), 1);
        pane.close();
        option.disabled = false;
        this.#arranged(chooser);
        chooser.focus();
      });
    } catch {
      option.disabled = false;
      this.say(this.status.dataset.failed);
    }
    this.#arranged(chooser);
  }

  #arranged(chooser) {
    const label = this.root.querySelector("[data-linked-label]");
    this.place.dataset.count = this.panes.length;
    label.hidden = this.panes.length < 2;
    chooser.disabled = this.panes.length >= MOST;
    this.linked.stop();
    if (!label.hidden && label.querySelector("input").checked) this.linked.start(this.panes);
  }

  do(name, button) {
    const { viewport } = this.first ?? {};
    if (!viewport) return;
    const verbs = {
      in: () => viewport.zoomBy(1.6), out: () => viewport.zoomBy(1 / 1.6), home: () => viewport.goHome(),
      left: () => viewport.rotateBy(-90), right: () => viewport.rotateBy(90),
      help: () => this.#help(button), link: () => this.#link(button),
    };
    verbs[name]?.();
    viewport.applyConstraints();
  }

  #help(button) {
    const help = document.getElementById(button.getAttribute("aria-controls"));
    help.hidden = !help.hidden;
    button.setAttribute("aria-expanded", String(!help.hidden));
  }

  async #link(button) {
    history.replaceState(null, "", written(this.first.at));
    try {
      await navigator.clipboard.writeText(location.href);
      this.say(button.dataset.copied);
    } catch {
      this.say(location.href);
    }
  }
}

for (const root of document.querySelectorAll("[data-slides]")) {
  root.classList.remove("needs-script");
  new SlideViewer(root).wake();
}
