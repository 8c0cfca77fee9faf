// Lists of what can be heard, kind by kind: questions, interruptions, silences. And stepping from one to the next.

import { player } from "./player.js";
import { clock, find, KINDS, latest, make, tell } from "./page.js";

const lists = new Map(); // kind -> {name, items: [{start, end, text, note}]}
const JUMPS = { question: ["question"], interruption: ["interruption", "cut_in"] };
let chosen = "";

export function showFound(story) {
  if (story.score?.moments.length) lists.set("moments", { name: "Listen again", items: story.score.moments.map(moment) });
  if (story.score?.praise.length) lists.set("praise", { name: "Done well", items: story.score.praise.map(moment) });
  const lines = Object.fromEntries(story.question_lines.map((line) => [line.id, line]));
  if (story.questions.length) {
    lists.set("question", { name: "Questions", items: story.questions.map((one) => ({
      start: one.start, end: one.end, text: `“${one.text}”`, note: [lines[one.type].name, ...one.marks].join(", "), care: !lines[one.type].helpful,
    })) });
  }
  for (const [kind, name] of Object.entries(KINDS)) {
    const items = story.marks.filter((mark) => mark.kind === kind).map((mark) => ({ start: mark.start, end: mark.end, text: mark.label }));
    if (items.length) lists.set(kind, { name, items });
  }
  const told = story.disclosures.filter((one) => one.at !== null);
  if (told.length) lists.set("told", { name: "What she told", items: told.map((one) => ({ start: one.at, end: one.at, text: one.about })) });
  for (const [kind, { name, items }] of lists) {
    const shown = make("button", { type: "button", class: "kind", "aria-pressed": "false", data: { kind } }, `${name} `, make("span", { class: "soft", text: items.length }));
    shown.addEventListener("click", () => choose(kind));
    find("kinds").append(shown);
  }
  if (lists.size) choose(["moments", "interruption", "question"].find((kind) => lists.has(kind)) ?? lists.keys().next().value);
  else find("found").append(make("li", { class: "soft", text: "Nothing to list." }));
  const some = (kind, name) => { const count = lists.get(kind)?.items.length ?? 0; return count ? [`${count} ${name}${count === 1 ? "" : "s"}`] : []; };
  find("count-question").textContent = some("question", "question")[0] ?? "No questions";
  find("count-interruption").textContent = [...some("interruption", "interruption"), ...some("cut_in", "cut-in")].join(", ") || "No interruptions";
  for (const button of document.querySelectorAll("[data-jump]")) button.disabled = !all(button.dataset.jump).length;
}

/** Play the next or the previous question or interruption. */
export function jump(kind, step) {
  const items = all(kind);
  if (!items.length) {
    tell(`There are no ${kind}s`);
    return;
  }
  const starts = items.map((item) => item.start);
  const here = latest(starts, player.time + 0.05);
  const index = step > 0 ? here + 1 : player.time - (starts[here] ?? 0) > 1 ? here : here - 1;
  if (index < 0 || index >= items.length) {
    tell(step > 0 ? `That was the last ${kind}` : `That was the first ${kind}`);
    return;
  }
  const item = items[index];
  player.play(item.start);
  document.dispatchEvent(new CustomEvent("played"));
  tell(`${kind} ${index + 1} of ${items.length}: ${item.text}${item.note ? ` ${item.note}` : ""}`);
}

function all(kind) {
  return JUMPS[kind].flatMap((one) => lists.get(one)?.items ?? []).sort((a, b) => a.start - b.start);
}

function choose(kind) {
  chosen = kind;
  for (const button of find("kinds").children) button.setAttribute("aria-pressed", String(button.dataset.kind === kind));
  find("found").replaceChildren(...lists.get(chosen).items.map((item) => make("li", { class: item.care ? "care" : "" },
    make("button", { type: "button", class: "at", data: { at: item.start } }, make("span", { class: "t", text: clock(item.start, false) }), ` ${item.text}`),
    ...(item.note ? [make("p", { class: "soft", text: item.note })] : []),
    ...(item.better ? [make("p", {}, make("b", { text: "Better: " }), item.better)] : []))));
}

function moment(one) {
  return { start: one.start, end: one.end, text: one.said ? `${one.title}: “${one.said}”` : one.title, note: [one.effect, one.why].filter(Boolean).join(" "), better: one.better };
}
