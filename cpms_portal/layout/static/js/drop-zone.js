// Files can be dropped on a zone; what is chosen is listed by name and size.
function size(bytes) {
  if (bytes < 1024) return `${bytes} B`;
  const units = ["kB", "MB", "GB"];
  let value = bytes / 1024;
  let at = 0;
  while (value >= 1024 && at < units.length - 1) { value /= 1024; at += 1; }
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${units[at]}`;
}

function list(zone, input) {
  const items = [...input.files].map((file) => {
    const item = document.createElement("li");
    const name = document.createElement("span");
    const bytes = document.createElement("span");
    name.textContent = file.name;
    bytes.textContent = size(file.size);
    item.append(name, bytes);
    return item;
  });
  zone.querySelector("[data-drop-zone-files]")?.replaceChildren(...items);
}

function wake(zone) {
  const input = zone.querySelector("input[type=file]");
  const over = (on) => (event) => {
    event.preventDefault();
    zone.classList.toggle("is-over", on);
  };
  zone.addEventListener("dragenter", over(true));
  zone.addEventListener("dragover", over(true));
  zone.addEventListener("dragleave", over(false));
  zone.addEventListener("drop", (event) => {
    over(false)(event);
    if (!event.dataTransfer.files.length) return;
    input.files = event.dataTransfer.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });
  input.addEventListener("change", () => list(zone, input));
}

export function wakeDropZones(within) {
  for (const zone of within.querySelectorAll("[data-drop-zone]")) wake(zone);
}
