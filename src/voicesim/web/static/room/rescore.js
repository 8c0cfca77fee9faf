// Scoring anew: begin, watch how far it is, look at what would change, and keep it or not.

import { ask, make } from "/static/room/common.js";

const find = (id) => document.getElementById(id);
let run;

function fail(error) {
  find("problem").textContent = error?.message ?? "";
  find("problem").hidden = !error;
}

const number = (value) => (value === null ? "–" : String(Math.round(value)));

function difference(value) {
  if (value === null) return "–";
  if (value === 0) return "same";
  return `${value > 0 ? "+" : ""}${value.toFixed(1)}`;
}

function row(one) {
  const title = make("a", { href: `/sessions/${encodeURIComponent(one.session.id)}/replay` }, one.session.title);
  const changes = one.problem
    ? make("span", { class: "changed" }, one.problem)
    : make("span", {}, one.changes.map((each) => `${each.title} ${number(each.before)} → ${number(each.after)}`).join(" · ") || "none");
  return make("tr", {}, make("th", { scope: "row" }, title, one.kept ? make("span", { class: "chip" }, "kept") : ""), make("td", {}, one.trainee || "–"), make("td", {}, one.rubric_before || "–"),
    make("td", { class: "number" }, number(one.before)), make("td", { class: "number" }, number(one.after)), make("td", { class: "number" }, difference(one.difference)), make("td", { class: "say" }, changes));
}

function draw(shown) {
  run = shown.id;
  find("run").hidden = false;
  const words = {
    running: `Scoring by ${shown.title}: ${shown.done} of ${shown.total}.`,
    ready: `${shown.total} scored by ${shown.title}. Nothing is kept yet.`,
    keeping: `Keeping: ${shown.done} of ${shown.total}.`,
    kept: `Kept: ${shown.rows.filter((one) => one.kept).length} of ${shown.total}. Each session says who did it and what was there before.`,
    stopped: "Stopped. Nothing was kept.",
  };
  find("state").textContent = words[shown.state];
  find("progress").max = Math.max(1, shown.total);
  find("progress").value = shown.done;
  find("rows").replaceChildren(...shown.rows.map(row));
  find("confirm").disabled = shown.state !== "ready" || !shown.rows.some((one) => !one.problem);
  find("stop").disabled = !["running", "ready"].includes(shown.state);
  find("begin").disabled = ["running", "keeping"].includes(shown.state);
}

async function follow() {
  for (;;) {
    const shown = await ask(`/api/room/rescore/${run}`);
    draw(shown);
    if (!["running", "keeping"].includes(shown.state)) return;
    await new Promise((done) => setTimeout(done, 700));
  }
}

async function step(path, method, body) {
  fail();
  try {
    draw(await ask(path, method, body));
    await follow();
  } catch (error) {
    fail(error);
  }
}

find("choose").addEventListener("submit", (event) => {
  event.preventDefault();
  const only = find("choose").dataset.session;
  step("/api/room/rescore", "POST", { rubric: find("rubric").value, sessions: only ? [only] : null });
});
find("confirm").addEventListener("click", () => step(`/api/room/rescore/${run}/confirm`, "POST"));
find("stop").addEventListener("click", () => step(`/api/room/rescore/${run}`, "DELETE"));
