// The table of contents: tick all, and rows that are dragged or sent by the arrow keys to their place.
const form = document.querySelector("[data-contents]");
const said = document.querySelector("[data-order-said]");

async function send(row, where, other) {
  const body = new FormData();
  body.set("csrf_token", form.elements.csrf_token.value);
  body.set("name", row.dataset.name);
  body.set(where, other.dataset.name);
  const answer = await fetch(form.dataset.order, { method: "POST", body }).catch(() => null);
  said.textContent = answer?.ok ? said.dataset.moved : said.dataset.refused;
  said.classList.toggle("visually-hidden", Boolean(answer?.ok));
  return Boolean(answer?.ok);
}

async function place(row, where, other) {
  if (!other || row === other || !(await send(row, where, other))) return;
  if (where === "before") other.before(row);
  else other.after(row);
}

function wakeDragging(row, held) {
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
    place(held.row, lower(event) ? "after" : "before", row);
  });
  row.addEventListener("dragend", () => {
    row.classList.remove("is-held");
    held.row = null;
  });
}

function wakeKeys(row) {
  let busy = false;
  row.addEventListener("keydown", async (event) => {
    if (!event.altKey || !["ArrowUp", "ArrowDown"].includes(event.key)) return;
    event.preventDefault();
    if (busy) return;
    busy = true;
    const focused = document.activeElement;
    if (event.key === "ArrowUp") await place(row, "before", row.previousElementSibling);
    else await place(row, "after", row.nextElementSibling);
    focused?.focus();
    busy = false;
  });
}

if (form) {
  const all = form.querySelector("[data-tick-all]");
  all?.addEventListener("change", () => {
    for (const box of form.querySelectorAll("input[name=name]")) box.checked = all.checked;
  });
  if (form.dataset.sorted === "position") {
    const held = { row: null };
    for (const row of form.querySelectorAll("tr[data-name]")) {
      wakeDragging(row, held);
      wakeKeys(row);
    }
    document.querySelector("[data-order-hint]")?.removeAttribute("hidden");
  }
}
