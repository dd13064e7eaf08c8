// What the tools above a text do.
import { pick } from "./pick.js";

// name, what it does, the format it switches, its value
export const TOOLS = [
  block("h2", "header", 2), block("h3", "header", 3), ["p", plain],
  toggle("bold"), toggle("italic"),
  block("list", "list", "bullet"), block("numbers", "list", "ordered"), block("quote", "blockquote", true),
  block("info", "callout", "info"), block("attention", "callout", "attention"),
  ["link", link, "link"], ["picture", picture], ["video", video],
  ["table", (q) => q.getModule("table").insertTable(3, 3)],
  ["row", (q) => q.getModule("table").insertRowBelow()],
  ["column", (q) => q.getModule("table").insertColumnRight()],
  ["lessRow", (q) => q.getModule("table").deleteRow()],
  ["lessColumn", (q) => q.getModule("table").deleteColumn()],
  ["clear", (q) => { const at = q.getSelection(true); q.removeFormat(at.index, at.length, "user"); }],
  ["undo", (q) => q.history.undo()], ["redo", (q) => q.history.redo()],
];

export const IN_TABLES = new Set(["row", "column", "lessRow", "lessColumn"]);

export function isOn(format, name, value) {
  return value === undefined ? Boolean(format[name]) : format[name] === value;
}

function toggle(name) {
  const act = (q) => { q.focus(); q.format(name, !q.getFormat()[name], "user"); };
  return [name, act, name];
}

function block(tool, name, value) {
  const act = (q) => { q.focus(); q.format(name, q.getFormat()[name] === value ? false : value, "user"); };
  return [tool, act, name, value];
}

function plain(q) {
  for (const name of ["header", "list", "blockquote", "callout"]) q.format(name, false, "user");
}

// Where the link at the cursor begins and ends; what is chosen where there is none.
function linkAt(q, at) {
  const [leaf] = q.getLeaf(at.index + (at.length ? 1 : 0));
  let blot = leaf;
  while (blot && blot.statics?.blotName !== "link") blot = blot.parent;
  if (!blot || at.length > blot.length()) return { ...at, address: "" };
  return { index: q.getIndex(blot), length: blot.length(), address: blot.domNode.getAttribute("href") };
}

async function link(q, say) {
  const at = linkAt(q, q.getSelection(true));
  const given = at.address ? { address: at.address } : null;
  const found = await pick(say, "", { free: true, given });
  if (!found) return;
  if (found.removed) q.formatText(at.index, at.length, "link", false, "user");
  else if (at.length) q.formatText(at.index, at.length, "link", found.address, "user");
  else q.insertText(at.index, found.title, { link: found.address }, "user");
}

// The picture that is chosen in the text is described anew; else one is put in.
async function picture(q, say) {
  const at = q.getSelection(true);
  const held = at.length === 1 ? q.getContents(at.index, 1).ops[0]?.insert?.image : null;
  const given = held ? { address: held.src, alternative: held.alt, decorative: !held.alt } : null;
  const found = await pick(say, "picture", { described: true, given });
  if (!found) return;
  if (held) q.deleteText(at.index, 1, "user");
  const src = found.address === held?.src ? held.src : `${found.address}?width=800`;
  q.insertEmbed(at.index, "image", { src, alt: found.alternative }, "user");
}

async function video(q, say) {
  const at = q.getSelection(true);
  const found = await pick(say, "video");
  if (found) q.insertEmbed(at.index, "ownvideo", { href: found.address, title: found.title }, "user");
}
