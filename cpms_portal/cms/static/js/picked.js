// Fields that name things of the libraries: shown by title, chosen from the tree. The field itself
// keeps the addresses, one a line, and is what is sent; without script it is typed into.
import { ask, element, pick, words } from "./pick.js";

const known = new Map();

async function learn(addresses) {
  const unknown = addresses.filter((one) => !known.has(one));
  if (!unknown.length) return;
  const found = await ask(unknown.map((one) => ["address", one]));
  for (const item of found.items) known.set(item.place, item);
}

function wake(frame) {
  if (frame.dataset.awake) return;
  frame.dataset.awake = "true";
  const say = words("pick");
  const field = frame.querySelector("input, textarea");
  const several = field.tagName === "TEXTAREA";
  const label = document.querySelector(`label[for="${CSS.escape(field.id)}"] span`)?.textContent.trim() ?? "";
  const list = element("ul", { class: "picked" });
  const button = element("button", { class: "button is-small", type: "button", "aria-label": `${say.choose}: ${label}` }, say.choose);
  if (field.hasAttribute("aria-describedby")) button.setAttribute("aria-describedby", field.getAttribute("aria-describedby"));
  const values = () => field.value.split("\n").map((one) => one.trim()).filter(Boolean);

  function put(addresses) {
    field.value = addresses.join("\n");
    field.dispatchEvent(new Event("input", { bubbles: true }));
    draw();
  }

  function row(address) {
    const item = known.get(address) ?? { title: "", place: address };
    const out = element("button", { class: "button is-small is-quiet", type: "button" }, say.takeOut);
    out.setAttribute("aria-label", `${say.takeOut}: ${item.title || address}`);
    out.addEventListener("click", () => { put(values().filter((one) => one !== address)); button.focus(); });
    const line = element("li", {});
    if (item.picture) line.append(element("img", { src: item.picture, alt: "", loading: "lazy" }));
    line.append(element("span", {}, element("strong", {}, item.title || say.gone), " ", element("span", { class: "faint" }, address)), out);
    return line;
  }

  async function draw() {
    const addresses = values();
    await learn(addresses);
    list.replaceChildren(...addresses.map(row));
  }

  button.addEventListener("click", async () => {
    const found = await pick(say, frame.dataset.pick);
    button.focus();
    if (!found) return;
    known.set(found.place, found);
    put(several ? [...new Set([...values(), found.place])] : [found.place]);
  });
  field.hidden = true;
  frame.append(list, button);
  draw();
}

function wakeAll() {
  for (const frame of document.querySelectorAll("[data-pick]")) wake(frame);
}

wakeAll();
new MutationObserver(wakeAll).observe(document.body, { childList: true, subtree: true });
