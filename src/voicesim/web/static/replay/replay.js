// The replay page: fetches what happened, draws it, and ties its parts to the one player.

import { player } from "./player.js";
import { clock, find, KINDS, make, page, shared, spoken, tell, trouble } from "./page.js";
import { Overview } from "./overview.js";
import { openLanes } from "./lanes.js";
import { nextWord, showTranscript, toggleFollow } from "./transcript.js";
import { jump, showFound } from "./find.js";
import { showGlance } from "./glance.js";
import { showCriteria } from "./criteria.js";
import { listenToKeys } from "./keys.js";

const api = `/api/sessions/${encodeURIComponent(page.dataset.session)}`;
const rates = JSON.parse(page.dataset.peaks);
const levels = new Map(); // of peaks, each fetched once
let lanes = null;

player.on("trouble", trouble);
controls();
begin().catch((error) => trouble(`The session could not be shown (${error.message}). Load the page anew; the report has all but the waveform.`));

async function begin() {
  const answer = await fetch(`${api}/replay`);
  const story = await answer.json();
  if (!answer.ok) throw new Error(`${story.problem} ${story.remedy}`.trim());
  words(story);
  showTranscript(story);
  const overview = new Overview(story, !page.dataset.library);
  showFound(story);
  if (story.judged) {
    showGlance(story);
    showCriteria(story.score);
  }
  page.dataset.shown = "text"; // for whoever waits for it
  // Only now: to work out peaks for the first time keeps the server busy, and the text was wanted sooner.
  const coarse = peaks(0);
  coarse.catch(() => undefined); // waited for below
  try {
    if (page.dataset.library) {
      lanes = await openLanes(story, rates, peaks, (view) => { overview.view = view; });
      await lanes.begin();
    } else {
      find("drawing")?.remove();
    }
    overview.peaks = await coarse;
  } catch (error) {
    find("drawing")?.remove();
    trouble(`The waveform could not be drawn (${error.message}). Everything else works.`);
  }
  page.dataset.shown = "all";
}

/** One level of peaks, 0 to 1 as drawn; fetched once. */
function peaks(level) {
  if (!levels.has(level)) levels.set(level, fetchPeaks(level));
  return levels.get(level);
}

async function fetchPeaks(level) {
  const answer = await fetch(`${api}/peaks?level=${level}`);
  if (!answer.ok) throw new Error(`the server says ${answer.status}`);
  const note = answer.headers.get("Sound-Note");
  if (note && !find("notes").textContent.includes(note)) find("notes").append(make("p", { class: "note", text: note }));
  const steps = new Uint8Array(await answer.arrayBuffer());
  const half = steps.length / 2;
  const drawn = (from) => {
    const lane = steps.subarray(from, from + half);
    // As loud as the lane's own loud places: a quiet microphone is seen too, one shout does not flatten the rest.
    const loud = Uint8Array.from(lane).sort()[Math.floor(half * 0.995)] || 1;
    return Float32Array.from(lane, (step) => Math.min(1, (step / Math.max(loud, 24)) ** 2));
  };
  return { trainee: drawn(0), survivor: drawn(half) };
}

function words(story) {
  for (const place of document.querySelectorAll(".her-name")) place.textContent = story.her_name;
  document.querySelector('[data-mute="survivor"]').setAttribute("aria-label", `Mute ${story.her_name}`);
  if (story.ending) find("ending").textContent = ` · ${story.ending}`;
  for (const text of story.notes) find("notes").append(make("p", { class: "note", text }));
  if (!story.judged) for (const part of document.querySelectorAll("[data-judged]")) part.hidden = true;
  const kinds = new Set(story.marks.map((mark) => mark.kind));
  for (const [kind, name] of Object.entries(KINDS)) {
    if (kinds.has(kind)) find("legend").append(make("li", {}, make("i", { class: `swatch ${kind}`, "aria-hidden": "true" }), name.toLowerCase()));
  }
}

function controls() {
  const play = find("play");
  find("all").textContent = clock(player.duration, false);
  play.addEventListener("click", () => player.toggle());
  find("back").addEventListener("click", () => player.seek(player.time - 5));
  find("on").addEventListener("click", () => player.seek(player.time + 5));
  find("speed").addEventListener("change", (event) => { player.speed = Number(event.target.value); });
  find("loop").addEventListener("click", () => {
    player.loop(!player.looping);
    if (player.looping && !player.playing) player.play();
  });
  find("unmark").addEventListener("click", () => { player.select(null); find("play").focus(); });
  find("in").addEventListener("click", () => lanes?.zoom(1));
  find("out").addEventListener("click", () => lanes?.zoom(-1));
  find("whole").addEventListener("click", () => lanes?.zoom(0));
  for (const id of ["in", "out", "whole"]) find(id).hidden = !page.dataset.library;
  for (const button of document.querySelectorAll("[data-mute]")) {
    button.addEventListener("click", () => player.mute(button.dataset.mute, !player.muted(button.dataset.mute)));
  }
  for (const button of document.querySelectorAll("[data-jump]")) {
    button.addEventListener("click", () => jump(button.dataset.jump, Number(button.dataset.step)));
  }
  player.on("state", (playing) => { play.textContent = playing ? "Pause" : "Play"; });
  player.on("muted", (track) => {
    const button = document.querySelector(`[data-mute="${track}"]`);
    button.setAttribute("aria-pressed", String(player.muted(track)));
    button.textContent = player.muted(track) ? "Muted" : "Mute";
  });
  player.on("speed", (speed) => { find("speed").value = String(speed); });
  player.on("select", (selection) => {
    find("loop").disabled = !selection;
    find("loop").setAttribute("aria-pressed", String(player.looping));
    find("unmark").hidden = !selection;
    find("marked").textContent = selection ? `${clock(selection.start)} to ${clock(selection.end)}` : "Drag to mark a stretch";
  });
  let second = -1;
  player.on("time", (time) => {
    find("now").textContent = clock(time);
    if (Math.floor(time) === second) return;
    second = Math.floor(time);
    shared.slider.setAttribute("aria-valuenow", String(second));
    shared.slider.setAttribute("aria-valuetext", spoken(time));
  });
  // Whatever carries a time can be heard: press it.
  document.addEventListener("click", (event) => {
    const target = event.target.closest("[data-at]:not(li)");
    if (!target || event.defaultPrevented) return;
    if (target.classList.contains("w") && String(getSelection())) return; // somebody is copying text
    player.play(Number(target.dataset.at), target.dataset.until === undefined ? undefined : Number(target.dataset.until));
    tell(`Playing from ${clock(Number(target.dataset.at))}`);
    target.dispatchEvent(new CustomEvent("played", { bubbles: true }));
  });
  // What has the focus is never hidden under the sound, which stays at the top.
  const keepClear = () => {
    const stays = getComputedStyle(find("stage")).position === "sticky";
    document.documentElement.style.scrollPaddingTop = stays ? `${find("stage").offsetHeight + 12}px` : "";
  };
  new ResizeObserver(keepClear).observe(find("stage"));
  listenToKeys({ zoom: (step) => lanes?.zoom(step), jump, follow: toggleFollow, word: (step) => { player.play(nextWord(step)); } });
}
