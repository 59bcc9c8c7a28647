// 没提交成的表单: what was typed into a form outlives a session that ended, a token that was stale, a server that was away.
// Kept in this tab alone, for the person who typed it, without passwords and files, only until the next page that is
// neither sign-in nor an error.
const KEY = "zs-form";
const here = () => location.pathname + location.search;
const person = () => document.querySelector("meta[name=person]")?.content ?? "";
const ours = (control) => control.name && control.name !== "_csrf_token" && !["password", "file", "hidden", "submit", "button"].includes(control.type);
const ticks = (control) => ["checkbox", "radio"].includes(control.type);
const typedInto = (form) => [...form.elements].filter(ours);

function changed(control) {
  if (ticks(control)) return control.checked !== control.defaultChecked;
  if (!control.options) return control.value !== control.defaultValue;
  const drawn = [...control.options].findIndex((option) => option.defaultSelected);
  return control.selectedIndex !== Math.max(drawn, 0);
}

const keepable = (form) =>
  typedInto(form).length && form.enctype !== "multipart/form-data" && !form.matches("[data-preferences], [data-keeps-form], [data-submit-on-change]");

// the form that was sent, and whatever else has been typed on its page
function keep(sent) {
  const forms = [...document.forms].filter((form) => keepable(form) && (form === sent || typedInto(form).some(changed)));
  if (!forms.length) return;
  const values = (form) => typedInto(form).map((control) => [control.name, control.value, ticks(control) ? control.checked : null]);
  const kept = forms.map((form) => ({ action: form.getAttribute("action"), method: form.method, values: values(form) }));
  sessionStorage.setItem(KEY, JSON.stringify({ page: here(), person: person(), forms: kept, lost: false }));
}

function put(form, values) {
  for (const control of typedInto(form)) {
    const ticked = values.find(([name, value, checked]) => checked !== null && name === control.name && value === control.value);
    const text = values.find(([name, , checked]) => checked === null && name === control.name);
    if (ticked) control.checked = ticked[2];
    else if (text) control.value = text[1];
    if (ticked || text) control.closest("details")?.setAttribute("open", "");
  }
  const said = document.createElement("div");
  said.className = "note act brought-back";
  said.setAttribute("role", "status");
  said.textContent = "这是刚才没有提交成的内容，已替您填回。请核对后再提交。";
  form.prepend(said);
  if (!form.hasAttribute("hx-post")) form.dispatchEvent(new Event("change", { bubbles: true }));
}

function bringBack() {
  const kept = JSON.parse(sessionStorage.getItem(KEY) ?? "null");
  if (!kept) return;
  if (document.querySelector("[data-keeps-form]")) {
    sessionStorage.setItem(KEY, JSON.stringify({ ...kept, lost: true }));
    return;
  }
  sessionStorage.removeItem(KEY);
  if (kept.page !== here() || kept.person !== person() || !kept.lost) return;
  for (const { action, method, values } of kept.forms) {
    const form = [...document.forms].find((each) => each.getAttribute("action") === action && each.method === method);
    if (form) put(form, values);
  }
}

try {
  bringBack();
  document.addEventListener("submit", (event) => {
    const method = event.submitter?.getAttribute("formmethod") ?? event.target.method;
    if (method === "post" && !event.defaultPrevented && keepable(event.target)) keep(event.target);
  });
  // a part of the page was asked for, and the answer is that somebody has to sign in first
  document.addEventListener("htmx:beforeOnLoad", (event) => {
    if (event.detail.xhr.getResponseHeader("HX-Redirect")?.startsWith("/sign-in")) keep(null);
  });
} catch {
  // storage is shut off: the sentence on the sign-in page still says what happened
}
