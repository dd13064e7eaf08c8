// Asks every two seconds whether the phone has confirmed, then goes on; stops when it is over.
const form = document.querySelector("form[data-await-phone]");

async function look() {
  try {
    const answer = await fetch(form.dataset.awaitPhone, { credentials: "same-origin" });
    const { state } = await answer.json();
    if (state === "confirmed") {
      form.requestSubmit();
      return;
    }
    if (state === "over") {
      document.querySelector("[data-phone-over]").hidden = false;
      return;
    }
  } catch {
    // The network may be away for a moment.
  }
  setTimeout(look, 2000);
}

if (form) setTimeout(look, 2000);
