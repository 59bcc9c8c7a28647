// 快捷键: declared in the page as data-key="b", "/", "Enter", "Space", "Escape", "Control+Enter", "Alt+ArrowRight"…
// Single keys work only while no field has the focus and can be switched off (WCAG 2.1.4). ? shows the list.
const NAMES = {
  Space: "空格", Enter: "Enter", Escape: "Esc", PageUp: "PgUp", PageDown: "PgDn", ArrowLeft: "←", ArrowRight: "→",
  ArrowUp: "↑", ArrowDown: "↓", Control: "Ctrl",
};
const FIELDS = "input:not([type=checkbox], [type=radio], [type=button], [type=submit]), textarea, select, [contenteditable]";
const PRESSABLE = "a[href], button, summary, input[type=checkbox], input[type=radio]";

const switchedOff = () => {
  try {
    return localStorage.getItem("zs-keys") === "off";
  } catch {
    return false;
  }
};

function pressed(event) {
  const key = event.key === " " ? "Space" : event.key.length === 1 ? event.key.toLowerCase() : event.key;
  return [event.ctrlKey && "Control", event.altKey && "Alt", event.metaKey && "Meta", key].filter(Boolean).join("+");
}

const visible = (element) => element.getClientRects().length > 0 || element.type === "radio";

function find(combination) {
  return [...document.querySelectorAll(`[data-key="${CSS.escape(combination)}"]`)]
    .filter((element) => visible(element) && !element.disabled && !element.closest("[inert]")).at(-1);
}

function act(element) {
  if (element.matches(FIELDS)) {
    element.focus();
    element.select?.();
  } else {
    if (element.type === "radio") element.focus();
    element.click();
  }
}

// ↑ ↓ walk along the links of a list: rows of a table (data-walk) or findings (data-item)
function walk(step) {
  if (document.querySelector("zs-desk [data-field]")) return false; // there the arrows choose a field
  const items = [...document.querySelectorAll("[data-walk] tr > :first-child a, [data-walk] tr > :nth-child(2) a:only-of-type, [data-item]")]
    .filter(visible).filter((item, place, all) => all.findIndex((each) => each.closest("tr, figure") === item.closest("tr, figure")) === place);
  if (!items.length) return false;
  const here = items.indexOf(document.activeElement);
  const next = items[here < 0 ? (step > 0 ? 0 : items.length - 1) : Math.min(Math.max(here + step, 0), items.length - 1)];
  next.focus();
  return true;
}

export function spell(combination) {
  if (combination === "+") return combination;
  return combination.split("+").map((key) => NAMES[key] ?? (key.length === 1 ? key.toUpperCase() : key)).join(" + ");
}

function help() {
  document.getElementById("zs-keys")?.remove();
  const dialog = document.createElement("dialog");
  dialog.id = "zs-keys";
  dialog.className = "keys-help";
  dialog.setAttribute("aria-labelledby", "zs-keys-title");
  const title = Object.assign(document.createElement("h2"), { id: "zs-keys-title", textContent: "快捷键" });
  const list = document.createElement("dl");
  const seen = new Set();
  const add = (combination, said) => {
    if (seen.has(combination)) return;
    seen.add(combination);
    const row = document.createElement("div");
    const key = document.createElement("dt");
    key.append(Object.assign(document.createElement("kbd"), { textContent: spell(combination) }));
    row.append(key, Object.assign(document.createElement("dd"), { textContent: said }));
    list.append(row);
  };
  for (const element of document.querySelectorAll("[data-key]")) {
    if (visible(element)) add(element.dataset.key, element.dataset.keyLabel ?? element.getAttribute("aria-label") ?? element.textContent.trim());
  }
  for (const [tag, rows] of Object.entries({
    "zs-stacking": [["ArrowUp", "上下左右换单元"], ["Enter", "打开单元"], ["n", "下一个待确认"]],
    "zs-desk": [["Enter", "确认并到下一项"], ["e", "更正这一项"], ["ArrowUp", "上一个字段"], ["ArrowDown", "下一个字段"], ["PageDown", "下一页"]],
  })) if (document.querySelector(tag)) rows.forEach(([key, said]) => add(key, said));
  add("Tab", "按阅读顺序移动");
  add("?", "显示这份清单");
  const label = Object.assign(document.createElement("label"), { className: "tickbox" });
  const box = Object.assign(document.createElement("input"), { type: "checkbox", checked: !switchedOff() });
  box.addEventListener("change", () => localStorage.setItem("zs-keys", box.checked ? "on" : "off"));
  label.append(box, Object.assign(document.createElement("span"), { textContent: "启用单键快捷键（输入文字时总是停用）" }));
  const close = Object.assign(document.createElement("button"), { type: "button", className: "btn", textContent: "关闭" });
  close.addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => dialog.remove());
  dialog.append(title, list, label, close);
  document.body.append(dialog);
  dialog.showModal();
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing || event.keyCode === 229 || document.querySelector("dialog[open]")) return;
  const combination = pressed(event);
  if (event.repeat && !combination.startsWith("Arrow")) return; // a key held down is not a second decision
  const modified = event.ctrlKey || event.altKey || event.metaKey;
  const inField = event.target.matches?.(FIELDS);
  if (combination === "Escape" && inField) return event.target.blur();
  if (inField && !modified) return;
  if (!modified && combination !== "Escape" && switchedOff()) return;
  if ((combination === "Enter" || combination === "Space") && event.target.matches?.(PRESSABLE)) {
    if (combination === "Space" && event.target.matches("a[data-item]")) {
      event.preventDefault();
      event.target.click();
    }
    return;
  }
  if (combination === "?") {
    event.preventDefault();
    return help();
  }
  const element = find(combination);
  if (element) {
    event.preventDefault();
    act(element);
  } else if ((combination === "ArrowDown" && walk(1)) || (combination === "ArrowUp" && walk(-1))) {
    event.preventDefault();
  }
});

document.addEventListener("click", (event) => {
  if (event.target.closest?.("[data-keys-help]")) help();
});
