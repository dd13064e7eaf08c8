// Small courtesies: attention goes to the problems of a form, menus close when one looks away.
export function wakePage() {
  document.querySelector("[data-problem-summary]")?.focus();
  document.querySelector(".tabs [aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
  for (const button of document.querySelectorAll("[data-print]")) {
    button.addEventListener("click", () => window.print());
  }
  for (const field of document.querySelectorAll("[data-suggest]")) {
    const wake = async () => (await import(field.dataset.suggestScript)).wakeSuggest(field);
    field.addEventListener("focus", wake, { once: true });
  }
  const menu = document.querySelector(".person-menu");
  if (!menu) return;
  document.addEventListener("click", (event) => {
    if (menu.open && !menu.contains(event.target)) menu.open = false;
  });
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
}
