// The marked moments on the big screen, one after the other. No names and no score unless they are wished for.

import { ask, make } from "/static/room/common.js";

const find = (id) => document.getElementById(id);
const root = find("debrief");
const path = `/api/sessions/${encodeURIComponent(root.dataset.session)}`;
const sound = find("sound");
let told;
let index = 0;
let names = false;
let score = false;

function show(step, play) {
  if (!told.moments.length) {
    find("place").textContent = "No moment is marked yet.";
    for (const id of ["previous", "play", "next"]) find(id).disabled = true;
    return;
  }
  index = Math.min(Math.max(step, 0), told.moments.length - 1);
  const moment = told.moments[index];
  find("place").textContent = `${index + 1} of ${told.moments.length}, at ${moment.clock}`;
  find("moment").textContent = moment.title;
  find("moment").className = `moment ${moment.tone}`;
  find("note").textContent = [moment.text, names && moment.text ? `(${moment.by})` : ""].filter(Boolean).join(" ");
  find("spoken").replaceChildren(...moment.lines.map((line) => make(
    "li", { class: line.trainee ? "trainee" : "survivor", "data-from": line.at },
    make("span", { class: "who" }, line.trainee ? (names && told.trainee ? told.trainee : "Officer") : line.who), line.text)));
  find("previous").disabled = index === 0;
  find("next").disabled = index === told.moments.length - 1;
  const source = `${path}/excerpt?start=${moment.start}&end=${moment.end}`;
  if (sound.dataset.source !== source) {
    sound.dataset.source = source;
    sound.src = source;
  }
  if (play) listen();
}

function listen() {
  sound.currentTime = 0;
  sound.play().catch(() => {});
}

function facts() {
  find("trainee").hidden = !(names && told.trainee);
  find("trainee").textContent = ` – ${told.trainee}`;
  find("score").hidden = !(score && told.overall !== null);
  find("score").textContent = ` – ${Math.round(told.overall ?? 0)} of 100`;
  find("scores").hidden = told.overall === null;
  find("names").setAttribute("aria-pressed", String(names));
  find("scores").setAttribute("aria-pressed", String(score));
}

const steps = {
  previous: () => show(index - 1, true),
  next: () => show(index + 1, true),
  play: () => (sound.paused ? listen() : sound.pause()),
  names: () => { names = !names; facts(); show(index, false); },
  scores: () => { score = !score; facts(); },
  full: () => (document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen?.()),
};
const KEYS = { ArrowLeft: "previous", PageUp: "previous", ArrowRight: "next", PageDown: "next", " ": "play", n: "names", s: "scores", f: "full" };

for (const [id, step] of Object.entries(steps)) find(id).addEventListener("click", step);
document.addEventListener("keydown", (event) => {
  const step = KEYS[event.key];
  if (!step || !told || event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.key === " " && event.target.closest("button, a")) return; // space presses what has the focus
  event.preventDefault();
  steps[step]();
});
sound.addEventListener("timeupdate", () => {
  const moment = told?.moments[index];
  if (!moment) return;
  const now = moment.start + sound.currentTime;
  const items = [...find("spoken").children];
  const current = items.findLast((item) => Number(item.dataset.from) <= now);
  for (const item of items) item.classList.toggle("now", item === current && !sound.paused);
});
for (const name of ["play", "pause", "ended"]) {
  sound.addEventListener(name, () => { find("play").firstChild.textContent = sound.paused ? "Play " : "Pause "; });
}
sound.addEventListener("error", () => {
  find("problem").textContent = "The sound of this moment cannot be played.";
  find("problem").hidden = false;
});

try {
  told = await ask(`${path}/debrief`);
  facts();
  show(0, false);
} catch (error) {
  find("problem").textContent = error.message;
  find("problem").hidden = false;
}
