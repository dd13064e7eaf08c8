// Sends something large in pieces: what arrived stays, and what a broken line lost is sent again.
const PIECE = 8 * 1024 * 1024;
const PATIENCE = [1, 2, 4, 8, 15, 15, 15, 15];

export function pause(seconds) {
  return new Promise((done) => { setTimeout(done, seconds * 1000); });
}

async function refusal(answer) {
  let words = "";
  try {
    words = (await answer.json()).problem ?? "";
  } catch {
    words = String(answer.status);
  }
  const error = new Error(words);
  error.refused = true;
  return error;
}

class Sender {
  // token: of the form. away: words for a connection that is away. wait: told while it is.
  constructor(token, away, wait = () => {}) {
    this.token = token;
    this.away = away;
    this.wait = wait;
  }

  // Ask the server; when the connection is away, wait and try again, or ask something else.
  async asked(method, url, body, headers = {}, instead = null) {
    for (const seconds of PATIENCE) {
      try {
        const answer = await fetch(url, { method, body, credentials: "same-origin",
          headers: { "X-CSRF-Token": this.token, ...headers } });
        if (answer.ok) return await answer.json();
        if (answer.status === 409 && instead) return await instead();
        if (answer.status < 500) throw await refusal(answer);
      } catch (error) {
        if (error.refused) throw error;
      }
      this.wait();
      await pause(seconds);
      if (instead) return instead();
    }
    const away = new Error(this.away);
    away.mayGoOn = true;
    throw away;
  }

  begin(url, said) {
    return this.asked("POST", url, JSON.stringify(said), { "Content-Type": "application/json" });
  }

  // Send what is not there yet. place: what the server said of the upload. told: gets each new one.
  async send(place, content, told) {
    let here = place;
    while (here.offset < content.size) {
      told(here);
      const { url, offset } = here;
      const piece = content.slice(offset, offset + PIECE);
      // Where it stands is asked anew when a piece did not arrive as it should.
      here = await this.asked("PUT", url, piece, { "X-Offset": String(offset),
        "Content-Type": "application/octet-stream" }, () => this.asked("GET", url));
    }
    told(here);
    return here;
  }
}

// Scripts of other packages stand at addresses this one does not know: they find it here.
globalThis.cpms = { ...globalThis.cpms, Sender };
