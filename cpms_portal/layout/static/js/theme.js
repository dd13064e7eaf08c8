// Light or dark at once, remembered in the cookie the server reads. Without script the form is posted.
const YEAR = 365 * 24 * 3600;

function shownNow() {
  const chosen = document.documentElement.dataset.theme;
  if (chosen) return chosen;
  return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}

export function wakeTheme() {
  const form = document.querySelector("[data-theme-switch]");
  form?.addEventListener("submit", (event) => {
    event.preventDefault();
    const next = shownNow() === "dark" ? "light" : "dark";
    document.documentElement.dataset.theme = next;
    document.cookie = `theme=${next}; Max-Age=${YEAR}; Path=/; SameSite=Lax`;
  });
}
