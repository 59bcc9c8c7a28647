// 每页都有的: theme and keys at once, a part's own module only where the part stands on the page.
import "./theme.js";
import "./keys.js";
import "./kept.js";

const PARTS = { "zs-upload": "./upload.js", "zs-stacking": "./stacking.js", "zs-desk": "./desk.js", "zs-suggest": "./suggest.js", "zs-visit": "./visit.js", "zs-outbox": "./outbox.js" };

// As elements, since `load` waits for those and not for import(): a page that has loaded hears every key.
function awaken() {
  for (const [tag, module] of Object.entries(PARTS)) {
    if (customElements.get(tag) || !document.querySelector(tag)) continue;
    document.head.append(Object.assign(document.createElement("script"), { type: "module", src: new URL(module, import.meta.url).href }));
  }
}

function focusSummary(root) {
  root.querySelector?.("[data-focus]")?.focus();
}

// The browser gives the focus only when it first paints, which on a slow machine is late: what is typed before is lost.
function focusFirst() {
  if (document.activeElement === document.body && !document.querySelector(":target")) document.querySelector("[autofocus]")?.focus();
}

function alertPerson(sentence) {
  const place = document.getElementById("zs-alert");
  place.replaceChildren();
  if (!sentence) return;
  const close = document.createElement("button");
  close.type = "button";
  close.className = "btn btn-s";
  close.textContent = "知道了";
  close.addEventListener("click", () => alertPerson(""));
  place.append(sentence, close);
}

awaken();
focusSummary(document);
focusFirst();

// What stands in the address of a page is seen by many: identity and mobile numbers are taken out before it is sent.
const NUMBER = /(?<![0-9A-Za-z])(?:[1-8]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx]|(?:\+?86-?)?1[3-9]\d(?:[ -]?\d{4}){2})(?![0-9A-Za-z])/g;

function withoutNumbers(form) {
  if (form?.method !== "get") return;
  for (const input of form.querySelectorAll("input:not([type=hidden]), textarea")) {
    const kept = input.value.replace(NUMBER, "");
    if (kept !== input.value) input.value = kept.trim();
  }
}
document.addEventListener("submit", (event) => withoutNumbers(event.target), { capture: true });
document.addEventListener("change", (event) => withoutNumbers(event.target.form), { capture: true });

document.addEventListener("htmx:afterSwap", (event) => {
  awaken();
  focusSummary(event.target);
});
// the picture, or a list, may be drawn anew while somebody walks on it: the walk goes on from the same place
let walkedOn = "";
document.addEventListener("htmx:oobBeforeSwap", (event) => {
  const place = document.activeElement?.closest("zs-stacking a.unit, [data-walk] a");
  walkedOn = place && event.detail.target.contains(place) ? place.getAttribute("href") : walkedOn;
});
document.addEventListener("htmx:oobAfterSwap", () => {
  if (walkedOn) document.querySelector(`:is(zs-stacking a.unit, [data-walk] a)[href="${CSS.escape(walkedOn)}"]`)?.focus();
  walkedOn = "";
});

// an open page asks by itself whether anything has happened: that it cannot is said once, and taken back by the next answer
const LOST = "连不上服务器，页面暂时不会自动更新；连上以后接着更新。";
const asksByItself = (event) => event.detail.elt.id === "watch";
document.addEventListener("htmx:beforeRequest", (event) => asksByItself(event) || alertPerson(""));
// what somebody is filling in is not drawn over: the page asks again until it is done
document.addEventListener("htmx:beforeSwap", (event) => {
  if (!asksByItself(event)) return;
  const parts = event.detail.xhr.responseText.matchAll(/id="([^"]+)"[^>]*hx-swap-oob/g);
  const filled = [...parts].some(([, id]) => document.getElementById(id)?.querySelector("details[open] form"));
  if (filled) event.detail.shouldSwap = false;
});
document.addEventListener("htmx:beforeOnLoad", (event) => {
  if (asksByItself(event) && document.getElementById("zs-alert").textContent.startsWith(LOST)) alertPerson("");
});
for (const gone of ["htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(gone, (event) => {
    if (!asksByItself(event)) alertPerson("连不上服务器，刚才的操作没有生效。请检查网络后再试一次。");
    else if (!document.getElementById("zs-alert").textContent) alertPerson(LOST);
  });
}
document.addEventListener("htmx:responseError", (event) => {
  const { status } = event.detail.xhr;
  if (status === 401) location.reload();
  else if (status >= 500) alertPerson("系统暂时没能完成这一步，已保存的内容不会丢失。请稍后再试。");
  else alertPerson("这一步没有成功，页面可能已经过时。请刷新后再看。");
});

// pages that were kept for where there is no line (worker.js) are nobody's once one has signed out
document.addEventListener("submit", (event) => {
  if (event.target.getAttribute("action") !== "/sign-out") return;
  globalThis.caches?.delete("zhusuo-pages");
  navigator.serviceWorker?.getRegistration("/supervision/").then((found) => found?.active?.postMessage({ signedOut: true }));
});
// a form is sent once, however often it is clicked; the server sees to the rest
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = "yes";
  setTimeout(() => delete form.dataset.sent, 3000);
});
// where doors lie in a line that scrolls, the one with the focus is seen whole, not by its last few pixels
document.addEventListener("focusin", (event) => {
  if (event.target.closest?.(".zs-rail")) event.target.scrollIntoView({ block: "nearest", inline: "nearest" });
});
document.addEventListener("click", (event) => {
  if (event.target.closest?.("[data-print]")) print();
});
document.addEventListener("change", (event) => {
  event.target.closest?.("[data-submit-on-change]")?.requestSubmit();
});
