// The desk: choosing two sessions to compare, giving scenarios and taking them back.

import { ask } from "/static/room/common.js";

const find = (id) => document.getElementById(id);
const pick = find("pick");

function picked() {
  return [...pick.querySelectorAll("input[name=pick]:checked")].map((one) => one.value);
}

pick?.addEventListener("change", () => {
  const count = picked().length;
  find("picked").textContent = count === 2 ? "Ready." : count > 2 ? "Only two can be compared: untick some." : "Tick two sessions.";
});
pick?.addEventListener("submit", (event) => {
  event.preventDefault();
  const chosen = picked();
  if (chosen.length !== 2) {
    find("picked").textContent = "Tick two sessions first.";
    return;
  }
  const [later, earlier] = chosen; // the list is newest first
  location.assign(`/compare?${new URLSearchParams({ a: earlier, b: later })}`);
});

async function change(path, method, body) {
  try {
    await ask(path, method, body);
    location.reload();
  } catch (error) {
    find("problem").textContent = error.message;
    find("problem").hidden = false;
  }
}

find("give")?.addEventListener("submit", (event) => {
  event.preventDefault();
  const given = Object.fromEntries(new FormData(find("give")));
  change("/api/room/given", "POST", { ...given, due: given.due || null });
});
for (const button of document.querySelectorAll("button[data-task]")) {
  button.addEventListener("click", () => change(`/api/room/given/${button.dataset.task}`, "DELETE"));
}
