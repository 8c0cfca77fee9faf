// Following a running session: what is said as it is said, and one key to flag the moment.

const page = document.getElementById("follow");
const { id, session, her } = page.dataset;
const cast = JSON.parse(page.dataset.cast);
const said = document.getElementById("said");
const KINDS = { backchannel: "a listener's sound", terminal_overlap: "began as she ended", interruption: "spoke over her", cut_in: "cut into her pause" };
let heard = 0; // seconds of the session, as last told
let toldAt = performance.now();
let running = false;

const clock = (s) => `${Math.floor(s / 60)}:${String(Math.floor(s % 60)).padStart(2, "0")}`;
const now = () => heard + (running ? (performance.now() - toldAt) / 1000 : 0);

function element(name, text, look) {
  const made = document.createElement(name);
  if (text) made.textContent = text;
  if (look) made.className = look;
  return made;
}

// Entries come when they are complete, hers often before a longer one of his: they are put where they began.
function put(entry, at) {
  entry.dataset.at = at;
  const stuck = said.scrollHeight - said.scrollTop - said.clientHeight < 40;
  const after = [...said.children].reverse().find((one) => Number(one.dataset.at) <= at);
  said.insertBefore(entry, after ? after.nextSibling : said.firstChild);
  if (stuck) said.scrollTop = said.scrollHeight;
}

const show = {
  said({ speaker, by, at, text, question, broken_off, marks }) {
    const entry = element("li", "", speaker);
    entry.append(element("span", `${clock(at)} `, "soft"), element("span", speaker === "trainee" ? "Trainee" : (cast[by] ?? her), "who"));
    entry.append(` ${text}${broken_off ? " –" : ""}`);
    const labels = [question && question !== "none" ? question.replaceAll("_", " ") : "", ...(marks ?? [])].filter(Boolean);
    if (labels.length) entry.append(element("small", ` (${labels.join(", ")})`, "soft"));
    put(entry, at);
  },
  overlap({ at, kind, taking }) {
    if (kind === "backchannel") return;
    put(element("li", `${clock(at)} ${KINDS[kind] ?? kind}${taking ? ", and she stopped" : ""}`, "event soft"), at);
  },
  paused({ at, paused }) {
    put(element("li", `${clock(at)} ${paused ? "paused" : "going on"}`, "event soft"), at);
  },
  state({ state }) {
    document.getElementById("where").textContent = `now at: ${state}`;
  },
  feelings({ feelings }) {
    const rows = Object.entries(feelings).map(([name, value]) => {
      const row = element("div", "", "feeling");
      const meter = element("meter");
      Object.assign(meter, { min: 0, max: 100, value });
      meter.setAttribute("aria-label", name);
      row.append(element("span", name), meter, element("span", String(Math.round(value))));
      return row;
    });
    document.getElementById("feelings").replaceChildren(...rows);
  },
  status({ words, at }) {
    [heard, toldAt, running] = [at, performance.now(), true];
    document.getElementById("turn").textContent = words;
  },
  phase({ phase }) {
    if (phase !== "running") running = false;
    if (phase === "preparing" || phase === "ready") document.getElementById("turn").textContent = "Getting ready";
    if (phase === "over" || phase === "failed") over();
  },
  ended() {},
};

function over() {
  running = false;
  document.getElementById("turn").textContent = "Over";
  document.getElementById("over").hidden = false;
}

async function flag(button) {
  const at = now();
  const told = document.getElementById("flagged");
  const answer = await fetch(`/api/sessions/${encodeURIComponent(session)}/remarks`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ kind: "flag", button: button.dataset.button, at }),
  });
  if (!answer.ok) {
    told.textContent = (await answer.json().catch(() => ({}))).problem ?? "The flag could not be kept.";
    return;
  }
  const label = button.textContent.trim().replace(/^\S+\s+/, "");
  told.textContent = `${clock(at)} ${label}: flagged.`;
  put(element("li", `${clock(at)} ⚑ ${label}`, "event"), at);
}

for (const button of document.querySelectorAll("[data-button]")) button.addEventListener("click", () => flag(button));
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.defaultPrevented) return;
  const button = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (button) flag(button);
});
setInterval(() => (document.getElementById("clock").textContent = clock(now())), 250);

const socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/api/room/running/${id}`);
socket.onmessage = ({ data }) => {
  const message = JSON.parse(data);
  show[message.type]?.(message);
};
socket.onclose = ({ code, reason }) => {
  if (code === 1000) over();
  else document.getElementById("turn").textContent = reason || "The connection is lost. Load the page anew.";
};
