// Keyboard shortcuts. They keep quiet while somebody types, chooses from a list, or reads a dialog.

import { player } from "./player.js";
import { clock, find, make, tell } from "./page.js";

const SPEEDS = [0.5, 0.75, 1, 1.25, 1.5, 2];

/** `does`: what the keys do beyond the player itself: zoom(step), jump(kind, step), follow(), word(step). */
export function listenToKeys(does) {
  const seek = (by) => { player.seek(player.time + by); tell(clock(player.time)); };
  const keys = [
    [["Space", "K"], "play and pause", [" ", "k"], () => player.toggle()],
    [["←", "→"], "5 seconds back, on", ["ArrowLeft", "ArrowRight"], (key) => seek(key === "ArrowLeft" ? -5 : 5)],
    [["Shift ←", "Shift →"], "one word back, on", ["Shift+ArrowLeft", "Shift+ArrowRight"], (key) => does.word(key.endsWith("Left") ? -1 : 1)],
    [["J", "L"], "10 seconds back, on", ["j", "l"], (key) => seek(key === "j" ? -10 : 10)],
    [[",", "."], "slower, faster", [",", "."], (key) => speed(key === "," ? -1 : 1)],
    [["N", "P"], "next, previous question", ["n", "p"], (key) => does.jump("question", key === "n" ? 1 : -1)],
    [["I", "U"], "next, previous interruption", ["i", "u"], (key) => does.jump("interruption", key === "i" ? 1 : -1)],
    [["[", "]"], "begin, end of a marked stretch", ["[", "]"], bracket],
    [["\\"], "loop the marked stretch", ["\\"], loop],
    [["Esc"], "unmark it", ["Escape"], () => player.selection && (player.select(null), tell("Unmarked"))],
    [["M"], "mute the trainee, the survivor, nobody", ["m"], mute],
    [["+", "−"], "zoom in, out", ["+", "=", "-"], (key) => does.zoom(key === "-" ? -1 : 1)],
    [["F"], "text follows the sound, or not", ["f"], () => does.follow()],
    [["Home", "End"], "to the beginning, the end", ["Home", "End"], (key) => player.seek(key === "Home" ? 0 : player.duration)],
    [["?"], "this list", ["?"], () => show()],
  ];
  const known = new Map(keys.flatMap(([, , names, act]) => names.map((name) => [name, act])));
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || busy(event)) return;
    const name = (event.shiftKey && event.key.startsWith("Arrow") ? "Shift+" : "") + (event.key.length === 1 ? event.key.toLowerCase() : event.key);
    const act = known.get(name);
    if (!act || (event.repeat && !name.includes("Arrow"))) return;
    event.preventDefault();
    act(name);
  });
  for (const [shown, means] of keys) {
    find("key-list").append(make("dt", {}, ...shown.flatMap((key) => [make("kbd", { text: key }), " "])), make("dd", { text: means }));
  }
  find("help").addEventListener("click", show);
  find("keys-close").addEventListener("click", () => find("keys").close());

  function show() { find("keys").showModal(); }

  function speed(step) {
    const here = SPEEDS.findIndex((one) => one >= player.speed - 0.001);
    player.speed = SPEEDS[Math.min(Math.max((here < 0 ? SPEEDS.length - 1 : here) + step, 0), SPEEDS.length - 1)];
    tell(`Speed ${player.speed}`);
  }

  /** `[` marks from here, `]` up to here. */
  function bracket(key) {
    const [now, marked] = [player.time, player.selection];
    if (key === "[") player.select(now, marked && marked.end > now ? marked.end : Math.min(player.duration, now + 5));
    else player.select(marked && marked.start < now ? marked.start : Math.max(0, now - 5), now);
    tell(`Marked from ${clock(player.selection.start)} to ${clock(player.selection.end)}`);
  }

  function loop() {
    if (!player.selection) {
      tell("Mark a stretch first: [ begins it, ] ends it");
      return;
    }
    player.loop(!player.looping);
    if (player.looping && !player.playing) player.play();
    tell(player.looping ? "Looping" : "No loop");
  }

  function mute() {
    const next = player.muted("trainee") ? ["survivor", "Survivor muted"] : player.muted("survivor") ? ["", "Both voices"] : ["trainee", "Trainee muted"];
    for (const track of ["trainee", "survivor"]) player.mute(track, track === next[0]);
    tell(next[1]);
  }
}

/** Whether a key belongs to what has the focus: a field, a list, a button under the space bar, a dialog. */
function busy(event) {
  const target = event.target;
  if (document.querySelector("dialog[open]")) return true;
  if (target.closest("input, textarea, select, [contenteditable]")) return true;
  if (target.closest("button, a, summary") && (event.key === " " || event.key === "Enter")) return true;
  const scrolling = target.closest("#transcript, .scroll, .kinds, #found");
  return Boolean(scrolling) && ["Home", "End"].includes(event.key);
}
