// 面板: trades the ticket of its address for a token, keeps that in memory, and puts in what /embed/api answers.
// To the page around it goes the reuse id alone, and only to the origin registered for that client.

const $ = (id) => document.getElementById(id);
const AGAIN_MS = 1500;
let token = "", origin = "", said = {}, lease = null, key = "", shown = null;

function tell(message) {
  if (window.parent !== window && origin) window.parent.postMessage(message, origin);
  else if (window.opener && origin) window.opener.postMessage(message, origin);
}

async function call(path, options = {}) {
  const answer = await fetch(path, { ...options, headers: { ...options.headers, Authorization: `Bearer ${token}` }, credentials: "omit", cache: "no-store" });
  if (answer.ok) return answer;
  const problem = await answer.json().catch(() => ({}));
  throw new Error(problem.detail || "暂时没有答复，请稍后再试。");
}

function complain(place, sentence) {
  const note = document.createElement("p");
  note.className = "note bad";
  note.setAttribute("role", "alert");
  note.textContent = sentence;
  place.replaceChildren(note);
}

async function put(place, path) {
  place.setAttribute("aria-busy", "true");
  try {
    const html = await (await call(path)).text();
    place.innerHTML = html; // escaped by our own templates
  } catch (error) {
    complain(place, error.message);
  } finally {
    place.removeAttribute("aria-busy");
  }
}

async function ask(pick = "") {
  const address = $("address").value.trim();
  if (!address) return;
  lease = null;
  key = crypto.randomUUID();
  $("foot").hidden = true;
  const query = new URLSearchParams({ address, item: said.item_code, applicant: said.applicant });
  if (pick) query.set("pick", pick);
  await put($("answer"), `/embed/api/verdict?${query}`);
  for (const button of $("answer").querySelectorAll("[data-blob]")) draw(button);
  for (const button of $("answer").querySelectorAll("[data-pick]")) button.addEventListener("click", () => ask(button.dataset.pick));
  $("answer").querySelector("[data-last]")?.focus();
  for (const button of $("answer").querySelectorAll("[data-document]")) button.addEventListener("click", () => look(button, 1));
  const form = $("lease");
  $("foot").hidden = !form;
  if (!form) return;
  form.addEventListener("submit", (event) => event.preventDefault());
  $("file").addEventListener("change", () => bring(form));
  $("applicant").addEventListener("change", () => lease && check(form));
  ($("applicant").value ? $("file") : $("applicant")).focus();
}

async function draw(button) {
  try {
    const picture = document.createElement("img");
    picture.alt = "";
    picture.src = URL.createObjectURL(await (await call(button.dataset.blob)).blob());
    button.querySelector("svg").replaceWith(picture);
  } catch { /* the sheet stays */ }
}

async function look(button, number) {
  const pages = Number(button.dataset.pages);
  shown = { button, number };
  $("page").hidden = false;
  $("page-title").textContent = `${button.dataset.title} 第 ${number} 页，共 ${pages} 页`;
  $("page-before").disabled = number <= 1;
  $("page-after").disabled = number >= pages;
  try {
    const answer = await call(`/embed/api/documents/${button.dataset.document}/pages/${number}.webp`);
    URL.revokeObjectURL($("page-image").src);
    $("page-image").src = URL.createObjectURL(await answer.blob());
    $("page-image").alt = $("page-title").textContent;
  } catch (error) {
    $("page-title").textContent = error.message;
  }
  $("page").focus();
}

function leave() {
  $("page").hidden = true;
  shown?.button.focus();
  shown = null;
}

async function bring(form) {
  const file = $("file").files[0];
  if (!file) return;
  const place = $("lease-answer");
  place.textContent = "正在上传…";
  try {
    const path = `/embed/api/carriers/${form.dataset.carrier}/leases?name=${encodeURIComponent(file.name)}`;
    const answer = await call(path, { method: "POST", body: file, headers: { "Content-Type": "application/octet-stream" } });
    lease = (await answer.json()).document_id;
    await check(form);
  } catch (error) {
    complain(place, error.message);
  }
}

async function check(form) {
  const of = lease;
  const query = new URLSearchParams({ unit_id: form.dataset.unit, applicant: $("applicant").value });
  await put($("lease-answer"), `/embed/api/leases/${of}?${query}`);
  const status = $("lease-answer").querySelector("[data-status]")?.dataset.status;
  if (of === lease && (status === "waiting" || status === "reading")) setTimeout(() => of === lease && check(form), AGAIN_MS);
  else $("reuse").focus();
}

async function reuse() {
  const form = $("lease");
  if (!form || $("reuse").disabled || !form.reportValidity()) return;
  $("reuse").disabled = true;
  try {
    const body = {
      key, unit_id: form.dataset.unit, applicant: $("applicant").value, item_code: form.dataset.item, lease_document_id: lease,
      reason: $("reason")?.value ?? "", entered_address: $("address").value, match_class: form.dataset.class,
    };
    const answer = await call("/embed/api/reuses", { method: "POST", body: JSON.stringify(body), headers: { "Content-Type": "application/json" } });
    const made = await answer.json();
    complain($("lease-answer"), `已调用，凭证编号 ${made.number}，正在返回综窗。`);
    $("lease-answer").firstChild.className = "note ok";
    tell({ kind: "zhusuo:reuse", reuse: made.reuse });
  } catch (error) {
    key = crypto.randomUUID();
    const note = document.createElement("div");
    complain(note, error.message);
    $("lease-answer").append(note);
  } finally {
    $("reuse").disabled = false;
  }
}

function pressed(event) {
  const typing = event.target.matches?.("input, textarea, select");
  if (event.key === "Escape") {
    event.preventDefault();
    if (shown) leave();
    else tell({ kind: "zhusuo:close" });
  } else if (event.key === "Enter" && !typing && !event.target.closest?.("button") && !$("foot").hidden) {
    event.preventDefault();
    reuse();
  } else if (event.key === "/" && !typing) {
    event.preventDefault();
    $("address").select();
  }
}

async function start() {
  const ticket = new URLSearchParams(location.hash.slice(1)).get("ticket");
  history.replaceState(null, "", location.pathname);
  if (!ticket) return complain($("answer"), "请从受理系统里点击“住所云”打开这个面板。");
  try {
    const answer = await call("/embed/api/open", { method: "POST", body: JSON.stringify({ ticket }), headers: { "Content-Type": "application/json" } });
    said = await answer.json();
    ({ token, origin } = said);
    $("case").textContent = `案件 ${said.case_number}`;
    $("address").value = said.address;
    await ask();
  } catch (error) {
    complain($("answer"), error.message);
  }
}

$("ask").addEventListener("submit", (event) => { event.preventDefault(); ask(); });
$("close").addEventListener("click", () => tell({ kind: "zhusuo:close" }));
$("reuse").addEventListener("click", reuse);
$("page-before").addEventListener("click", () => look(shown.button, shown.number - 1));
$("page-after").addEventListener("click", () => look(shown.button, shown.number + 1));
$("page-close").addEventListener("click", leave);
document.addEventListener("keydown", pressed);
start();
