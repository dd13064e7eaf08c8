// For readers: an address of a question opens it; a video goes to its chapters and on where one was.
const film = document.querySelector("video[data-video]");

function openAsked() {
  const asked = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (asked?.matches("details")) {
    asked.open = true;
    asked.scrollIntoView();
  }
}

// What is asked for goes before where somebody stopped.
function seek(video, seconds) {
  video.dataset.asked = "";
  video.currentTime = seconds;
}

// The time of an address, "#t=90" (W3C Media Fragments URI 1.0, 4.2.1).
function seekAsked() {
  const found = /^#t=(\d+)$/.exec(location.hash);
  if (found && film) seek(film, Number(found[1]));
}

// Where somebody stopped is kept in their own browser; nobody else learns of it.
function wakeVideo(video) {
  const key = `video:${video.dataset.video}`;
  const kept = Number(localStorage.getItem(key));
  let told = 0;
  video.addEventListener("loadedmetadata", () => {
    if (!("asked" in video.dataset) && kept > 5 && kept < video.duration - 10) video.currentTime = kept;
  }, { once: true });
  video.addEventListener("timeupdate", () => {
    if (Math.abs(video.currentTime - told) < 5) return;
    told = video.currentTime;
    localStorage.setItem(key, String(Math.floor(told)));
  });
  video.addEventListener("ended", () => localStorage.removeItem(key));
}

// On paper everything is open, whatever was closed on the screen.
let opened = [];
window.addEventListener("beforeprint", () => {
  opened = [...document.querySelectorAll(".faq-question:not([open]), .transcript:not([open])")];
  for (const one of opened) one.open = true;
});
window.addEventListener("afterprint", () => {
  for (const one of opened) one.open = false;
});

for (const video of document.querySelectorAll("video[data-video]")) wakeVideo(video);
for (const look of [openAsked, seekAsked]) {
  window.addEventListener("hashchange", look);
  look();
}
document.addEventListener("click", (event) => {
  const chapter = event.target.closest("[data-chapter]");
  if (!chapter || !film) return;
  event.preventDefault();
  seek(film, Number(chapter.dataset.chapter));
  film.play();
});
