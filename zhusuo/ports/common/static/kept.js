// 没提交成的表单: what was typed into a form outlives a session that ended, a token that was stale, a server that was away.
// Kept in this tab alone, without passwords and files, only until the next page that is neither sign-in nor an error.
const KEY = "zs-form";
const here = () => location.pathname + location.search;
const ours = (control) => control.name && control.name !== "_csrf_token" && !["password", "file", "hidden", "submit", "button"].includes(control.type);

function keep(form) {
  const typed = [...form.elements].filter(ours);
  if (!typed.length || form.enctype === "multipart/form-data" || form.matches("[data-preferences], [data-keeps-form], [data-submit-on-change]")) return;
  const values = typed.map((control) => [control.name, control.value, ["checkbox", "radio"].includes(control.type) ? control.checked : null]);
  sessionStorage.setItem(KEY, JSON.stringify({ page: here(), action: form.getAttribute("action"), values, lost: false }));
}

function put(form, values) {
  for (const control of [...form.elements].filter(ours)) {
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
  form.dispatchEvent(new Event("change", { bubbles: true }));
}

function bringBack() {
  const kept = JSON.parse(sessionStorage.getItem(KEY) ?? "null");
  if (!kept) return;
  if (document.querySelector("[data-keeps-form]")) {
    sessionStorage.setItem(KEY, JSON.stringify({ ...kept, lost: true }));
    return;
  }
  sessionStorage.removeItem(KEY);
  const form = kept.page === here() && kept.lost && document.querySelector(`form[action="${CSS.escape(kept.action ?? "")}"]`);
  if (form) put(form, kept.values);
}

try {
  bringBack();
  document.addEventListener("submit", (event) => {
    const method = event.submitter?.getAttribute("formmethod") ?? event.target.method;
    if (method === "post" && !event.defaultPrevented) keep(event.target);
  });
} catch {
  // storage is shut off: the sentence on the sign-in page still says what happened
}
