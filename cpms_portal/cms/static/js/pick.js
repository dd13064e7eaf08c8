// Asks for something of the libraries: to link to, or to put in.
function element(name, attributes = {}, ...inside) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...inside);
  return made;
}

let asked = 0;

// say: words; kind: "", "picture" or "video". Resolves to {address, title, alternative} or null.
export function pick(say, kind, address) {
  asked += 1;
  const named = (part) => `pick-${asked}-${part}`;
  const sought = element("input", { class: "input", type: "search", id: named("sought"), autocomplete: "off" });
  const results = element("ul", { class: "pick-results", role: "listbox", "aria-label": say.search });
  const free = element("input", { class: "input", type: "text", id: named("address") });
  const words = element("input", { class: "input", type: "text", id: named("words") });
  const back = element("button", { class: "button", value: "", type: "submit", formnovalidate: "" }, say.back);
  const go = element("button", { class: "button is-primary", value: "go", type: "submit" }, say.insert);
  const body = element("form", { class: "dialog-body", method: "dialog" });
  body.append(element("label", { for: sought.id }, say.search), sought, results);
  if (!kind) body.append(element("label", { for: free.id }, say.address), free);
  if (kind === "picture") body.append(element("label", { for: words.id }, say.alternative), words);
  body.append(element("div", { class: "dialog-actions" }, back, go));
  const dialog = element("dialog", { class: "dialog pick", "aria-label": say[kind || "link"] }, body);
  document.body.append(dialog);
  let chosen = null;

  function choose(item, option) {
    chosen = item;
    words.value = item.alternative ?? "";
    for (const one of results.children) one.setAttribute("aria-selected", String(one === option));
  }

  function show(items) {
    results.replaceChildren(...items.map((item) => {
      const option = element("li", { role: "option", tabindex: "0", "aria-selected": "false" },
        element("strong", {}, item.title), " ", element("span", { class: "faint" }, item.place));
      option.addEventListener("click", () => choose(item, option));
      option.addEventListener("keydown", (event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        choose(item, option);
      });
      return option;
    }));
  }

  async function look() {
    const query = new URLSearchParams({ q: sought.value, kind });
    const answer = await fetch(`${address}?${query}`, { headers: { Accept: "application/json" } });
    if (answer.ok) show(await answer.json());
  }

  let timer = 0;
  sought.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(look, 200); });
  sought.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    look();
  });
  dialog.showModal();
  sought.focus();
  look();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      if (dialog.returnValue !== "go") { resolve(null); return; }
      if (free.value.trim()) { resolve({ address: free.value.trim(), title: free.value.trim() }); return; }
      resolve(chosen && { ...chosen, alternative: words.value.trim() });
    });
  });
}
