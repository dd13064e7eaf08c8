// What sending a file looks like, in the table and in the form of an item.
export function megabytes(bytes) {
  const value = bytes / 1024 / 1024;
  return `${value.toFixed(value < 10 ? 1 : 0)} MB`;
}

export function fill(words, values) {
  return words.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

export function element(name, text = "", tone = "") {
  const made = document.createElement(name);
  made.textContent = text;
  if (tone) made.className = tone;
  return made;
}

// The line of a file: its name, how far it is, what became of it.
export class Line {
  constructor(list, name, words) {
    this.words = words;
    this.item = element("li");
    this.said = element("span", "", "upload-said");
    this.name = element("bdi", name);
    this.item.append(this.name, this.said);
    list.append(this.item);
  }

  say(text, tone = "") {
    this.bar?.remove();
    this.bar = null;
    this.item.className = tone;
    this.said.textContent = text;
  }

  show({ offset, size }) {
    if (!this.bar) {
      this.bar = element("progress");
      this.bar.setAttribute("aria-label", this.name.textContent);
      this.item.append(this.bar);
    }
    this.bar.max = size;
    this.bar.value = offset;
    this.said.textContent = fill(this.words.sending, { sent: megabytes(offset), all: megabytes(size) });
  }

  look() {
    this.bar?.removeAttribute("value");
    this.said.textContent = this.words.looking;
  }

  done(answer) {
    this.say(answer.said, "is-success");
    const link = element("a", answer.title);
    link.href = answer.url;
    this.name.replaceChildren(link);
  }
}

// Send a file and let it be looked at; return what the server said of it at last.
export async function send(sender, address, file, line) {
  const { name, size, lastModified: stamp } = file;
  const begun = await sender.begin(address, { name, size, stamp });
  const arrived = await sender.send(begun, file, (place) => line.show(place));
  line.look();
  await sender.asked("PUT", `${arrived.url}/look`, "");
  return arrived;
}
