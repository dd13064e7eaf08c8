// Which upload of this browser is not finished: its number and a sign of its files, never a name.
const PREFIX = "cpms-upload:";

// A sign that says whether files are the same: a digest of their names, sizes and times.
export async function signOf(files) {
  const said = files.map((file) => `${file.webkitRelativePath || file.name}|${file.size}|${file.lastModified}`);
  const bytes = new TextEncoder().encode(said.join("\n"));
  if (!globalThis.crypto?.subtle) return `${files.length}|${bytes.length}`;
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function remember(url, kept) {
  try {
    localStorage.setItem(PREFIX + url, JSON.stringify(kept));
  } catch {
    // Without storage an upload still goes on in this page; only a reload begins anew.
  }
}

export function remembered(url) {
  try {
    return JSON.parse(localStorage.getItem(PREFIX + url));
  } catch {
    return null;
  }
}

export function forget(url) {
  try {
    localStorage.removeItem(PREFIX + url);
  } catch {
    // Nothing was kept.
  }
}
