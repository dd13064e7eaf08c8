// What a body may hold beside plain text: pictures and videos of the portal, callouts.
// The server cleans every body once more: this only keeps the editor from offering anything else.
export const FORMATS = [
  "bold", "italic", "script", "link", "header", "list", "indent", "blockquote", "callout",
  "image", "ownvideo", "table", "code-block",
];

export function registerBlots(Quill) {
  const Image = Quill.import("formats/image");
  const BlockEmbed = Quill.import("blots/block/embed");
  const { ClassAttributor, Scope } = Quill.import("parchment");

  class Picture extends Image {
    static create(value) {
      const node = super.create(value.src ?? value);
      node.setAttribute("alt", value.alt ?? "");
      return node;
    }
    static value(node) {
      return { src: node.getAttribute("src"), alt: node.getAttribute("alt") ?? "" };
    }
    static formats() { return {}; }
  }

  class OwnVideo extends BlockEmbed {
    static blotName = "ownvideo";
    static tagName = "DIV";
    static className = "video-embed";
    static create(value) {
      const node = super.create();
      const link = document.createElement("a");
      link.setAttribute("href", value.href);
      link.textContent = value.title;
      node.append(link);
      node.setAttribute("contenteditable", "false");
      return node;
    }
    static value(node) {
      const link = node.querySelector("a");
      return { href: link?.getAttribute("href") ?? "", title: link?.textContent ?? "" };
    }
    html() {
      const copy = this.domNode.cloneNode(true);
      copy.removeAttribute("contenteditable");
      return copy.outerHTML;
    }
  }

  const callout = new ClassAttributor("callout", "callout", {
    scope: Scope.BLOCK, whitelist: ["info", "attention"],
  });
  Quill.register({ "formats/image": Picture, "formats/ownvideo": OwnVideo }, true);
  Quill.register(callout, true);
}

// Tables of the editor have one body of plain cells; the server makes the first row the head again.
export function forEditor(html) {
  const parsed = new DOMParser().parseFromString(html, "text/html");
  for (const table of parsed.querySelectorAll("table")) {
    const body = parsed.createElement("tbody");
    for (const row of [...table.querySelectorAll("tr")]) {
      for (const cell of [...row.querySelectorAll("th")]) {
        const plain = parsed.createElement("td");
        plain.append(...cell.childNodes);
        cell.replaceWith(plain);
      }
      body.append(row);
    }
    table.replaceChildren(body);
  }
  return parsed.body.innerHTML;
}

export function fromEditor(quill) {
  return quill.getSemanticHTML().replaceAll("&nbsp;", " ").replaceAll(/<p>\s*<\/p>/g, "");
}
