// Two attempts: both can be heard, one at a time; a press on a timeline plays from there.

const sounds = [...document.querySelectorAll("audio[data-session]")];
const LONGEST = 600; // the server gives so much of a session at once, in seconds

function source(sound, start) {
  sound.dataset.start = start;
  const end = Math.min(start + LONGEST, Number(sound.dataset.length));
  sound.src = `/api/sessions/${encodeURIComponent(sound.dataset.session)}/excerpt?start=${start}&end=${end}`;
}

for (const sound of sounds) {
  const picture = sound.closest("section").querySelector("svg .press");
  const now = sound.closest("section").querySelector("svg .now");
  source(sound, 0);
  sound.addEventListener("play", () => sounds.filter((one) => one !== sound).forEach((one) => one.pause()));
  sound.addEventListener("timeupdate", () => {
    const x = (1000 * (Number(sound.dataset.start) + sound.currentTime)) / Math.max(1, Number(sound.dataset.length));
    now.setAttribute("x1", x);
    now.setAttribute("x2", x);
  });
  sound.addEventListener("error", () => {
    if (!sound.currentSrc) return;
    const problem = document.getElementById("problem");
    problem.textContent = "The sound cannot be played.";
    problem.hidden = false;
  });
  picture.addEventListener("click", (event) => {
    const box = picture.getBoundingClientRect();
    const at = ((event.clientX - box.left) / box.width) * Number(sound.dataset.length);
    const start = Number(sound.dataset.start);
    if (at >= start && at < start + LONGEST && sound.readyState > 0) sound.currentTime = at - start;
    else source(sound, Math.floor(at));
    sound.play().catch(() => {});
  });
}
