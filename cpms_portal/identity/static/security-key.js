// Lets a security key or passkey answer, and sends the answer with the form around it.
function bytesOf(text) {
  const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(plain, (char) => char.charCodeAt(0));
}

function textOf(buffer) {
  const plain = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(plain).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

const named = (list = []) => list.map((one) => ({ ...one, id: bytesOf(one.id) }));

function made(credential) {
  const { response } = credential;
  return {
    id: credential.id,
    rawId: textOf(credential.rawId),
    type: credential.type,
    response: {
      clientDataJSON: textOf(response.clientDataJSON),
      attestationObject: textOf(response.attestationObject),
    },
  };
}

function shown(credential) {
  const { response } = credential;
  return {
    id: credential.id,
    rawId: textOf(credential.rawId),
    type: credential.type,
    response: {
      clientDataJSON: textOf(response.clientDataJSON),
      authenticatorData: textOf(response.authenticatorData),
      signature: textOf(response.signature),
      userHandle: response.userHandle ? textOf(response.userHandle) : null,
    },
  };
}

async function ask(verb, options) {
  const challenge = bytesOf(options.challenge);
  if (verb === "create") {
    const user = { ...options.user, id: bytesOf(options.user.id) };
    const excludeCredentials = named(options.excludeCredentials);
    const publicKey = { ...options, challenge, user, excludeCredentials };
    return made(await navigator.credentials.create({ publicKey }));
  }
  const publicKey = { ...options, challenge, allowCredentials: named(options.allowCredentials) };
  return shown(await navigator.credentials.get({ publicKey }));
}

function wake(section) {
  const form = section.querySelector("form");
  const answer = form.querySelector('[name="credential"]');
  const note = section.querySelector("[data-key-note]");
  section.hidden = false;
  form.addEventListener("submit", async (event) => {
    if (answer.value) return;
    event.preventDefault();
    note.hidden = true;
    try {
      const options = JSON.parse(section.dataset.options);
      answer.value = JSON.stringify(await ask(section.dataset.securityKey, options));
      form.requestSubmit();
    } catch {
      note.hidden = false;
      note.focus();
    }
  });
}

// Keys know a site by its name: an address of digits has none.
const hasName = !/^[\d.]+$|:/.test(location.hostname);
if (globalThis.PublicKeyCredential && hasName) {
  document.querySelectorAll("[data-security-key]").forEach(wake);
}
