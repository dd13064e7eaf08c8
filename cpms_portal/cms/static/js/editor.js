// Rich text: an editor in the place of each field of HTML. Without script the field itself stays.
// What is not touched is sent back as it came, so that a text keeps its source.
import { FORMATS, forEditor, fromEditor, registerBlots } from "./blots.js";
import { words } from "./pick.js";
import "./picked.js";
import { IN_TABLES, TOOLS, isOn } from "./tools.js";

const Quill = window.Quill;

// One stop of the Tab key; the arrow keys go from tool to tool (ARIA: toolbar).
function toolbar(q, say, id) {
  const bar = document.createElement("div");
  bar.className = "editor-tools";
  bar.setAttribute("role", "toolbar");
  bar.setAttribute("aria-label", say.tools);
  bar.setAttribute("aria-controls", id);
  const shown = [];
  for (const [name, act, format, value] of TOOLS) {
    const tool = document.createElement("button");
    tool.type = "button";
    if (IN_TABLES.has(name)) shown.push((held) => { tool.hidden = !held.table; });
    if (format) shown.push((held) => tool.setAttribute("aria-pressed", String(isOn(held, format, value))));
    tool.className = `editor-tool is-${name}`;
    tool.textContent = say[name];
    tool.tabIndex = bar.children.length ? -1 : 0;
    tool.addEventListener("click", () => act(q, say));
    bar.append(tool);
  }
  const show = () => {
    const at = q.getSelection();
    if (at) for (const one of shown) one(q.getFormat(at));
  };
  q.on("editor-change", show);
  for (const one of shown) one({});
  bar.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const tools = [...bar.children].filter((tool) => !tool.hidden);
    const next = tools[(tools.indexOf(document.activeElement) + step + tools.length) % tools.length];
    for (const tool of tools) tool.tabIndex = tool === next ? 0 : -1;
    next.focus();
    event.preventDefault();
  });
  return bar;
}

// Tab goes on to the next field; in tables and at the beginning of points of a list it moves there,
// and goes on after Escape.
const KEYS = {
  tab: { key: "Tab", handler: () => true },
  indent: { key: "Tab", format: ["list"], handler: within("+1") },
  outdent: { key: "Tab", shiftKey: true, format: ["list"], handler: within("-1") },
};

function within(step) {
  return function move(_range, context) {
    if (!context.collapsed || context.offset) return true;
    this.quill.format("indent", step, "user");
    return false;
  };
}

function letOut(frame) {
  let leaving = false;
  frame.addEventListener("keydown", (event) => {
    if (event.key === "Tab" && leaving) event.stopPropagation();
    if (event.key !== "Shift") leaving = event.key === "Escape";
  }, true);
}

function wake(field) {
  if (field.dataset.awake) return;
  field.dataset.awake = "true";
  const say = words("rich-text");
  const frame = document.createElement("div");
  const place = document.createElement("div");
  frame.className = "editor";
  frame.append(place);
  field.after(frame);
  const hint = document.createElement("p");
  hint.className = "editor-hint faint";
  hint.id = `${field.id}-hint`;
  hint.setAttribute("role", "status");
  hint.textContent = say.keys;
  const uploader = { mimetypes: ["image/png", "image/jpeg", "image/gif", "image/webp"], handler() { hint.textContent = say.noFiles; } };
  const modules = { toolbar: false, table: true, keyboard: { bindings: KEYS }, uploader };
  const quill = new Quill(place, { modules, formats: FORMATS });
  frame.append(hint);
  letOut(frame);
  // A picture that is clicked is chosen, so that what it shows can be said anew.
  quill.root.addEventListener("click", (event) => {
    const blot = event.target.tagName === "IMG" && Quill.find(event.target);
    if (blot) quill.setSelection(quill.getIndex(blot), 1, "user");
  });
  const id = `${field.id}-editor`;
  frame.prepend(toolbar(quill, say, id));
  const label = document.querySelector(`label[for="${CSS.escape(field.id)}"]`);
  Object.entries({
    id, role: "textbox", "aria-multiline": "true", "aria-label": label?.textContent.trim() ?? "",
    class: "ql-editor prose", "aria-describedby": hint.id,
  }).forEach(([name, value]) => quill.root.setAttribute(name, value));
  label?.addEventListener("click", () => quill.focus());
  quill.setContents(quill.clipboard.convert({ html: forEditor(field.value) }), "silent");
  quill.history.clear();
  quill.on("text-change", (_delta, _old, source) => {
    if (source !== "user") return;
    field.value = fromEditor(quill);
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });
  field.addEventListener("fill", (event) => {
    quill.setContents(quill.clipboard.convert({ html: forEditor(event.detail) }), "user");
    quill.focus();
  });
  field.hidden = true;
}

function wakeAll() {
  for (const field of document.querySelectorAll("[data-rich-text]")) wake(field);
}

// Somebody else took the page over: said at once, nothing more is sent.
const taken = document.querySelector("[data-taken]");
document.addEventListener("draft:refused", (event) => {
  if (!taken) return;
  taken.textContent = `${event.detail} ${taken.dataset.say}`;
  taken.hidden = false;
});

if (Quill) {
  registerBlots(Quill);
  wakeAll();
  new MutationObserver(wakeAll).observe(document.body, { childList: true, subtree: true });
}
