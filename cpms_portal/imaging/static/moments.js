// When something happened for the first time, for whoever measures the page.

export function happened(name) {
  if (!performance.getEntriesByName(name, "mark").length) performance.mark(name);
}
