// The parts of the review that judge: criteria, labels, evaluation by ear; and those that decide: release, tasks, sign-off.

import { ask, clock, make } from "/static/room/common.js";

const find = (id) => document.getElementById(id);
const LEVELS = { strong: "Strong", sound: "Sound", developing: "Developing", needs_work: "Needs work" };
const PROFILES = { griffiths: "Question type (Griffiths & Milne)", nichd: "Question type (NICHD)", miti: "Question type (MITI)", mark: "Mark", move: "Move", overlap: "Overlap" };
const TASKS = { review: "Review it", listen_again: "Listen to it again", self_evaluate: "Evaluate yourself", practise_again: "Practise it again" };
const VOICES = { self: "Self-evaluation", peer: "A colleague’s evaluation", instructor: "Instructor’s evaluation" };

let counter = 0;

/** A labelled field: the label comes first, as it is read. */
function field(words, input) {
  counter += 1;
  input.id = `room-field-${counter}`;
  return make("p", { class: "field" }, make("label", { for: input.id }, words), input);
}

function choice(name, options, chosen = "") {
  const items = Object.entries(options).map(([value, words]) => make("option", { value, selected: value === chosen }, words));
  return make("select", { name }, ...items);
}

const reason = () => field("Why", make("textarea", { name: "reason", rows: 3, maxlength: 2000, required: true }));
const points = (value) => (value === null ? "–" : String(Math.round(value)));

/** The criteria: the machine's points, those counted again, and the instructor's. */
export function criteria(panel, review) {
  const part = find("room-criteria");
  part.hidden = !review.scores || review.criteria.length === 0;
  if (part.hidden) return;
  const judges = review.may.includes("criterion");
  const head = make("p", {}, `${review.rubric}: ${points(review.overall)} of 100`);
  if (points(review.overall_reviewed) !== points(review.overall)) head.append(", ", make("strong", {}, `${points(review.overall_reviewed)} after review`));
  const rows = review.criteria.map((one) => {
    const now = one.override ?? one.recounted;
    const judged = now === null ? "" : make("p", { class: "judged" }, one.override === null ? `With judged labels: ${points(one.recounted)}` : `${one.by}: ${points(one.override)} points. ${one.reason}`);
    const press = judges ? make("button", { type: "button", class: "quiet", "aria-label": `Judge: ${one.title}`, onclick: () => judge(panel, one) }, "Judge") : "";
    return make("li", {}, make("div", { class: "line" }, make("span", {}, make("strong", {}, one.title), make("span", { class: "soft" }, ` ${one.value}`)), make("span", { class: "points" }, points(one.points)), press), judged);
  });
  const again = judges ? make("p", {}, make("a", { href: `/room/rescore?session=${encodeURIComponent(review.session)}` }, "Score it by another rubric")) : "";
  find("room-criteria-list").replaceChildren(head, make("ul", { class: "criteria" }, ...rows), again);
}

function judge(panel, one) {
  const given = make("input", { name: "points", type: "number", min: 0, max: 100, step: 1, value: one.override ?? "" , inputmode: "numeric" });
  const fields = [
    make("p", { class: "soft" }, `The machine: ${points(one.points)} points, ${one.value}. Your points stand beside it, with your name.`),
    field("Points, 0 to 100 (leave empty to let the machine’s stand)", given),
    reason(),
  ];
  panel.form(one.title, fields, (form) => ({ kind: "criterion", criterion: one.id, points: form.get("points") === "" ? null : Number(form.get("points")), reason: form.get("reason") }));
}

/** The labels near the playing moment. */
export async function labels(panel) {
  const place = find("room-labels-list");
  let found;
  try {
    found = await ask(`${panel.path}/labels`);
  } catch (error) {
    place.replaceChildren(make("p", { class: "note care" }, error.message));
    return;
  }
  const near = (one) => Math.abs(one.at - (panel.player.time || 0));
  const rows = [
    ...found.sentences.map((one) => ({ ...one, what: "sentence" })),
    ...found.overlaps.map((one) => ({ ...one, what: "overlap", sentence: 0 })),
  ].sort((one, other) => near(one) - near(other));
  const shown = rows.slice(0, 8).sort((one, other) => one.at - other.at);
  place.replaceChildren(make("ul", { class: "criteria" }, ...shown.map((one) => row(panel, found, one))));
}

function row(panel, found, one) {
  const words = one.what === "overlap" ? found.choices.overlap[one.kind] : [found.choices.griffiths[one.types.griffiths], ...one.marks.map((mark) => found.choices.mark[mark]), ...one.moves.map((move) => found.choices.move[move] ?? move)].join(", ");
  const judged = found.judged.filter((each) => each.position === one.position && each.sentence === one.sentence && (each.what === "overlap") === (one.what === "overlap"));
  return make(
    "li", {},
    make("div", { class: "line" },
      make("button", { type: "button", class: "at", "data-at": one.at, "aria-label": `Play from ${clock(one.at)}` }, clock(one.at)),
      make("span", { class: "grow" }, `“${one.text || "…"}” `, make("span", { class: "soft" }, words)),
      make("button", { type: "button", class: "quiet", "aria-label": `Relabel: ${one.text}`, onclick: () => relabel(panel, found, one) }, "Relabel")),
    ...judged.map((each) => make("p", { class: "judged" }, `${each.by}: ${each.holds ? "" : "not "}${found.choices[each.what][each.label]} (machine: ${found.choices[each.what][each.machine] ?? each.machine}). ${each.reason}`)),
  );
}

function relabel(panel, found, one) {
  const kinds = one.what === "overlap" ? ["overlap"] : ["griffiths", "nichd", "miti", "mark", "move"];
  const what = choice("what", Object.fromEntries(kinds.map((kind) => [kind, PROFILES[kind]])));
  const label = make("select", { name: "label" });
  const holds = make("select", { name: "holds" });
  const whether = field("Is it there?", holds);
  const offer = () => {
    const current = one.what === "overlap" ? one.kind : one.types[what.value];
    label.replaceChildren(...Object.entries(found.choices[what.value]).map(([value, text]) => make("option", { value, selected: value === current }, text)));
    const either = ["mark", "move", "overlap"].includes(what.value);
    whether.hidden = !either;
    holds.replaceChildren(make("option", { value: "yes" }, "Yes, it is"), make("option", { value: "no" }, what.value === "overlap" ? "No, it is no overlap" : "No, it is not"));
  };
  what.addEventListener("change", offer);
  offer();
  const fields = [make("p", {}, `“${one.text || "…"}”`), field("What the label says", what), field("Label", label), whether, reason()];
  panel.form("Another label", fields, (form) => ({
    kind: "label", what: form.get("what"), position: one.position, sentence: one.sentence, quote: one.what === "overlap" ? "" : one.text,
    label: form.get("label"), holds: form.get("holds") !== "no", reason: form.get("reason"),
  }));
}

/** The small form that evaluates by ear, and what others made of it. */
export function evaluation(panel, review) {
  const part = find("room-evaluate");
  part.hidden = !review.may.includes("evaluation");
  const mine = review.evaluations.find((one) => one.mine);
  const form = find("room-evaluation");
  if (!form.dataset.drawn) {
    form.dataset.drawn = "yes";
    const levels = { "": "Not judged", ...LEVELS };
    const rows = Object.entries(review.form).map(([id, title]) => field(title, choice(id, levels, mine?.levels[id] ?? "")));
    const words = make("textarea", { name: "text", rows: 3, maxlength: 2000 });
    words.value = mine?.text ?? "";
    const voice = review.how === "alone" ? [field("I speak as", choice("voice", { self: "the trainee", peer: "a colleague", instructor: "the instructor" }))] : [];
    form.replaceChildren(...voice, ...rows, field("In your own words", words), make("button", { type: "submit" }, "Keep evaluation"));
    form.onsubmit = async (event) => {
      event.preventDefault();
      const given = new FormData(form);
      const chosen = Object.fromEntries(Object.keys(review.form).map((id) => [id, given.get(id)]).filter(([, level]) => level));
      await panel.say({ kind: "evaluation", voice: given.get("voice") ?? undefined, levels: chosen, text: given.get("text") }, "Evaluation kept.");
    };
  }
  find("room-evaluations").replaceChildren(...review.evaluations.map((one) => {
    const levels = Object.entries(one.levels).map(([id, level]) => make("li", {}, `${review.form[id] ?? id}: ${LEVELS[level]}`));
    return make("div", { class: "evaluation" }, make("h4", {}, `${VOICES[one.voice]}, ${one.mine ? "you" : one.by}`), levels.length ? make("ul", {}, ...levels) : "", one.text ? make("p", {}, one.text) : "");
  }));
}

/** Release, tasks, invitations, sign-off. */
export function decisions(panel, review) {
  const part = find("room-decide");
  const may = (kind) => review.may.includes(kind);
  const place = find("room-decisions");
  const parts = [];
  const button = (words, wish, done) => make("button", { type: "button", onclick: () => panel.say(wish, done) }, words);
  if (may("release")) {
    parts.push(make("p", {}, review.released ? "The trainee sees the scores. " : "The trainee does not see the scores. ",
      review.released ? button("Hold them back", { kind: "hold" }, "Scores held back.") : button("Release the scores", { kind: "release" }, "Scores released.")));
  }
  if (may("feedback_asked") && review.how === "owner") {
    parts.push(review.asked === null
      ? make("p", {}, make("button", { type: "button", onclick: () => panel.form("Ask for feedback", [field("What would you like to know? (may stay empty)", make("textarea", { name: "text", rows: 3, maxlength: 2000 }))], (form) => ({ kind: "feedback_asked", text: form.get("text") })) }, "Ask an instructor for feedback"))
      : make("p", {}, "You asked for feedback. An instructor will see it."));
  }
  const people = Object.fromEntries(review.people.map((one) => [one.id, one.name]));
  if (may("assignment") && review.people.length) {
    parts.push(make("p", {}, make("button", { type: "button", onclick: () => panel.form("Give this session as a task", [
      field("To", choice("to", people)), field("Task", choice("task", TASKS)), field("Due (may stay empty)", make("input", { type: "date", name: "due" })),
      field("A word with it (may stay empty)", make("textarea", { name: "text", rows: 2, maxlength: 2000 })),
    ], (form) => ({ kind: "assignment", to: form.get("to"), task: form.get("task"), due: form.get("due") || null, text: form.get("text") })) }, "Give it as a task")));
  }
  if (may("invitation") && review.people.length) {
    parts.push(make("p", {}, make("button", { type: "button", onclick: () => panel.form("Invite a colleague to listen", [
      make("p", { class: "soft" }, "They hear the session and may comment and evaluate. They see no scores."), field("Who", choice("to", people)),
    ], (form) => ({ kind: "invitation", to: form.get("to") })) }, "Invite a colleague to listen")));
  }
  if (review.assignments.length) {
    parts.push(make("ul", {}, ...review.assignments.map((one) => make("li", {}, `${one.to}: ${(TASKS[one.task] ?? one.task).toLowerCase()}${one.due ? `, due ${one.due}` : ""}${one.text ? `. ${one.text}` : ""}`))));
  }
  if (review.invitations.length) parts.push(make("p", { class: "soft" }, `Invited: ${review.invitations.join(", ")}.`));
  parts.push(make("p", {}, make("a", { href: `/sessions/${encodeURIComponent(review.session)}/debrief` }, "Play the marked moments on the big screen")));
  if (may("sign_off")) {
    parts.push(make("p", {}, make("button", { type: "button", class: "main", onclick: () => panel.form("Sign the review off", [
      make("p", {}, `Your name, the time and a checksum of the log, the scorecard and everything said are kept.${review.released ? "" : " The scores are not released by this."}`),
      field("A closing word (may stay empty)", make("textarea", { name: "text", rows: 3, maxlength: 2000 })),
    ], (form) => ({ kind: "sign_off", text: form.get("text") })) }, review.signed ? "Sign off again" : "Sign off")));
  }
  part.hidden = review.how === "peer";
  place.replaceChildren(...parts);
}
