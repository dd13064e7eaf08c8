// Files in what was dropped, folders walked through.

function readAll(reader) {
  return new Promise((done, failed) => {
    const found = [];
    const next = () => reader.readEntries((entries) => {
      if (!entries.length) done(found);
      else {
        found.push(...entries);
        next();
      }
    }, failed);
    next();
  });
}

async function walk(entry, files) {
  if (entry.isFile) {
    files.push(await new Promise((done, failed) => { entry.file(done, failed); }));
    return;
  }
  const inside = await readAll(entry.createReader());
  inside.sort((a, b) => a.name.localeCompare(b.name, undefined, { numeric: true }));
  for (const one of inside) await walk(one, files);
}

export async function filesOf(transfer) {
  // Entries must be taken before the first wait: the browser empties the list afterwards.
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.length) return [...transfer.files];
  const files = [];
  for (const entry of entries) await walk(entry, files);
  return files;
}
