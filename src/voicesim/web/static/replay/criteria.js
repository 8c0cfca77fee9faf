// The scorecard's criteria, each with the moments it rests on: press one to hear it.

import { clock, find, make } from "./page.js";

export function showCriteria(score) {
  find("scores").hidden = !score;
  if (!score) return;
  const shown = score.reviewed ?? score.overall;
  find("h-scores").after(make("p", {},
    make("b", { text: shown === null ? score.level_name : `Overall ${shown.toFixed(0)} of 100, ${score.level_name.toLowerCase()}` }),
    score.reviewed !== score.overall && score.overall !== null ? ` after review by an instructor; the machine’s ${score.overall.toFixed(0)}` : "",
    make("span", { class: "soft", text: ` · ${score.rubric}. An aid: an instructor’s judgement takes precedence.` })));
  for (const group of score.groups) {
    find("criteria").append(make("h3", { text: group.title }), make("div", { class: "criteria" }, ...group.criteria.map(criterion)));
  }
}

function criterion(one) {
  const moments = make("ul", {}, ...one.evidence.map((each) => make("li", {},
    make("button", { type: "button", class: "at", data: { at: each.start } },
      make("span", { class: "t", text: clock(each.start, false) }),
      each.quote ? ` “${each.quote}”` : "", each.note ? make("span", { class: "soft", text: ` ${each.note}` }) : ""))));
  const count = one.evidence.length;
  return make("article", { class: "criterion", id: `criterion-${one.id}` },
    make("header", {}, make("h4", { text: one.title }), make("span", { class: `chip ${one.level || "open-end"}`, text: one.level_name })),
    make("p", { class: "soft", text: one.value }),
    make("p", { text: one.advice }),
    ...(one.reviewed ? [make("p", {}, make("b", { text: "Instructor " }), one.reviewed)] : []),
    make("details", {}, make("summary", { text: count ? `${count} moment${count === 1 ? "" : "s"} to hear, and the definition` : "Definition" }),
      make("p", { class: "soft", text: `${one.definition} ${one.note}`.trim() }), moments));
}
