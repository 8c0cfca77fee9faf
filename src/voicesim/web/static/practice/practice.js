// One practice session, from briefing to calm close: consent, headset, conversation, ending.

import { Connection } from "./connection.js";
import { Headset, microphoneTrouble, peak } from "./headset.js";

const find = (id) => document.getElementById(id);
const root = find("practice");
const steps = ["before", "headset", "live", "after"];
const QUIET = -30; // dBFS: softer than this, the microphone is too far away
const LOUD = -3;
const REMEMBERED = "voicesim-session";

let step = "before";
let phase = "";
let connection;
let headset;
let flowing = false; // whether sound goes to the server
let paused = false;
let spokenTimer;
let leaving = false;

function show(name) {
  step = name;
  for (const each of steps) find(each).hidden = each !== name;
  find("trouble").hidden = true;
  find(name).querySelector("h1").focus();
  window.scrollTo(0, 0);
}

function trouble(words) {
  find("trouble").textContent = words;
  find("trouble").hidden = false;
  find("trouble").scrollIntoView({ block: "nearest" });
}

// ------------------------------------------------------------ before

find("consent").addEventListener("change", () => (find("agree").disabled = !find("consent").checked));
find("agree").addEventListener("click", async () => {
  find("agree").disabled = true;
  returning = false;
  try {
    await admit();
    show("headset");
    await openHeadset();
  } catch (error) {
    trouble(error.message);
    find("agree").disabled = false;
  }
});

async function admit() {
  if (connection) return;
  const answer = await fetch("/api/practices", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ scenario: root.dataset.scenario, consent: true, private: find("private")?.checked ?? false }),
  }).catch(() => {
    throw new Error("voicesim does not answer. Is it still running? Start it again with “voicesim serve”.");
  });
  const said = await answer.json();
  if (!answer.ok) throw new Error(`${said.problem} ${said.remedy}`);
  sessionStorage.setItem(REMEMBERED, JSON.stringify({ ...said, scenario: root.dataset.scenario }));
  connect(said);
}

function connect(admitted) {
  connection = new Connection(admitted, Number(root.dataset.patience), { onmessage, onsound, onopen, onlost, onend });
  connection.open();
}

// A page that was loaded anew in the middle of a session finds its way back to it.
const remembered = JSON.parse(sessionStorage.getItem(REMEMBERED) || "null");
let returning = remembered?.scenario === root.dataset.scenario;
if (returning) connect(remembered);

// Back at the beginning: what was remembered is over.
function forget() {
  sessionStorage.removeItem(REMEMBERED);
  connection.close();
  connection = undefined;
  returning = false;
}

// ------------------------------------------------------------ headset

async function openHeadset() {
  headset?.close();
  headset = new Headset(Number(root.dataset.ahead), onblock, microphoneGone);
  try {
    await headset.open(find("raw").checked);
    find("trouble").hidden = true;
    return true;
  } catch (error) {
    headset.close();
    headset = undefined;
    trouble(microphoneTrouble(error));
    find("level").textContent = "No microphone yet.";
    return false;
  } finally {
    mayBegin();
  }
}

function mayBegin() {
  find("begin").disabled = phase !== "ready";
  find("begin").textContent = headset ? "Begin" : "Try the microphone again";
}

find("raw").addEventListener("change", openHeadset);
find("tone").addEventListener("click", () => headset?.tone());
find("begin").addEventListener("click", async () => {
  if (!headset) return void (await openHeadset());
  show("live");
  connection.send({ type: "begin", ...headset.about });
});

let level = -90;
let loudest = -90;
let blocks = 0;

function onblock(block) {
  level = Math.max(peak(block), level - 1.5);
  if (flowing) connection.sound(block);
  if (++blocks % 3) return;
  const meter = step === "live" ? "live-meter" : "check-meter";
  find(meter).querySelector("i").style.transform = `scaleX(${Math.max(0, Math.min(1, (level + 60) / 60))})`;
  if (step === "headset") judge();
}

// Said once a second at most, and only when it changes: a screen reader reads it out.
function judge() {
  loudest = Math.max(loudest, level);
  if (blocks % 48) return;
  const words =
    loudest > LOUD ? "Too loud: move the microphone a little away, or turn it down."
    : loudest > QUIET ? "Good: your voice comes through."
    : loudest > -55 ? "Soft: bring the microphone closer, or turn it up."
    : "Quiet so far. Say a sentence.";
  if (find("level").textContent !== words) find("level").textContent = words;
  loudest -= 6;
}

function microphoneGone() {
  headset?.close();
  headset = undefined;
  if (step !== "live") return void openHeadset();
  flowing = false;
  connection.socket.close();
  say("lost", "The microphone has gone");
  find("note").textContent = "Plug it in again, then connect. The session waits for a minute.";
  offerRetry(true);
}

function offerRetry(on) {
  find("retry").hidden = !on;
  find("pause").hidden = on;
}

find("retry").addEventListener("click", async () => {
  if (headset || (await openHeadset())) {
    offerRetry(false);
    find("note").textContent = "";
    resumeFlow();
  }
});

// ------------------------------------------------------------ live

async function resumeFlow() {
  if (!headset || phase !== "running" || !connection.connected) return;
  const { socket } = connection;
  flowing = false;
  await headset.restart();
  flowing = socket === connection.socket && connection.connected && phase === "running";
}

function onopen() {
  if (step === "live" && headset) find("note").textContent = "";
}

function onsound(frame) {
  if (flowing) headset?.play(frame);
}

function onlost() {
  flowing = false;
  if (step === "live" && headset) {
    say("lost", "Connection lost");
    find("note").textContent = "Paused, and saved so far. Trying to connect again …";
  } else if (step === "headset") {
    find("preparing").textContent = "The connection to voicesim is lost. Trying again …";
  }
}

function onend(words) {
  if (returning) return forget();
  sessionStorage.removeItem(REMEMBERED);
  flowing = false;
  leaving = true;
  headset?.close();
  say("lost", "Ended");
  find("note").textContent = "";
  for (const each of ["pause", "stop", "retry", "begin"]) find(each).hidden = true;
  trouble(words);
}

function onmessage(message) {
  switch (message.type) {
    case "phase":
      return onphase(message);
    case "progress":
      return onprogress(message);
    case "status":
      return onstatus(message);
    case "note":
      find("note").textContent = message.words;
      return;
    case "over":
      return onover(message);
  }
}

function onphase({ phase: now, problem }) {
  phase = now;
  if (now === "ready") {
    find("preparing").textContent = "Everything is ready. Begin when you are.";
    find("progress").hidden = true;
    mayBegin();
  } else if (now === "running") {
    returning = false;
    if (step !== "live") show("live");
    if (headset) return resumeFlow();
    say("lost", "Your session stands still");
    find("note").textContent = "Go on when you are ready. It waits for a minute.";
    offerRetry(true);
  } else if (now === "closing") {
    flowing = false;
    headset?.close();
    say("paused", "One moment …");
    find("note").textContent = "The session is being saved and scored.";
    find("pause").hidden = find("stop").hidden = true;
  } else if (now === "failed") {
    if (returning) return forget();
    connection.close();
    onend(problem);
    find("preparing").textContent = "It cannot begin.";
    find("progress").hidden = true;
  }
}

function onprogress({ what, done, total }) {
  if (phase !== "preparing") return;
  const bar = find("progress");
  if (find("preparing").textContent !== `${what} …`) find("preparing").textContent = `${what} …`;
  if (total > 1) {
    bar.max = total;
    bar.value = done;
  } else {
    bar.removeAttribute("value");
  }
}

function onstatus({ turn, words, at }) {
  if (!flowing) return; // from before the connection was lost
  paused = turn === "paused";
  say(turn, words);
  find("clock").textContent = `${Math.floor(at / 60)}:${String(Math.floor(at % 60)).padStart(2, "0")}`;
  find("pause").firstChild.textContent = paused ? "Go on " : "Pause ";
  if (!paused && find("note").textContent.startsWith("Paused")) find("note").textContent = "";
}

// Shown at once; read out only when it has lasted a second, so that nothing talks over her.
function say(turn, words) {
  find("turn").dataset.turn = turn;
  if (find("words").textContent === words) return;
  find("words").textContent = words;
  clearTimeout(spokenTimer);
  spokenTimer = setTimeout(() => (find("spoken").textContent = words), 1000);
}

function press(what) {
  connection?.send({ type: "press", what });
}

find("pause").addEventListener("click", () => press(paused ? "resume" : "pause"));
find("stop").addEventListener("click", () => press("stop"));
document.addEventListener("keydown", (event) => {
  if (step !== "live" || event.repeat || event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.key === "q") press("stop");
  if (event.key === " " && !(event.target instanceof HTMLButtonElement)) {
    event.preventDefault();
    press(paused ? "resume" : "pause");
  }
});
window.addEventListener("beforeunload", (event) => {
  if (step === "live" && !leaving) event.preventDefault();
});
window.addEventListener("pagehide", () => {
  if (!connection || step === "live" || step === "after") return;
  fetch(`/api/practices/${connection.admitted.id}`, { method: "DELETE", headers: { token: connection.admitted.token }, keepalive: true });
});

// ------------------------------------------------------------ after

function paragraph(words, into, name = "p") {
  const made = document.createElement(name);
  made.textContent = words;
  into.append(made);
  return made;
}

function onover(message) {
  leaving = true;
  sessionStorage.removeItem(REMEMBERED);
  connection.close();
  headset?.close();
  show("after");
  if (message.problem) trouble(message.problem);
  const close = find("close");
  const summary = find("summary");
  close.replaceChildren();
  summary.replaceChildren();
  for (const words of message.close) paragraph(words, close);
  if (message.ending) paragraph(message.ending.summary, summary);
  if (message.drill) {
    paragraph(`${message.drill.skill}: ${message.drill.met} of ${message.drill.of}`, summary, "h2");
    const list = paragraph("", summary, "ul");
    list.className = "goals";
    for (const goal of message.drill.goals) {
      const item = paragraph(`${goal.met ? "Yes" : "Try"}: ${goal.title}. ${goal.words}`, list, "li");
      if (goal.met) item.className = "met";
    }
  }
  find("see").href = `/sessions/${encodeURIComponent(message.session)}`;
}
