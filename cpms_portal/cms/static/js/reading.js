// For readers: an address of a question opens it; a video goes to its chapters and on where one was.
function openAsked() {
  const asked = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (asked?.matches("details")) {
    asked.open = true;
    asked.scrollIntoView();
  }
}

// Where somebody stopped is kept in their own browser; nobody else learns of it.
function wakeVideo(video) {
  const key = `video:${video.dataset.video}`;
  const kept = Number(localStorage.getItem(key));
  let told = 0;
  video.addEventListener("loadedmetadata", () => {
    if (kept > 5 && kept < video.duration - 10) video.currentTime = kept;
  }, { once: true });
  video.addEventListener("timeupdate", () => {
    if (Math.abs(video.currentTime - told) < 5) return;
    told = video.currentTime;
    localStorage.setItem(key, String(Math.floor(told)));
  });
  video.addEventListener("ended", () => localStorage.removeItem(key));
}

window.addEventListener("hashchange", openAsked);
openAsked();
for (const video of document.querySelectorAll("video[data-video]")) wakeVideo(video);
document.addEventListener("click", (event) => {
  const chapter = event.target.closest("[data-chapter]");
  const video = document.querySelector("video[data-video]");
  if (!chapter || !video) return;
  event.preventDefault();
  video.currentTime = Number(chapter.dataset.chapter);
  video.play();
});
