// What was said, word by word: the word that sounds now is marked, a word that is pressed is heard, and the text follows the sound
// until somebody scrolls to read.

import { player } from "./player.js";
import { calm, clock, find, latest, make, page, tell } from "./page.js";

const list = find("transcript");
const button = find("follow");
const words = []; // {start, end, element}, by start
const entries = []; // {start, end, element}
let starts = [];
let entryStarts = [];
let word = null;
let entry = null;
let following = true;
let moving = 0; // until when a scroll is our own

export function showTranscript(story) {
  const names = { trainee: page.dataset.trainee, listening: page.dataset.trainee, survivor: story.her_name };
  const built = document.createDocumentFragment();
  for (const [index, one] of story.entries.entries()) built.append(line(one, index, one.by || names[one.who]));
  if (!story.entries.length) built.append(make("li", { class: "soft", text: "No words are known: the session was cut short, or nobody spoke." }));
  list.append(built);
  words.sort((a, b) => a.start - b.start);
  starts = words.map((one) => one.start);
  entryStarts = entries.map((one) => one.start);
  player.on("time", mark);
  const scrolled = () => { if (performance.now() > moving) follow(false); };
  for (const name of ["wheel", "touchmove"]) list.addEventListener(name, () => follow(false), { passive: true });
  list.addEventListener("scroll", scrolled, { passive: true });
  list.addEventListener("keydown", (event) => {
    if (["PageUp", "PageDown", "Home", "End", "ArrowUp", "ArrowDown"].includes(event.key)) follow(false);
  });
  button.addEventListener("click", () => follow(!following));
  document.addEventListener("played", (event) => { if (!list.contains(event.target)) follow(true); });
  mark(player.time);
}

/** Whether the text goes along with the sound. */
export function follow(on) {
  if (on !== following) {
    following = on;
    button.setAttribute("aria-pressed", String(on));
  }
  if (on) bring(entry);
}

export const toggleFollow = () => {
  follow(!following);
  tell(following ? "The text follows the sound" : "The text stays where it is");
};

/** The start of the word before or after the one that sounds now. */
export function nextWord(step) {
  const here = latest(starts, player.time + 0.01);
  const target = step < 0 && here >= 0 && player.time - starts[here] > 0.4 ? here : here + step;
  return starts[Math.min(Math.max(target, 0), starts.length - 1)];
}

/** The words of a stretch, for a label. */
export function wordsBetween(start, end) {
  return words.filter((one) => one.start >= start - 0.05 && one.start < end).map((one) => one.element.textContent).join(" ");
}

function line(one, index, name) {
  const said = make("div", { class: "said" });
  const tags = (list) => list.map((tag) => make("span", { class: `tag ${tag.tone}`, text: tag.text }));
  for (const part of one.parts) {
    const text = make("p");
    for (const [spoken, start, end, cue] of part.words) {
      const element = make("span", { class: cue ? "w cue" : "w", text: spoken, title: cue || undefined, data: { at: start } });
      words.push({ start, end: Math.max(end, start + 0.05), element });
      text.append(element, " ");
    }
    text.append(...tags(part.tags));
    said.append(text);
  }
  if (one.unheard) said.lastChild?.append(make("s", { class: "unheard", text: one.unheard, title: "never heard: she was stopped" }), " ");
  if (one.tags.length) (said.lastElementChild ?? said).append(...tags(one.tags));
  const at = clock(one.start, false);
  const element = make("li", { class: `entry ${one.who}`, id: `entry-${index}`, data: { at: one.start, until: one.end } },
    make("button", { type: "button", class: "at", text: at, "aria-label": `${at}, ${name}: play from here`, data: { at: one.start } }),
    make("span", { class: "who", text: name }), said);
  entries.push({ start: one.start, end: one.end, element });
  return element;
}

function mark(time) {
  const now = words[latest(starts, time + 0.01)];
  // Between two words the last one stays marked for a moment, so that the eye keeps its place.
  const sounding = now && time < now.end + 0.6 ? now.element : null;
  if (sounding !== word) {
    word?.classList.remove("now");
    sounding?.classList.add("now");
    word = sounding;
  }
  const index = latest(entryStarts, time + 0.01);
  const here = (sounding && sounding.closest(".entry")) ?? entries[index]?.element ?? null;
  if (here !== entry) {
    entry?.classList.remove("now");
    entry?.removeAttribute("aria-current");
    here?.classList.add("now");
    here?.setAttribute("aria-current", "true");
    entry = here;
    if (following) bring(entry);
  }
}

/** Scroll the transcript alone, never the page, and only where the entry is not well in sight. */
function bring(element) {
  if (!element) return;
  const [box, one] = [list.getBoundingClientRect(), element.getBoundingClientRect()];
  if (one.top >= box.top + 8 && one.bottom <= box.bottom - box.height / 5) return;
  const behavior = calm.matches ? "instant" : "smooth";
  moving = performance.now() + (behavior === "smooth" ? 900 : 150);
  list.scrollTo({ top: list.scrollTop + one.top - box.top - box.height / 4, behavior });
}
