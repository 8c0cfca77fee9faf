// The session from the first minute to the last: which questions were asked when, where she was, how she felt. One time axis for all.

import { player } from "./player.js";
import { along, clock, find, latest, make } from "./page.js";

const STEPS = [5, 10, 15, 30, 60, 120, 300, 600, 900];
const share = (seconds, length) => `${(100 * Math.min(Math.max(seconds / length, 0), 1)).toFixed(3)}%`;

export function showGlance(story) {
  const [box, length] = [find("tracks"), story.duration];
  const head = make("div", { class: "playhead", "aria-hidden": "true" });
  if (story.questions.length) {
    box.append(make("h3", { text: `Questions, by type (${story.question_profile})` }));
    for (const kind of story.question_lines) box.append(questions(kind, story, length));
    box.append(row("", axis(length), "axis"), legend());
  } else {
    box.append(make("p", { class: "soft", text: "No question was asked." }));
  }
  if (story.states.length) box.append(make("h3", { text: `Where ${story.her_name} was` }), states(story, length), stateNow(story));
  if (story.feelings.length) {
    box.append(make("h3", { text: `How ${story.her_name} felt` }), ...story.feelings.map((feeling) => felt(feeling, length)));
  }
  box.append(row("", axis(length), "axis"));
  if (story.feelings.length || story.disclosures.length) box.append(aside(story));
  box.append(head);
  let [left, width] = [0, 0];
  const place = () => { head.style.transform = `translateX(${left + (width * player.time) / length}px)`; };
  const measure = () => { // only when the page is laid out anew: to ask while playing would lay it out each time
    const plot = box.querySelector(".plot");
    if (!plot) return;
    [left, width] = [plot.offsetLeft, plot.offsetWidth];
    head.style.top = `${plot.offsetTop}px`;
    place();
  };
  player.on("time", place);
  new ResizeObserver(measure).observe(box);
  measure();
}

function row(name, plot, kind = "") {
  plot.classList.add("plot");
  return make("div", { class: `track ${kind}` }, make("div", { class: "name" }, name), plot);
}

function questions(kind, story, length) {
  const dots = story.questions.filter((one) => one.type === kind.id).map((one) => {
    const label = `${kind.name} question at ${clock(one.start)}${one.marks.length ? `, ${one.marks.join(", ")}` : ""}: “${one.text}”`;
    const dot = make("button", { type: "button", class: `dot ${kind.helpful ? "helpful" : "unhelpful"}${one.why ? " why" : ""}`, "aria-label": label, title: `${label} (${one.form})`, data: { at: one.start } });
    dot.style.left = share(one.start, length);
    return dot;
  });
  const plot = make("div", { role: "group", "aria-label": `${kind.name} questions: ${kind.count}` }, ...dots);
  along(plot, ".dot");
  return row(make("span", {}, `${kind.name} `, make("span", { class: "soft", text: kind.count })), plot, kind.helpful ? "map helpful" : "map unhelpful");
}

function legend() {
  const item = (shape, text) => make("li", {}, make("i", { class: `dot ${shape}`, "aria-hidden": "true" }), text);
  return make("ul", { class: "legend" }, item("helpful", "helps her to tell more"), item("unhelpful", "closes down, leads or confuses"), item("helpful why", "asks why"));
}

function states(story, length) {
  const spans = story.states.filter((state) => state.end > state.start || state === story.states.at(-1)).map((state) => {
    const label = `${state.name}, from ${clock(state.start, false)}${state.because ? `: ${state.because}` : ""}`;
    const span = make("button", { type: "button", class: "state", "aria-label": label, title: `${label}. ${state.about}`, data: { at: state.start } }, make("span", { text: state.name }));
    span.style.left = share(state.start, length);
    span.style.width = share(Math.max(state.end - state.start, length / 400), length);
    return span;
  });
  const plot = make("div", { role: "group", "aria-label": "States" }, ...spans);
  along(plot, ".state");
  return row("State", plot, "states");
}

/** The state that holds now, in the scenario author's words. */
function stateNow(story) {
  const starts = story.states.map((state) => state.start);
  const [name, about] = [make("b"), make("span", { class: "soft" })];
  const spans = () => find("tracks").querySelectorAll(".state");
  const show = (time) => {
    const state = story.states[Math.max(0, latest(starts, time))];
    if (name.textContent !== state.name || about.dataset.at !== String(state.start)) {
      [name.textContent, about.textContent] = [state.name, ` ${state.about}`];
      about.dataset.from = state.start;
      for (const span of spans()) span.classList.toggle("now", Number(span.dataset.at) === state.start);
    }
  };
  player.on("time", show);
  queueMicrotask(() => show(player.time));
  return row("", make("p", {}, name, about), "about");
}

function felt(feeling, length) {
  const [first, last] = [feeling.steps[0].value, feeling.steps.at(-1).value];
  const height = (value) => (38 - (36 * (value - feeling.low)) / (feeling.high - feeling.low || 1)).toFixed(2);
  let path = `M0 ${height(first)}`;
  for (const step of feeling.steps.slice(1)) path += ` H${((1000 * step.at) / length).toFixed(2)} V${height(step.value)}`;
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  for (const [key, value] of [["viewBox", "0 0 1000 40"], ["preserveAspectRatio", "none"], ["aria-hidden", "true"]]) svg.setAttribute(key, value);
  const line = document.createElementNS("http://www.w3.org/2000/svg", "path");
  line.setAttribute("d", `${path} H1000`);
  svg.append(line);
  const plot = make("div", { class: "chart", role: "img", "aria-label": `${feeling.name} from ${first.toFixed(0)} to ${last.toFixed(0)}, between ${feeling.low.toFixed(0)} and ${feeling.high.toFixed(0)}` });
  plot.append(svg);
  plot.addEventListener("click", (event) => {
    const box = plot.getBoundingClientRect();
    player.play((length * (event.clientX - box.left)) / box.width);
  });
  const starts = feeling.steps.map((step) => step.at);
  const value = make("b", { class: "value" });
  const show = (time) => { value.textContent = feeling.steps[Math.max(0, latest(starts, time))].value.toFixed(0); };
  player.on("time", show);
  show(player.time);
  return row(make("span", {}, `${feeling.name} `, value, make("span", { class: "soft", text: ` (${first.toFixed(0)} → ${last.toFixed(0)})` })), plot, "feeling");
}

/** The same in words, for those who do not see charts, and for whoever wants to know why. */
function aside(story) {
  const changes = story.feelings
    .flatMap((feeling) => feeling.steps.slice(1).map((step, index) => ({ ...step, name: feeling.name, by: step.value - feeling.steps[index].value })))
    .sort((a, b) => a.at - b.at);
  const at = (time, ...inside) => make("button", { type: "button", class: "at", data: { at: time } }, make("span", { class: "t", text: clock(time, false) }), " ", ...inside);
  const moved = changes.map((one) => make("li", {}, at(one.at, `${one.name} ${one.by > 0 ? "+" : "−"}${Math.abs(one.by).toFixed(0)} `, make("span", { class: "soft", text: one.because }))));
  const told = story.disclosures.map((one) => make("li", {}, one.at === null ? make("span", { class: "soft", text: `Not told: ${one.about}` }) : at(one.at, `Told: ${one.about}`)));
  const lived = story.states.map((one) => make("li", {}, at(one.start, `${one.name} `, make("span", { class: "soft", text: `${one.about} ${one.because ? `(${one.because})` : ""}` }))));
  const list = (title, items) => (items.length ? [make("details", {}, make("summary", { text: title }), make("ul", {}, ...items))] : []);
  return make("div", { class: "words" }, ...list(`What moved her, moment by moment (${moved.length})`, moved), ...list("What she came to tell", told), ...list("Her way through the story", lived));
}

function axis(length) {
  const step = STEPS.find((one) => length <= one * 13) ?? 1800;
  const plot = make("div", { "aria-hidden": "true" });
  for (let at = 0; at <= length; at += step) {
    const tick = make("span", { class: "tick-mark", text: clock(at, false) });
    tick.style.left = share(at, length);
    plot.append(tick);
  }
  return plot;
}
