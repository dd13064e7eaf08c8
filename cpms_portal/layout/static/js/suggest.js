// Titles while typing, to choose from (combobox of WAI-ARIA 1.2). Without it the field searches as before.
const PAUSE = 150;
const SHORTEST = 2;
let lists = 0;

function optionOf(found, number, list) {
  const option = document.createElement("li");
  option.id = `${list.id}-${number}`;
  option.role = "option";
  option.dataset.url = found.url;
  const title = document.createElement("span");
  title.textContent = found.title;
  const kind = document.createElement("small");
  kind.textContent = found.kind;
  option.append(title, kind);
  return option;
}

export function wakeSuggest(field) {
  const list = document.createElement("ul");
  list.id = `suggestions-${++lists}`;
  list.className = "picker-list suggest-list";
  list.role = "listbox";
  list.hidden = true;
  list.setAttribute("aria-label", field.dataset.suggestions);
  field.after(list);
  field.role = "combobox";
  field.setAttribute("aria-autocomplete", "list");
  field.setAttribute("aria-controls", list.id);
  let waiting = 0;
  let latest = 0;
  let at = -1;

  const point = (number) => {
    const options = [...list.children];
    at = options.length ? (number + options.length + 1) % (options.length + 1) : -1;
    if (at === options.length) at = -1;
    options.forEach((one, place) => one.setAttribute("aria-selected", String(place === at)));
    options[at]?.scrollIntoView({ block: "nearest" });
    if (at < 0) field.removeAttribute("aria-activedescendant");
    else field.setAttribute("aria-activedescendant", options[at].id);
  };
  const show = (found) => {
    list.replaceChildren(...found.map((one, number) => optionOf(one, number, list)));
    list.hidden = !found.length;
    field.setAttribute("aria-expanded", String(!list.hidden));
    point(-1);
  };
  const ask = async () => {
    const number = ++latest;
    const address = new URL(field.dataset.suggest, location.href);
    address.searchParams.set("q", field.value);
    const answer = await fetch(address, { headers: { Accept: "application/json" } });
    if (answer.ok && number === latest && document.activeElement === field) show(await answer.json());
  };
  const close = () => {
    latest += 1;
    show([]);
  };

  show([]);
  field.addEventListener("input", () => {
    clearTimeout(waiting);
    if (field.value.trim().length < SHORTEST) close();
    else waiting = setTimeout(ask, PAUSE);
  });
  field.addEventListener("keydown", (event) => {
    if (list.hidden) return;
    if (event.key === "ArrowDown") point(at + 1);
    else if (event.key === "ArrowUp") point(at < 0 ? list.children.length - 1 : at - 1);
    else if (event.key === "Escape") close();
    else if (event.key === "Enter" && at >= 0) location.assign(list.children[at].dataset.url);
    else return;
    event.preventDefault();
  });
  field.addEventListener("blur", close);
  // Before the field loses the focus, and the list with it.
  list.addEventListener("pointerdown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) location.assign(option.dataset.url);
  });
}
