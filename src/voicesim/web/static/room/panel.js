// The review beside the replay: marking moments, what was said, judging, and deciding. Works without the player too.

import { ask, clock, make, typing, when } from "/static/room/common.js";
import { criteria, decisions, evaluation, labels } from "/static/room/judging.js";

const find = (id) => document.getElementById(id);
const REGIONS = { good: "praise", care: "care", plain: "remark" };

/** A player that stands still, where the page has none. */
const still = { time: 0, on: () => () => {}, seek: () => {}, play: () => {}, addRegion: () => {}, removeRegion: () => {}, selection: null };

export class Panel {
  constructor(player, root) {
    this.player = player;
    this.root = root;
    this.path = `/api/sessions/${encodeURIComponent(root.dataset.session)}`;
    this.review = undefined;
    this.regions = new Set();
    this.lastMark = undefined;
    find("room-comment").addEventListener("submit", (event) => this.comment(event, "comment"));
    find("room-commend").addEventListener("click", (event) => this.comment(event, "commendation"));
    find("room-leave").addEventListener("click", () => find("room-dialog").close());
    find("room-labels").addEventListener("toggle", () => find("room-labels").open && labels(this));
    document.addEventListener("keydown", (event) => this.key(event));
    document.addEventListener("region", (event) => this.shown(String(event.detail?.id ?? "")));
    player.on("time", (seconds) => this.tick(seconds));
    this.tick(player.time);
  }

  async load() {
    try {
      this.draw(await ask(`${this.path}/review`));
    } catch (error) {
      this.problem(error);
    }
  }

  /** Say something; the whole review is drawn anew from the answer. Returns whether it was kept. */
  async say(wish, done) {
    this.problem();
    try {
      const answer = await ask(`${this.path}/remarks`, "POST", wish);
      this.draw(answer.review);
      if (wish.kind === "flag") this.lastMark = answer.id;
      find("room-said").textContent = done;
      return true;
    } catch (error) {
      this.problem(error);
      return false;
    }
  }

  problem(error) {
    const open = find("room-dialog").open;
    for (const place of [find("room-problem"), find("room-refused")]) place.hidden = true;
    if (!error) return;
    const place = open ? find("room-refused") : find("room-problem");
    place.textContent = error.message;
    place.hidden = false;
  }

  tick(seconds) {
    this.at = seconds || 0;
    const place = this.stretch();
    find("room-at").textContent = place.until === undefined ? clock(place.at) : `${clock(place.at)} to ${clock(place.until)}`;
  }

  /** The moment being heard, or the stretch that is marked in the waveform. */
  stretch() {
    const marked = this.player.selection;
    return marked ? { at: marked.start, until: marked.end } : { at: this.player.time || 0 };
  }

  async flag(button) {
    const place = this.stretch();
    await this.say({ kind: "flag", button: button.id, ...place }, `Marked at ${clock(place.at)}: ${button.label}.`);
  }

  async comment(event, kind) {
    event.preventDefault();
    const words = find("room-words");
    if (!words.reportValidity()) return;
    const { at, until } = this.stretch();
    const place = kind === "comment" ? { at, until } : { at };
    const done = kind === "comment" ? "Comment kept." : "Commendation kept.";
    if (await this.say({ kind, text: words.value, ...place }, done)) {
      words.value = "";
      words.blur();
    }
  }

  key(event) {
    if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || typing() || !this.review) return;
    const button = this.review.buttons.find((one) => one.key && one.key === event.key);
    const may = (kind) => this.review.may.includes(kind);
    const open = (id) => {
      const part = find(id);
      if (part.hidden) return false;
      part.open = true;
      part.querySelector("summary").focus();
      part.scrollIntoView({ block: "nearest" });
      return true;
    };
    if (button && may("flag")) this.flag(button);
    else if (event.key === "c" && may("comment")) find("room-words").focus();
    else if (event.key === "r") open("room-labels");
    else if (event.key === "e") open("room-evaluate");
    else if (event.key === "x" && this.lastMark) this.withdraw(this.lastMark);
    else return;
    event.preventDefault();
  }

  async withdraw(id) {
    if (await this.say({ kind: "withdrawal", of: id }, "Withdrawn.")) this.lastMark = undefined;
  }

  /** A small form in a dialog; `keep` gets its values and returns what to say. */
  form(title, fields, keep) {
    const dialog = find("room-dialog");
    find("room-dialog-title").textContent = title;
    find("room-fields").replaceChildren(...fields);
    find("room-refused").hidden = true;
    find("room-form").onsubmit = async (event) => {
      event.preventDefault();
      find("room-keep").disabled = true;
      if (await this.say(keep(new FormData(find("room-form"))), "Kept.")) dialog.close();
      find("room-keep").disabled = false;
    };
    dialog.showModal();
  }

  // ------------------------------------------------------------------------------------------------------- drawing

  draw(review) {
    this.review = review;
    const may = (kind) => review.may.includes(kind);
    find("room-state").replaceChildren(...this.state(review));
    find("room-mark").hidden = !may("comment");
    find("room-commend").hidden = !may("commendation");
    find("room-buttons").replaceChildren(...review.buttons.map((one) => this.button(one)));
    this.list(review);
    criteria(this, review);
    evaluation(this, review);
    decisions(this, review);
    find("room-labels").hidden = !(may("label") && review.scores);
    if (find("room-labels").open) labels(this);
  }

  button(one) {
    const key = one.key ? make("kbd", { "aria-hidden": "true" }, one.key) : "";
    const facts = { type: "button", class: `mark ${one.tone}`, onclick: () => this.flag(one) };
    return make("button", one.key ? { ...facts, "aria-keyshortcuts": one.key } : facts, one.label, key);
  }

  state(review) {
    const lines = [];
    if (review.signed) {
      lines.push(`Signed off by ${review.signed.by}, ${when(review.signed.when)}.`);
      if (review.signed.changed.length) lines.push(make("strong", { class: "changed" }, `Changed since sign-off: ${review.signed.changed.join(", ")}.`));
    }
    if (review.how === "peer") lines.push("You were invited to listen. Say what you heard; scores are not shown.");
    else if (review.how === "owner") lines.push(review.released ? "Your scores are released." : "The scores are not released yet. Your own marks and comments are here.");
    else if (!review.released) lines.push("The trainee does not see the scores yet.");
    else if (review.how === "teacher") lines.push(review.released_by ? `Scores released by ${review.released_by}.` : "The trainee sees the scores.");
    if (review.asked !== null && review.how !== "owner") lines.push(make("strong", {}, `Feedback asked for${review.asked ? `: “${review.asked}”` : "."}`));
    lines.push(...review.notes);
    return lines.flatMap((line, index) => (index ? [make("br"), line] : [line]));
  }

  list(review) {
    const told = review.remarks.filter((one) => !["withdrawal", "evaluation"].includes(one.kind));
    find("room-remarks").replaceChildren(...told.map((one) => this.item(one)));
    const standing = told.filter((one) => !one.withdrawn).length;
    find("room-count").textContent = standing ? `(${standing})` : "";
    find("room-none").hidden = told.length > 0;
    const wanted = new Map(told.filter((one) => one.at !== null && !one.withdrawn).map((one) => [`remark-${one.id}`, one]));
    for (const id of this.regions) {
      if (!wanted.has(id)) this.player.removeRegion(id);
    }
    this.regions = new Set(wanted.keys());
    for (const [id, one] of wanted) {
      this.player.addRegion(id, one.at, one.until ?? one.at, { kind: one.kind === "flag" && one.tone === "plain" ? "flag" : REGIONS[one.tone], label: [one.title, one.text].filter(Boolean).join(": ") });
    }
  }

  item(one) {
    const place = one.at === null ? "" : make("button", { type: "button", class: "at", "data-at": one.at, "data-until": one.until, "aria-label": `Play from ${clock(one.at)}` }, clock(one.at));
    const title = one.title ? make("strong", {}, one.title) : "";
    const text = one.text ? make("span", { class: "remark-text" }, one.text) : "";
    const by = make("span", { class: "soft by" }, `${one.mine ? "you" : one.by}${one.role === "peer" ? " (colleague)" : ""}, ${when(one.when)}`);
    const back = one.mine && !one.withdrawn && !["sign_off", "rescored"].includes(one.kind)
      ? make("button", { type: "button", class: "quiet", "aria-label": `Withdraw: ${one.title || one.text}`, onclick: () => this.withdraw(one.id) }, "Withdraw")
      : "";
    const gone = one.withdrawn ? make("span", { class: "soft" }, "withdrawn") : "";
    return make("li", { id: `remark-${one.id}`, class: `remark ${one.tone}${one.withdrawn ? " gone" : ""}` }, place, make("div", {}, title, text, by, gone, back));
  }

  /** A region was pressed in the waveform: bring its remark into view. */
  shown(id) {
    const item = id.startsWith("remark-") ? find(id) : null;
    if (!item) return;
    for (const other of this.root.querySelectorAll(".remark.here")) other.classList.remove("here");
    item.classList.add("here");
    item.scrollIntoView({ block: "nearest" });
  }
}

export function mount(player, root) {
  const panel = new Panel(player ?? still, root);
  panel.load();
  return panel;
}

const root = find("room");
if (root && !root.dataset.mounted) {
  root.dataset.mounted = "yes";
  const found = await import("/static/replay/player.js").catch(() => ({}));
  mount(found.player, root);
}
