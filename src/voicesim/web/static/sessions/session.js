// One kept session: deleting it, after a question.

const find = (id) => document.getElementById(id);
const sure = find("sure");

find("delete")?.addEventListener("click", () => sure.showModal());
find("keep")?.addEventListener("click", () => sure.close());
find("really")?.addEventListener("click", async () => {
  find("really").disabled = true;
  const answer = await fetch(`/api/sessions/${encodeURIComponent(sure.dataset.session)}`, { method: "DELETE" }).catch(() => undefined);
  if (answer?.ok) {
    location.replace("/sessions");
    return;
  }
  const said = answer ? await answer.json() : { problem: "voicesim does not answer.", remedy: "Is it still running?" };
  find("failed").textContent = `${said.problem} ${said.remedy}`;
  find("failed").hidden = false;
  find("really").disabled = false;
});
