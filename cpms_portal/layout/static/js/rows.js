// Adds and removes rows of a form without a round trip. Without script the buttons submit.
import { wakePickers } from "./picker.js";

const ROW = "__row__";
const TIED = ["id", "for", "aria-describedby", "aria-controls", "value"];
let made = 0;

function renumber(node, mark) {
  for (const element of node.querySelectorAll("*")) {
    for (const name of TIED) {
      const value = element.getAttribute(name);
      if (value?.includes(ROW)) element.setAttribute(name, value.replaceAll(ROW, mark));
    }
  }
}

function add(set) {
  const pattern = document.createElement("template");
  pattern.innerHTML = set.dataset.rowPattern;
  const row = pattern.content;
  made += 1;
  renumber(row, `new${made}`);
  const body = set.querySelector("[data-rows-body]");
  body.append(row);
  wakePickers(body.lastElementChild);
  body.lastElementChild.querySelector("input:not([type=hidden]), select, textarea")?.focus();
  set.dispatchEvent(new Event("input", { bubbles: true }));
}

function remove(set, row) {
  const next = row.nextElementSibling ?? row.previousElementSibling;
  row.remove();
  (next?.querySelector("[data-row-remove]") ?? set.querySelector("[data-row-add]")).focus();
  set.dispatchEvent(new Event("input", { bubbles: true }));
}

export function wakeRows() {
  document.addEventListener("click", (event) => {
    const set = event.target.closest("[data-rows]");
    if (!set) return;
    if (event.target.closest("[data-row-add]")) {
      event.preventDefault();
      add(set);
    } else if (event.target.closest("[data-row-remove]")) {
      event.preventDefault();
      remove(set, event.target.closest(".row"));
    }
  });
}
