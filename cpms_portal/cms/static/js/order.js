// Rows go to their place: dragged, or by Alt with an arrow key, Home or End; also to another page.
const said = document.querySelector("[data-order-said]");
const KEYS = { ArrowUp: "up", ArrowDown: "down", Home: "top", End: "end" };

async function ask(form, row, how) {
  const body = new FormData();
  body.set("csrf_token", form.elements.csrf_token.value);
  body.set("name", row.dataset.name);
  for (const [name, value] of Object.entries(how)) body.set(name, value);
  const answer = await fetch(form.dataset.order, { method: "POST", body }).catch(() => null);
  said.textContent = answer?.ok ? said.dataset.moved : said.dataset.refused;
  said.classList.toggle("visually-hidden", Boolean(answer?.ok));
  return answer?.ok ? answer.json() : null;
}

function number(form) {
  const first = Number(form.dataset.firstRow);
  if (!first) return;
  for (const [at, cell] of form.querySelectorAll(".handle-cell").entries()) cell.textContent = first + at;
}

async function place(form, row, where, other) {
  if (!other || row === other || !(await ask(form, row, { [where]: other.dataset.name }))) return;
  if (where === "before") other.before(row);
  else other.after(row);
  number(form);
}

// Show the page of the table on which a row stands now, with the row in sight and in focus.
function show(form, row, found) {
  const size = Number(form.dataset.size);
  const address = new URL(form.action);
  address.searchParams.set("start", Math.floor((found - 1) / size) * size);
  address.hash = `item-${row.dataset.name}`;
  location.assign(address);
}

async function send(form, row, act) {
  const next = act === "up" ? row.previousElementSibling : row.nextElementSibling;
  if (next && act === "up") return place(form, row, "before", next);
  if (next && act === "down") return place(form, row, "after", next);
  // Among rows that were filtered, the ends of the folder are not in sight.
  if (form.dataset.firstRow === "0") return null;
  const found = await ask(form, row, { act });
  if (!found) return null;
  const at = found.row - Number(form.dataset.firstRow);
  const rows = [...form.querySelectorAll("tr[data-name]")];
  if (at < 0 || at >= rows.length) return show(form, row, found.row);
  if (rows[at] !== row) {
    if (act === "top") rows[at].before(row);
    else rows[at].after(row);
  }
  return number(form);
}

function wakeDragging(form, row, held) {
  const lower = (event) => {
    const box = row.getBoundingClientRect();
    return event.clientY > box.top + box.height / 2;
  };
  const clear = () => row.classList.remove("is-over", "is-over-below");
  row.draggable = true;
  row.addEventListener("dragstart", (event) => {
    held.row = row;
    row.classList.add("is-held");
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", row.dataset.name);
  });
  row.addEventListener("dragover", (event) => {
    if (!held.row || held.row === row) return;
    event.preventDefault();
    clear();
    row.classList.add(lower(event) ? "is-over-below" : "is-over");
  });
  row.addEventListener("dragleave", clear);
  row.addEventListener("drop", (event) => {
    if (!held.row) return;
    event.preventDefault();
    clear();
    place(form, held.row, lower(event) ? "after" : "before", row);
  });
  row.addEventListener("dragend", () => {
    row.classList.remove("is-held");
    held.row = null;
  });
}

function wakeKeys(form, row, held) {
  row.addEventListener("keydown", async (event) => {
    if (!event.altKey || !KEYS[event.key]) return;
    event.preventDefault();
    if (held.busy) return;
    held.busy = true;
    const focused = document.activeElement;
    await send(form, row, KEYS[event.key]);
    focused?.focus();
    focused?.scrollIntoView({ block: "nearest" });
    held.busy = false;
  });
}

export function wakeOrder(form) {
  if (form.dataset.sorted !== "position") return;
  const held = { row: null, busy: false };
  const wake = () => {
    for (const row of form.querySelectorAll("tr[data-name]")) {
      wakeDragging(form, row, held);
      wakeKeys(form, row, held);
    }
  };
  form.addEventListener("rows", wake);
  wake();
  document.querySelector("[data-order-hint]")?.removeAttribute("hidden");
}
