// Menus of the bar: one is open at a time; a choice, Escape or a press elsewhere closes it.

export function listenToMenus(bar) {
  const menus = [...bar.querySelectorAll("[data-menu]")];
  const closeOthers = (kept) => {
    for (const menu of menus) if (menu !== kept) menu.open = false;
  };
  for (const menu of menus) {
    const summary = menu.querySelector("summary");
    const close = (byKey) => {
      menu.open = false;
      if (byKey) summary.focus();
    };
    menu.addEventListener("toggle", () => menu.open && closeOthers(menu));
    menu.addEventListener("keydown", (event) => event.key === "Escape" && menu.open && close(true));
    menu.addEventListener("click", (event) => event.target.closest("button") && close(event.detail === 0));
  }
  document.addEventListener("pointerdown", (event) => closeOthers(event.target.closest("[data-menu]")));
}

/** What drags now is said where its menu is closed over it. */
export function nameMenus(bar) {
  for (const summary of bar.querySelectorAll("[data-menu-name]")) {
    summary.dataset.menuName ||= summary.textContent;
    const chosen = summary.parentElement.querySelector('[data-full-tool][aria-pressed="true"]');
    summary.textContent = chosen?.textContent ?? summary.dataset.menuName;
  }
}
