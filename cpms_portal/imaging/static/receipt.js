// What became of an upload, in words.

function line(list, words) {
  const item = document.createElement("li");
  item.textContent = words;
  list.append(item);
}

function offer(foot, url, words) {
  const link = document.createElement("a");
  link.className = "button is-primary";
  link.href = url;
  link.textContent = words;
  foot.prepend(link);
}

export function told(box, receipt, fill) {
  const words = box.querySelector("[data-words]");
  const list = box.querySelector("[data-lines]");
  const foot = box.querySelector("[data-foot]");
  const say = box.dataset;
  box.querySelector("progress").hidden = true;
  box.dataset.done = "yes";
  if (receipt.stopped) {
    box.classList.add("is-stopped");
    words.textContent = receipt.stopped;
    return;
  }
  words.textContent = receipt.stored ? fill(say.stored, receipt) : say.none;
  if (receipt.duplicates) line(list, fill(say.duplicates, { n: receipt.duplicates }));
  if (receipt.other_person) line(list, say.other);
  if (receipt.held) line(list, fill(say.held, { n: receipt.held }));
  if (receipt.missing) line(list, fill(say.missing, { n: receipt.missing }));
  if (receipt.heads) line(list, say.heads);
  for (const one of receipt.lines) line(list, `${one.count} × ${one.text}`);
  for (const url of receipt.studies) offer(foot, url, say.look);
  if (receipt.held) offer(foot, receipt.waiting_url, say.lookHeld);
}
