// Small helpers that the parts of the replay page share: elements, times in words, and one way to tell a screen reader.

export const page = document.getElementById("main");
export const find = (id) => document.getElementById(id);

/** An element. `given`: class, text, data ({at: 3}), and any attribute; a style cannot be given, the page's policy forbids it. */
export function make(name, given = {}, ...inside) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(given)) {
    if (value === undefined || value === null || value === false) continue;
    if (key === "class") made.className = value;
    else if (key === "text") made.textContent = value;
    else if (key === "data") Object.assign(made.dataset, value);
    else made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...inside);
  return made;
}

/** Seconds as 3:07.4, and without tenths as 3:07. */
export function clock(seconds, tenths = true) {
  const all = Math.max(0, tenths ? Math.round(seconds * 10) / 10 : Math.floor(seconds));
  const [minutes, rest] = [Math.floor(all / 60), all % 60];
  const shown = tenths ? rest.toFixed(1).padStart(4, "0") : String(rest).padStart(2, "0");
  return `${minutes}:${shown}`;
}

/** Seconds for ears: “3 minutes 7 seconds”. */
export function spoken(seconds) {
  const whole = Math.round(seconds);
  const [minutes, rest] = [Math.floor(whole / 60), whole % 60];
  const part = (count, unit) => `${count} ${unit}${count === 1 ? "" : "s"}`;
  return minutes ? `${part(minutes, "minute")} ${part(rest, "second")}` : part(rest, "second");
}

/** Tell people who do not see the page what has happened. */
export function tell(text) {
  const place = find("told");
  place.textContent = place.textContent === text ? `${text}\u00a0` : text;
}

/** Something went wrong: said plainly at the top. */
export function trouble(text) {
  find("trouble").textContent = text;
  find("trouble").hidden = false;
}

/** The index of the last of `starts` that is not after `time`; -1 where there is none. */
export function latest(starts, time) {
  let [low, high] = [0, starts.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (starts[middle] <= time) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** One tab stop for many buttons: the arrow keys, Home and End go along them. */
export function along(box, selector) {
  const all = () => [...box.querySelectorAll(selector)];
  for (const [index, one] of all().entries()) one.tabIndex = index ? -1 : 0;
  box.addEventListener("keydown", (event) => {
    const here = event.target.closest(selector);
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1, Home: -Infinity, End: Infinity }[event.key];
    if (!here || step === undefined || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    const buttons = all();
    const next = buttons[Math.min(Math.max(buttons.indexOf(here) + step, 0), buttons.length - 1)];
    event.preventDefault();
    for (const one of buttons) one.tabIndex = one === next ? 0 : -1;
    next.focus();
  });
  box.addEventListener("focusin", (event) => {
    const here = event.target.closest(selector);
    if (here) for (const one of all()) one.tabIndex = one === here ? 0 : -1;
  });
}

/** What moves about on the page: the element that is the slider of the position. */
export const shared = { slider: find("wave") };

export const calm = matchMedia("(prefers-reduced-motion: reduce)");
export const dark = matchMedia("(prefers-color-scheme: dark)");

/** A colour of the page's style sheet, as it is now. */
export const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

/** Names of the kinds of marks, in the order they are listed; `lane`: drawn in whose lane. */
export const KINDS = {
  interruption: "Interruption",
  cut_in: "Cut into her hesitation",
  simultaneous_start: "Both began at once",
  terminal_overlap: "Overlapped turn end",
  brief: "Brief overlap",
  backchannel: "Listening sound",
  silence: "Shared silence",
  hesitation: "Her hesitation",
  standstill: "Stood still",
};
