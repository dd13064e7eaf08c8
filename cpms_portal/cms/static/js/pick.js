// Asks for something of the libraries: looked for by its words, or found in their tree.
export function element(name, attributes = {}, ...inside) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...inside);
  return made;
}

// What is said for all fields of a kind stands once in the form.
export function words(kind) {
  const say = {};
  const said = document.querySelector(`[data-words="${kind}"]`);
  for (const [name, value] of Object.entries(said.dataset)) {
    if (name.startsWith("say")) say[name.charAt(3).toLowerCase() + name.slice(4)] = value;
  }
  return say;
}

function pickAddress() {
  return document.querySelector("[data-form]").action.replace(/\/(?:edit|add)(?:\?.*)?$/, "/pick");
}

export async function ask(query) {
  const answer = await fetch(`${pickAddress()}?${new URLSearchParams(query)}`, { headers: { Accept: "application/json" } });
  return answer.ok ? answer.json() : { items: [] };
}

// What a picture shows, or that it only decorates: one of them is needed.
function pictureFields(say, id) {
  const text = element("input", { class: "input", type: "text", id: `${id}-words` });
  const box = element("input", { type: "checkbox", id: `${id}-decorative` });
  const check = () => {
    text.disabled = box.checked;
    text.setCustomValidity(box.checked || text.value.trim() ? "" : say.alternativeNeeded);
  };
  text.addEventListener("input", check);
  box.addEventListener("change", check);
  const fill = (item) => { text.value = item.alternative ?? ""; box.checked = Boolean(item.decorative); check(); };
  const said = () => (box.checked ? "" : text.value.trim());
  const parts = [element("label", { for: text.id }, say.alternative), text,
    element("label", { class: "check" }, box, element("span", {}, say.decorative))];
  check();
  return { parts, fill, said };
}

// The rows of a place: each is chosen by its button; a folder can be opened as well.
function rowOf(item, say, choose, open) {
  const pickIt = element("button", { class: "pick-option", type: "button", "aria-pressed": "false" });
  if (item.picture) pickIt.append(element("img", { src: item.picture, alt: "", loading: "lazy" }));
  pickIt.append(element("span", {}, element("strong", {}, item.title), " ", element("span", { class: "faint" }, item.place)));
  pickIt.addEventListener("click", () => choose(item, pickIt));
  const row = element("li", {}, pickIt);
  if (!item.inside) return row;
  const into = element("button", { class: "button is-small is-quiet", type: "button", "aria-label": `${say.open}: ${item.title}` }, say.open);
  into.addEventListener("click", () => open(item.inside));
  row.append(into);
  return row;
}

let asked = 0;

// say: words; kind: the only type that fits, "" for any; free: whether an address may be typed;
// described: whether it is said what a picture shows; given: what is there already. Resolves to
// what was chosen, to ``{ removed: true }``, or to null.
export function pick(say, kind, { free = false, described = false, given = null } = {}) {
  asked += 1;
  const id = `pick-${asked}`;
  const sought = element("input", { class: "input", type: "search", id: `${id}-sought`, autocomplete: "off" });
  const here = element("p", { class: "pick-here", role: "status" });
  const results = element("ul", { class: "pick-results", "aria-label": say.search });
  const address = element("input", { class: "input", type: "text", id: `${id}-address` });
  const picture = described ? pictureFields(say, id) : null;
  const back = element("button", { class: "button", value: "", type: "submit", formnovalidate: "" }, say.back);
  const go = element("button", { class: "button is-primary", value: "go", type: "submit" }, say.insert);
  const body = element("form", { class: "dialog-body", method: "dialog" });
  body.append(element("label", { for: sought.id }, say.search), sought, here, results);
  if (free) body.append(element("label", { for: address.id }, say.address), address);
  if (picture) body.append(...picture.parts);
  const actions = element("div", { class: "dialog-actions" }, back, go);
  if (free && given) actions.prepend(element("button", { class: "button is-quiet", value: "remove", type: "submit", formnovalidate: "" }, say.unlink));
  body.append(actions);
  if (given) {
    address.value = free ? given.address : "";
    picture?.fill(given);
  }
  const dialog = element("dialog", { class: "dialog pick", "aria-label": say[kind || "link"] ?? say.choose }, body);
  document.body.append(dialog);
  let chosen = given && described ? given : null;
  let turn = 0;

  function fits(item) {
    return !kind || item.kind === kind || (kind === "folder" && item.kind === "library");
  }

  function choose(item, button) {
    if (!fits(item)) { open(item.inside); return; }
    chosen = item;
    address.value = "";
    sought.setCustomValidity("");
    picture?.fill(item);
    for (const one of results.querySelectorAll(".pick-option")) one.setAttribute("aria-pressed", String(one === button));
  }

  async function open(place) {
    sought.value = "";
    await look({ kind, in: place });
    results.querySelector("button")?.focus();
  }

  async function look(query) {
    turn += 1;
    const mine = turn;
    const found = await ask(query);
    if (mine !== turn) return;
    results.replaceChildren(...found.items.map((item) => rowOf(item, say, choose, open)));
    here.replaceChildren();
    if (found.up) {
      const up = element("button", { class: "button is-small is-quiet", type: "button" }, say.up);
      up.addEventListener("click", () => open(found.up));
      here.append(up, " ", element("strong", {}, found.here));
    }
    if (!found.items.length) here.append(" ", say.none);
  }

  let timer = 0;
  const lookNow = () => look({ q: sought.value, kind });
  sought.addEventListener("input", () => {
    sought.setCustomValidity("");
    clearTimeout(timer);
    timer = setTimeout(lookNow, 200);
  });
  sought.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    clearTimeout(timer);
    lookNow();
  });
  go.addEventListener("click", () => {
    sought.setCustomValidity(chosen || address.value.trim() ? "" : say.chooseFirst);
  });
  dialog.showModal();
  sought.focus();
  lookNow();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      const typed = address.value.trim();
      if (dialog.returnValue === "remove") resolve({ removed: true });
      else if (dialog.returnValue !== "go") resolve(null);
      else if (typed) resolve({ address: typed, title: typed });
      else resolve(chosen && { ...chosen, alternative: picture?.said() ?? "" });
    });
  });
}
