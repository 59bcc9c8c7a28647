// 离线: keeps the pages of inspections that a supervisor has opened or is to do, so that they open in a basement.
// What has a line is always asked first; nothing is answered from here that the server would have answered.
const PAGES = "zhusuo-pages";
const PARTS = "zhusuo-parts";
const VISIT = /^\/supervision\/inspections(\/[0-9a-f-]{36}\/visit)?$/;
const PATIENCE_MS = 5000;
const OFFLINE =
  '<!doctype html><html lang="zh-CN"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">' +
  "<title>没有网络</title><h1>没有网络</h1><p>这一页没有存在本机。已记下的结论和照片都还在，联网后会自动发送。</p>" +
  '<p><a href="/supervision/inspections?view=mine">回到我的核查</a></p></html>';

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

let signedOut = 0; // how often somebody has: what was asked for before is not kept after

/** What one person was shown is not shown to another. */
async function ofPerson(person) {
  const parts = await caches.open(PARTS);
  const known = await (await parts.match("/zhusuo-person"))?.text();
  if (known !== person) await caches.delete(PAGES);
  await parts.put("/zhusuo-person", new Response(person));
}

async function keepPage(url, answer, since) {
  if (!answer.ok || answer.redirected || since !== signedOut) return;
  await (await caches.open(PAGES)).put(url, answer);
  if (since !== signedOut) await caches.delete(PAGES);
}

async function keepAll(person, urls) {
  const since = signedOut;
  await ofPerson(person);
  await Promise.all(
    [...new Set(urls)].map(async (url) => {
      const { pathname } = new URL(url);
      if (VISIT.test(pathname)) await fetch(url).then((answer) => keepPage(url, answer, since), () => null);
      else if (pathname.startsWith("/static/")) await part(new Request(url)).catch(() => null);
    }),
  );
}

self.addEventListener("message", (event) => {
  if (event.data.signedOut) {
    signedOut += 1;
    event.waitUntil(caches.delete(PAGES));
  } else event.waitUntil(keepAll(event.data.person, event.data.keep));
});

async function fromHere(request, name, options) {
  return (await caches.open(name)).match(request, options);
}

/** From the line; where it says nothing for a while, as kept here; where nothing is kept, the line is waited for. */
async function page(request, event) {
  const since = signedOut;
  const asked = fetch(request);
  event.waitUntil(asked.then((answer) => keepPage(request.url, answer.clone(), since), () => null));
  const patience = new Promise((resolve) => setTimeout(resolve, PATIENCE_MS));
  const answer = await Promise.race([asked, patience]).catch(() => null);
  if (answer) return answer;
  const kept = await fromHere(request.url, PAGES, { ignoreVary: true });
  const like = kept ?? (await fromHere(request.url, PAGES, { ignoreSearch: true, ignoreVary: true }));
  return like ?? asked.catch(() => new Response(OFFLINE, { headers: { "Content-Type": "text/html; charset=utf-8" } }));
}

async function part(request) {
  const kept = await fromHere(request.url, PARTS, { ignoreVary: true });
  if (kept) return kept;
  const answer = await fetch(request);
  if (answer.ok) (await caches.open(PARTS)).put(request.url, answer.clone());
  return answer;
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { pathname, origin } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin) return;
  if (request.mode === "navigate" && VISIT.test(pathname)) event.respondWith(page(request, event));
  else if (pathname.startsWith("/static/")) event.respondWith(part(request));
});
