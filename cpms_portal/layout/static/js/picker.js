// Finds coded terms and people while one types: a combobox with a listbox, after the ARIA pattern.
// data-suggest answers ?q=… with [{value, label, detail}]. Chosen values are ticked boxes, so the
// form says the same with and without script; what was typed but not chosen is sent as well.
const PAUSE = 180;
let made = 0;

class Picker {
  constructor(root) {
    this.root = root;
    this.input = root.querySelector("input[type=text]");
    this.chosen = root.querySelector("[data-picker-chosen]");
    this.multiple = "multiple" in root.dataset;
    this.found = [];
    this.at = -1;
    this.asked = 0;
    this.timer = 0;
    made += 1;
    this.list = document.createElement("ul");
    this.list.className = "picker-list";
    this.list.id = `picker-list-${made}`;
    this.list.hidden = true;
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", this.label());
    this.status = document.createElement("p");
    this.status.className = "visually-hidden";
    this.status.setAttribute("role", "status");
    root.append(this.list, this.status);
    this.tie();
    for (const item of this.chosen.querySelectorAll("li")) this.dress(item);
    this.settle();
  }

  label() {
    return this.input.labels?.[0]?.textContent.trim() || this.input.name;
  }

  tie() {
    const { input } = this;
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-expanded", "false");
    input.setAttribute("aria-controls", this.list.id);
    input.addEventListener("input", () => this.wait());
    input.addEventListener("keydown", (event) => this.key(event));
    input.addEventListener("blur", () => this.close());
    this.list.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      const option = event.target.closest("[role=option]");
      if (option) this.choose(Number(option.dataset.at));
    });
  }

  wait() {
    clearTimeout(this.timer);
    const typed = this.input.value.trim();
    if (typed.length < 2) { this.close(); return; }
    this.timer = setTimeout(() => this.ask(typed), PAUSE);
  }

  async ask(typed) {
    this.asked += 1;
    const asked = this.asked;
    const address = new URL(this.root.dataset.suggest, location.href);
    address.searchParams.set("q", typed);
    try {
      const answer = await fetch(address, { headers: { Accept: "application/json" } });
      const found = answer.ok ? await answer.json() : [];
      if (asked === this.asked && document.activeElement === this.input) this.show(found);
    } catch {
      this.close();
    }
  }

  show(found) {
    this.found = found;
    this.at = -1;
    this.list.replaceChildren(...found.map((one, at) => this.option(one, at)));
    if (!found.length) {
      const none = document.createElement("li");
      none.className = "picker-none";
      none.setAttribute("role", "presentation");
      none.textContent = this.root.dataset.none;
      this.list.append(none);
    }
    this.list.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
    this.input.removeAttribute("aria-activedescendant");
    this.status.textContent = found.length
      ? `${found.length} ${this.root.dataset.count}` : this.root.dataset.none;
  }

  option(one, at) {
    const item = document.createElement("li");
    item.setAttribute("role", "option");
    item.setAttribute("aria-selected", "false");
    item.id = `${this.list.id}-${at}`;
    item.dataset.at = at;
    const label = document.createElement("span");
    label.textContent = one.label;
    item.append(label);
    if (one.detail) {
      const detail = document.createElement("small");
      detail.textContent = one.detail;
      item.append(detail);
    }
    return item;
  }

  key(event) {
    const open = !this.list.hidden;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!open) { this.wait(); return; }
      this.move(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter" && open) {
      event.preventDefault();
      if (this.at >= 0) this.choose(this.at);
    } else if (event.key === "Escape" && open) {
      event.preventDefault();
      this.close();
    }
  }

  move(step) {
    if (!this.found.length) return;
    const count = this.found.length;
    this.at = this.at < 0 && step < 0 ? count - 1 : (this.at + step + count) % count;
    [...this.list.children].forEach((item, at) => {
      item.setAttribute("aria-selected", String(at === this.at));
    });
    const item = this.list.children[this.at];
    this.input.setAttribute("aria-activedescendant", item.id);
    item.scrollIntoView({ block: "nearest" });
  }

  choose(at) {
    const one = this.found[at];
    if (!this.multiple) this.chosen.replaceChildren();
    const same = [...this.chosen.querySelectorAll("input")].some((box) => box.value === one.value);
    if (!same) this.chosen.append(this.dress(this.item(one)));
    this.input.value = "";
    this.close();
    this.settle();
    if (!this.multiple) this.chosen.querySelector(".picker-drop").focus();
    this.status.textContent = one.label;
    this.input.dispatchEvent(new Event("change", { bubbles: true }));
  }

  item(one) {
    const item = document.createElement("li");
    const label = document.createElement("label");
    const box = document.createElement("input");
    const text = document.createElement("span");
    label.className = "picker-choice";
    Object.assign(box, { type: "checkbox", name: "chosen", value: one.value, checked: true });
    text.textContent = one.label;
    label.append(box, text);
    item.append(label);
    return item;
  }

  // With script a cross takes a choice away; the tick box stays, out of sight, to be sent.
  dress(item) {
    const box = item.querySelector("input");
    const label = item.querySelector(".picker-choice");
    const chip = document.createElement("span");
    chip.className = label.className;
    chip.append(...label.childNodes);
    label.replaceWith(chip);
    box.hidden = true;
    const drop = document.createElement("button");
    drop.type = "button";
    drop.className = "picker-drop";
    drop.textContent = "×";
    drop.setAttribute("aria-label", `${this.root.dataset.remove}: ${chip.textContent.trim()}`);
    drop.addEventListener("click", () => {
      item.remove();
      this.settle();
      this.input.focus();
      this.input.dispatchEvent(new Event("change", { bubbles: true }));
    });
    chip.append(drop);
    return item;
  }

  // Where one value is asked for and chosen, there is nothing left to type.
  settle() {
    const full = !this.multiple && this.chosen.querySelector("li") && !this.input.value;
    this.input.hidden = Boolean(full);
  }

  close() {
    clearTimeout(this.timer);
    this.asked += 1;
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }
}

export function wakePickers(within) {
  for (const root of within.querySelectorAll("[data-picker][data-suggest]")) {
    if (!root.dataset.awake) {
      root.dataset.awake = "true";
      new Picker(root);
    }
  }
}
