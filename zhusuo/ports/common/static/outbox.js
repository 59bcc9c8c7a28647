// 发件箱: what was found on the spot lies in this phone until the server has said that it has it: first the finding, then
// each photograph, whose bytes go the way of every upload. Ids are made here, so that nothing sent twice is there twice.
// Whose finding it is stays with it: another person on the same phone sees that something waits and cannot send it.
import { Refused, transfer } from "./chunks.js";

const NAME = "zhusuo-outbox";
const AGAIN_MS = 20000;
const meta = (name) => document.querySelector(`meta[name=${name}]`)?.content ?? "";
const me = () => meta("person");
const changed = () => dispatchEvent(new CustomEvent("zs:outbox"));
let opening;

function open() {
  opening ??= new Promise((resolve, reject) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore("findings", { keyPath: "id" });
      asked.result.createObjectStore("photos", { keyPath: "id" }).createIndex("finding", "finding");
    };
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
  return opening;
}

/** One transaction over both stores; it is on the disk when this resolves. */
async function within(mode, work) {
  const db = await open();
  return new Promise((resolve, reject) => {
    const transaction = db.transaction(["findings", "photos"], mode, { durability: "strict" });
    const asked = work(transaction.objectStore("findings"), transaction.objectStore("photos"));
    transaction.oncomplete = () => resolve(asked?.result);
    transaction.onabort = () => reject(transaction.error);
  });
}

export function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 15) | 64;
  bytes[8] = (bytes[8] & 63) | 128;
  const hex = [...bytes].map((each) => each.toString(16).padStart(2, "0")).join("");
  return hex.replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, "$1-$2-$3-$4-$5");
}

export const keep = (finding) => within("readwrite", (findings) => findings.put(finding));
export const keepPhoto = (photo) => within("readwrite", (_, photos) => photos.put(photo));
export const dropPhoto = (id) => within("readwrite", (_, photos) => photos.delete(id));
export const photosOf = (id) => within("readonly", (_, photos) => photos.index("finding").getAll(id));
const all = () => within("readonly", (findings) => findings.getAll());

/** What this person has in this phone of an inspection: begun and not handed in yet, or waiting to be sent. */
export async function mineOf(inspection) {
  const mine = (await all()).filter((each) => each.inspection === inspection && each.person === me());
  return { draft: mine.find((each) => !each.queued), waiting: mine.find((each) => each.queued) };
}

export async function drop(id) {
  const photos = await photosOf(id);
  await within("readwrite", (findings, kept) => {
    for (const photo of photos) kept.delete(photo.id);
    findings.delete(id);
  });
  changed();
}

/** Hands the finding in: from now on it is sent whenever there is a line. */
export async function queue(finding) {
  await keep({ ...finding, queued: true, trouble: "" });
  changed();
  send();
}

async function put(url, body) {
  const answer = await fetch(url, {
    method: "PUT",
    body: JSON.stringify(body),
    headers: { "Content-Type": "application/json", Accept: "application/json, application/problem+json", "x-csrftoken": meta("csrf-token") },
  });
  const said = await answer.json().catch(() => ({}));
  if (answer.ok) return said;
  if (answer.status === 401) throw new Refused("登录已过期。请重新登录，登录后会自动接着发送，照片都还在本机。");
  const sentence = Object.values(said.faults ?? {})[0] ?? said.detail ?? "没有送达";
  throw answer.status >= 500 || answer.status === 429 ? new Error(sentence) : new Refused(sentence);
}

async function sendOne(finding, say) {
  const here = `/supervision/inspections/${finding.inspection}/findings/${finding.id}`;
  const photos = await photosOf(finding.id);
  if (!finding.sent) {
    const said = await put(here, { ...finding.body, photo_count: photos.length });
    Object.assign(finding, { sent: true, answer: said.sentence });
    await keep(finding);
    changed();
  }
  for (const [place, photo] of photos.entries()) {
    const file = new File([photo.blob], photo.name, { type: photo.blob.type });
    const fields = { purpose: "inspection", carrier_id: finding.carrier, fingerprint: photo.id };
    const done = await transfer(
      { file },
      {
        src: "/uploads",
        token: meta("csrf-token"),
        fields,
        signal: new AbortController().signal,
        say: (word, sent) => say(`第 ${place + 1} 张照片，共 ${photos.length} 张：${word}`, sent === undefined ? undefined : Math.floor((100 * sent) / file.size)),
      },
    );
    await put(`${here}/photos/${photo.id}`, { document_id: done.id, taken_at: photo.taken_at });
    await dropPhoto(photo.id);
    changed();
  }
  await within("readwrite", (findings) => findings.delete(finding.id));
  dispatchEvent(new CustomEvent("zs:delivered", { detail: finding }));
  changed();
}

async function sendAll() {
  for (const finding of (await all()).filter((each) => each.queued && each.person === me())) {
    const say = (word, share) => dispatchEvent(new CustomEvent("zs:sending", { detail: { id: finding.id, word, share } }));
    try {
      await sendOne(finding, say);
    } catch (error) {
      const trouble = error instanceof Refused ? error.message : "";
      if (trouble !== finding.trouble) await keep({ ...finding, trouble });
      changed();
      if (!trouble) return; // no line: what comes behind it would not get through either
    }
  }
}

/** Sends what waits; two windows never at once. */
export async function send() {
  if (!me() || navigator.onLine === false) return;
  if (!navigator.locks) return void (await sendAll());
  await navigator.locks.request(NAME, { ifAvailable: true }, async (lock) => lock && sendAll());
}

const words = (count) => (count ? `结论和 ${count} 张照片` : "结论");

class Outbox extends HTMLElement {
  connectedCallback() {
    this.onchange = () => this.draw();
    this.onsending = ({ detail }) => {
      const row = this.querySelector(`[data-id="${detail.id}"]`);
      if (!row) return;
      row.querySelector("[data-said]").textContent = detail.word;
      row.querySelector("progress").hidden = detail.share === undefined;
      row.querySelector("progress").value = detail.share ?? 0;
    };
    addEventListener("zs:outbox", this.onchange);
    addEventListener("zs:sending", this.onsending);
    this.draw().then(send);
  }

  disconnectedCallback() {
    removeEventListener("zs:outbox", this.onchange);
    removeEventListener("zs:sending", this.onsending);
  }

  async draw() {
    const rows = [];
    for (const finding of (await all()).filter((each) => each.queued || each.person !== me())) rows.push(await this.row(finding));
    this.hidden = !rows.length;
    this.querySelector("[data-rows]").replaceChildren(...rows);
  }

  async row(finding) {
    const photos = await photosOf(finding.id);
    const row = this.querySelector("template").content.firstElementChild.cloneNode(true);
    const part = (name) => row.querySelector(`[data-${name}]`);
    row.dataset.id = finding.id;
    part("place").textContent = finding.place;
    part("drop").hidden = true;
    const retry = part("retry");
    if (finding.person !== me()) {
      part("said").textContent = `${words(photos.length)}由另一位监管员记下，等本人在这部手机上登录后发送。`;
      retry.hidden = true;
      return row;
    }
    const waits = finding.sent ? `结论已送达，还有 ${photos.length} 张照片待发送` : `${words(photos.length)}已存在本机，联网后自动发送`;
    part("said").textContent = finding.trouble || waits;
    row.classList.toggle("failed", Boolean(finding.trouble));
    retry.onclick = () => send();
    if (finding.trouble) {
      const give = part("drop");
      give.hidden = false;
      give.onclick = () => confirm("放弃这条记录和它的照片？放弃后不能恢复。") && drop(finding.id);
    }
    return row;
  }
}

customElements.define("zs-outbox", Outbox);
addEventListener("online", send);
setInterval(send, AGAIN_MS);
navigator.storage?.persist?.();

// 没有网络也打得开: the pages of what one is to look at are kept in this phone, and forgotten when one signs out (app.js).
async function keepPages() {
  const pages = [...document.querySelectorAll("a[data-keep]")].map((link) => link.href);
  const parts = performance.getEntriesByType("resource").map((each) => each.name);
  const mine = `${location.origin}/supervision/inspections?view=mine`;
  const ours = [location.href, mine, ...pages, ...parts].filter((each) => each.startsWith(location.origin));
  const { active } = await navigator.serviceWorker.ready;
  active.postMessage({ person: me(), keep: ours.map((each) => each.split("#")[0]) });
}
if (navigator.serviceWorker && me()) {
  navigator.serviceWorker.register("/supervision/worker.js", { scope: "/supervision/" }).then(keepPages, () => {});
}
