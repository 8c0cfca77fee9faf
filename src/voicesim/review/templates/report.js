(() => {
  "use strict";
  const audio = document.getElementById("audio");
  const said = document.getElementById("playing");
  const entries = [...document.querySelectorAll(".entry")];
  const heads = [...document.querySelectorAll(".playhead")];
  const show = (seconds) => {
    const whole = Math.max(0, Math.floor(seconds));
    return Math.floor(whole / 60) + ":" + String(whole % 60).padStart(2, "0");
  };

  function playFrom(target) {
    if (!audio) return;
    const at = Number(target.dataset.at);
    if (!Number.isFinite(at)) return;
    const go = () => {
      audio.currentTime = at;
      const started = audio.play();
      if (started) started.catch(() => { /* the browser wants a press on its own play button first */ });
    };
    if (audio.readyState >= 1) go();
    else {
      audio.addEventListener("loadedmetadata", go, { once: true });
      audio.load();
    }
    said.textContent = "Playing from " + show(at);
  }

  function follow() {
    const now = audio.currentTime;
    for (const entry of entries) {
      const here = now >= Number(entry.dataset.from) && now < Number(entry.dataset.until);
      entry.classList.toggle("now", here && !audio.paused);
    }
    for (const head of heads) {
      const start = Number(head.dataset.start), end = Number(head.dataset.end);
      const inside = now >= start && now < end;
      head.style.display = inside ? "inline" : "none";
      if (inside) {
        const x = Number(head.dataset.left) + Number(head.dataset.width) * (now - start) / (end - start);
        head.setAttribute("x1", x);
        head.setAttribute("x2", x);
      }
    }
  }

  document.addEventListener("click", (event) => {
    const target = event.target.closest("[data-at]");
    if (target) playFrom(target);
  });
  document.addEventListener("keydown", (event) => {
    const target = event.target.closest && event.target.closest('[data-at][role="button"]');
    if (target && (event.key === "Enter" || event.key === " ")) {
      event.preventDefault();
      playFrom(target);
    }
  });
  if (audio) {
    audio.addEventListener("timeupdate", follow);
    audio.addEventListener("pause", () => { said.textContent = "Paused at " + show(audio.currentTime); follow(); });
    audio.addEventListener("ended", () => { said.textContent = "End of the recording"; });
  }
})();
