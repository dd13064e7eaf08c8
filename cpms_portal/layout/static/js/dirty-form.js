// Warns before a page with unsaved answers is left. A form that was autosaved counts as saved.
export function wakeDirtyForms() {
  const forms = [...document.querySelectorAll("form[data-form]")];
  for (const form of forms) {
    const touched = () => { form.dataset.dirty = "true"; };
    form.addEventListener("input", touched);
    form.addEventListener("change", touched);
    form.addEventListener("submit", () => { delete form.dataset.dirty; });
    if (form.querySelector("[data-problem-summary]")) touched();
  }
  addEventListener("beforeunload", (event) => {
    if (forms.some((form) => form.dataset.dirty)) event.preventDefault();
  });
}
