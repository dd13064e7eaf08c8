/* Titles while typing; choosing one leads there. Without script the field searches as before. */
const PAUSE = 150;

for (const field of document.querySelectorAll("[data-suggest]")) {
  const list = document.getElementById(field.getAttribute("list"));
  let addresses = new Map();
  let waiting = 0;
  let latest = 0;

  const show = (found) => {
    addresses = new Map(found.map((one) => [one.title, one.url]));
    list.replaceChildren(
      ...found.map((one) => {
        const option = document.createElement("option");
        option.value = one.title;
        return option;
      }),
    );
  };

  const ask = async () => {
    const number = ++latest;
    const address = new URL(field.dataset.suggest, location.href);
    address.searchParams.set("q", field.value);
    const answer = await fetch(address, { headers: { Accept: "application/json" } });
    if (answer.ok && number === latest) show(await answer.json());
  };

  field.addEventListener("input", (event) => {
    const chosen = event.inputType === undefined || event.inputType === "insertReplacementText";
    if (chosen && addresses.has(field.value)) {
      location.assign(addresses.get(field.value));
      return;
    }
    clearTimeout(waiting);
    if (field.value.trim().length > 1) waiting = setTimeout(ask, PAUSE);
  });
}
