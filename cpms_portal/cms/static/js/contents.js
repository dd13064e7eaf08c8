// The table of contents: tick all, and rows that are dragged to their place.
const form = document.querySelector("[data-contents]");

function place(row, before) {
  const body = new FormData();
  body.set("csrf_token", form.elements.csrf_token.value);
  body.set("name", row.dataset.name);
  body.set("before", before?.dataset.name ?? "");
  return fetch(form.dataset.order, { method: "POST", body });
}

function wakeOrder() {
  let held = null;
  for (const row of form.querySelectorAll("tr[data-name]")) {
    row.draggable = true;
    row.addEventListener("dragstart", (event) => {
      held = row;
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setData("text/plain", row.dataset.name);
    });
    row.addEventListener("dragover", (event) => {
      if (!held || held === row) return;
      event.preventDefault();
      row.classList.add("is-over");
    });
    row.addEventListener("dragleave", () => row.classList.remove("is-over"));
    row.addEventListener("drop", async (event) => {
      event.preventDefault();
      row.classList.remove("is-over");
      if (!held || held === row) return;
      const moved = held;
      const answer = await place(moved, row);
      if (answer.ok) row.before(moved);
    });
    row.addEventListener("dragend", () => { held = null; });
  }
}

if (form) {
  const all = form.querySelector("[data-tick-all]");
  all?.addEventListener("change", () => {
    for (const box of form.querySelectorAll("input[name=name]")) box.checked = all.checked;
  });
  if (form.dataset.sorted === "position") wakeOrder();
}
