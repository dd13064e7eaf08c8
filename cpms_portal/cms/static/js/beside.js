// What stands beside a field of a translation can be copied into it, as long as it is empty.
function copy(button, field) {
  const said = button.parentElement.querySelector(".beside-said");
  if ("richText" in field.dataset) {
    field.dispatchEvent(new CustomEvent("fill", { detail: said.innerHTML }));
  } else {
    field.value = said.textContent;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.focus();
  }
}

for (const button of document.querySelectorAll("[data-copy-to]")) {
  const field = document.getElementById(button.dataset.copyTo);
  if (!field) continue;
  const show = () => { button.hidden = Boolean(field.value.trim()); };
  button.addEventListener("click", () => copy(button, field));
  field.addEventListener("input", show);
  show();
}
