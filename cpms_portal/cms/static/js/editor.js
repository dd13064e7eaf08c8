// Rich text: an editor in the place of each field of HTML. Without script the field itself stays.
// What is not touched is sent back as it came, so that a text keeps its source.
import { FORMATS, forEditor, fromEditor, registerBlots } from "./blots.js";
import { pick, words } from "./pick.js";
import "./picked.js";

const Quill = window.Quill;

const TOOLS = [
  ["h2", (q) => block(q, "header", 2)], ["h3", (q) => block(q, "header", 3)], ["p", plain],
  ["bold", (q) => toggle(q, "bold")], ["italic", (q) => toggle(q, "italic")],
  ["list", (q) => block(q, "list", "bullet")], ["numbers", (q) => block(q, "list", "ordered")],
  ["quote", (q) => block(q, "blockquote", true)],
  ["info", (q) => block(q, "callout", "info")], ["attention", (q) => block(q, "callout", "attention")],
  ["link", link], ["picture", picture], ["video", video],
  ["table", (q) => q.getModule("table").insertTable(3, 3)],
  ["row", (q) => q.getModule("table").insertRowBelow()],
  ["column", (q) => q.getModule("table").insertColumnRight()],
  ["lessRow", (q) => q.getModule("table").deleteRow()],
  ["lessColumn", (q) => q.getModule("table").deleteColumn()],
  ["clear", (q) => { const at = q.getSelection(true); q.removeFormat(at.index, at.length, "user"); }],
  ["undo", (q) => q.history.undo()], ["redo", (q) => q.history.redo()],
];

function toggle(q, name) {
  q.focus();
  q.format(name, !q.getFormat()[name], "user");
}

function block(q, name, value) {
  q.focus();
  q.format(name, q.getFormat()[name] === value ? false : value, "user");
}

function plain(q) {
  for (const name of ["header", "list", "blockquote", "callout"]) q.format(name, false, "user");
}

async function link(q, say) {
  const at = q.getSelection(true);
  const found = await pick(say, "", { free: true });
  if (!found) return;
  if (at.length) q.formatText(at.index, at.length, "link", found.address, "user");
  else q.insertText(at.index, found.title, { link: found.address }, "user");
}

async function picture(q, say) {
  const at = q.getSelection(true);
  const found = await pick(say, "picture", { described: true });
  if (found) q.insertEmbed(at.index, "image", { src: `${found.address}?width=800`, alt: found.alternative }, "user");
}

async function video(q, say) {
  const at = q.getSelection(true);
  const found = await pick(say, "video");
  if (found) q.insertEmbed(at.index, "ownvideo", { href: found.address, title: found.title }, "user");
}

// One stop of the Tab key; the arrow keys go from tool to tool (ARIA: toolbar).
function toolbar(q, say, id) {
  const bar = document.createElement("div");
  bar.className = "editor-tools";
  bar.setAttribute("role", "toolbar");
  bar.setAttribute("aria-label", say.tools);
  bar.setAttribute("aria-controls", id);
  for (const [name, act] of TOOLS) {
    const tool = document.createElement("button");
    tool.type = "button";
    tool.className = `editor-tool is-${name}`;
    tool.textContent = say[name];
    tool.tabIndex = bar.children.length ? -1 : 0;
    tool.addEventListener("click", () => act(q, say));
    bar.append(tool);
  }
  bar.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const tools = [...bar.children];
    const next = tools[(tools.indexOf(document.activeElement) + step + tools.length) % tools.length];
    for (const tool of tools) tool.tabIndex = tool === next ? 0 : -1;
    next.focus();
    event.preventDefault();
  });
  return bar;
}

function wake(field) {
  if (field.dataset.awake) return;
  field.dataset.awake = "true";
  const say = words(field);
  const frame = document.createElement("div");
  const place = document.createElement("div");
  frame.className = "editor";
  frame.append(place);
  field.after(frame);
  const quill = new Quill(place, { modules: { toolbar: false, table: true }, formats: FORMATS });
  const id = `${field.id}-editor`;
  frame.prepend(toolbar(quill, say, id));
  const label = document.querySelector(`label[for="${CSS.escape(field.id)}"]`);
  Object.entries({
    id, role: "textbox", "aria-multiline": "true", "aria-label": label?.textContent.trim() ?? "",
    class: "ql-editor prose",
  }).forEach(([name, value]) => quill.root.setAttribute(name, value));
  label?.addEventListener("click", () => quill.focus());
  quill.setContents(quill.clipboard.convert({ html: forEditor(field.value) }), "silent");
  quill.history.clear();
  quill.on("text-change", (_delta, _old, source) => {
    if (source !== "user") return;
    field.value = fromEditor(quill);
    field.dispatchEvent(new Event("input", { bubbles: true }));
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
