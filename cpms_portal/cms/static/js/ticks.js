// Tick boxes: all, from one to another with Shift, how many; ticks stay while rows are moved.
const KEPT = "contents-ticks";
const STAY = ["up", "down", "place", "top", "end"];

const boxes = (form) => [...form.querySelectorAll("input[name=name]")];

function count(form) {
  const ticked = boxes(form).filter((box) => box.checked).length;
  const shown = form.querySelector("[data-ticked]");
  if (shown) shown.textContent = ticked ? ` (${ticked})` : "";
  const all = form.querySelector("[data-tick-all]");
  if (!all) return;
  all.checked = ticked > 0 && ticked === boxes(form).length;
  all.indeterminate = ticked > 0 && !all.checked;
}

function restore(form) {
  let kept = null;
  try {
    kept = JSON.parse(sessionStorage.getItem(KEPT));
    sessionStorage.removeItem(KEPT);
  } catch {
    return;
  }
  if (kept?.place !== location.pathname) return;
  for (const box of boxes(form)) if (kept.names.includes(box.value)) box.checked = true;
}

function keep(form, event) {
  if (!STAY.includes(event.submitter?.value)) return;
  const names = boxes(form).filter((box) => box.checked).map((box) => box.value);
  try {
    sessionStorage.setItem(KEPT, JSON.stringify({ place: location.pathname, names }));
  } catch {
    // Without storage they are ticked again by hand.
  }
}

export function wakeTicks(form) {
  let last = null;
  let shift = false;
  restore(form);
  count(form);
  const more = form.querySelector(".batch-more");
  if (more && innerWidth > 700 && boxes(form).length < 20) more.open = true;
  form.addEventListener("submit", (event) => keep(form, event));
  for (const name of ["click", "keydown"]) {
    form.addEventListener(name, (event) => { shift = event.shiftKey; }, true);
  }
  form.addEventListener("change", (event) => {
    const box = event.target;
    if (box.matches("[data-tick-all]")) {
      for (const one of boxes(form)) one.checked = box.checked;
    } else if (box.name === "name") {
      const all = boxes(form);
      if (shift && last?.isConnected) {
        const [from, to] = [all.indexOf(last), all.indexOf(box)].sort((a, b) => a - b);
        for (const one of all.slice(from, to + 1)) one.checked = box.checked;
      }
      last = box;
    }
    count(form);
  });
}
