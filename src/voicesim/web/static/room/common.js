// What the room's modules share: asking the server, making elements, saying things to a screen reader.

/** An element: `make("button", { class: "at", type: "button" }, "0:12")`. Text is always text. */
export function make(tag, facts = {}, ...inside) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(facts)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== undefined && value !== null) element.setAttribute(name, value);
  }
  element.append(...inside.filter((one) => one !== undefined && one !== null && one !== ""));
  return element;
}

/** Seconds as m:ss. */
export function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

/** A day and time for people. */
export function when(text) {
  const moment = new Date(text);
  return moment.toLocaleString("en-GB", { day: "numeric", month: "long", hour: "2-digit", minute: "2-digit" });
}

/** The answer of the server as data. Throws an Error whose message a person can read. */
export async function ask(path, method = "GET", body = undefined) {
  const wish = { method, headers: {} };
  if (body !== undefined) {
    wish.headers["Content-Type"] = "application/json";
    wish.body = JSON.stringify(body);
  }
  const answer = await fetch(path, wish).catch(() => undefined);
  if (!answer) throw new Error("voicesim does not answer. Is it still running?");
  const said = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error([said.problem ?? "That did not work.", said.remedy].filter(Boolean).join(" "));
  return said;
}

/** Whether keys belong to something that is typed into, or to a dialog. */
export function typing() {
  const focus = document.activeElement;
  return Boolean(focus?.closest("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]") || document.querySelector("dialog[open]"));
}
