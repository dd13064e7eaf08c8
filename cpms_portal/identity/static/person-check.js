// Works out a number that shows a browser took a moment; then nothing is asked of the person.
const encoder = new TextEncoder();
const AT_ONCE = 256;

function beginsWithZeros(digest, bits) {
  const view = new DataView(digest);
  return view.getUint32(0) >>> (32 - bits) === 0;
}

async function workOut(challenge, bits) {
  for (let first = 0; ; first += AT_ONCE) {
    const numbers = Array.from({ length: AT_ONCE }, (_item, place) => first + place);
    const digests = await Promise.all(
      numbers.map((number) => crypto.subtle.digest("SHA-256", encoder.encode(`${challenge}.${number}`))),
    );
    const found = digests.findIndex((digest) => beginsWithZeros(digest, bits));
    if (found >= 0) return String(first + found);
  }
}

function wake(section) {
  const form = section.querySelector("form");
  const question = form.querySelector('[name="answer"]').closest(".field");
  const number = form.querySelector('[name="number"]');
  const note = section.querySelector("[data-person-check-note]");
  question.hidden = true;
  const done = workOut(form.querySelector('[name="challenge"]').value, Number(section.dataset.personCheck));
  done.then((found) => {
    number.value = found;
    note.hidden = true;
  });
  form.addEventListener("submit", (event) => {
    if (number.value) return;
    event.preventDefault();
    note.hidden = false;
    done.then(() => form.requestSubmit());
  });
}

// Without these (an old browser, an address without https) the question stays.
const section = document.querySelector("[data-person-check]");
if (section && globalThis.crypto?.subtle) wake(section);
