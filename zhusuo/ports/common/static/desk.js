// 审核台: the number ties box, field and loupe. Enter and 空格 confirm the field and go to the next, E puts it right, ↑ ↓
// choose one, PgUp PgDn turn the page, + − zoom. The page follows to the field's box. The decision's button says what it
// will do.
const ZOOMS = [0.5, 0.75, 1, 1.5, 2, 3];

class Desk extends HTMLElement {
  connectedCallback() {
    this.zoomed = 0; // 0: as wide as there is room
    this.turns = 0;
    this.onkey = (event) => this.key(event);
    document.addEventListener("keydown", this.onkey);
    this.addEventListener("click", (event) => this.click(event));
    this.addEventListener("change", (event) => event.target.matches(".box-ok") && this.tally());
    this.addEventListener("focusin", (event) => {
      const row = event.target.closest("[data-field]");
      if (row) this.take(row);
    });
    this.addEventListener("htmx:afterSwap", () => this.row && this.take(this.row));
    this.saving();
    this.decision();
    const first = this.row ?? this.rows.find((row) => !row.querySelector(".box-ok")?.checked) ?? this.rows[0];
    if (first) this.take(first);
    this.querySelector(".pages [aria-current]")?.scrollIntoView({ block: "nearest" });
  }

  disconnectedCallback() {
    document.removeEventListener("keydown", this.onkey);
    removeEventListener("pagehide", this.onleave);
  }

  // What was confirmed a moment ago waits for the answer to what was before it; whoever leaves meanwhile loses nothing.
  saving() {
    const form = this.querySelector("form#fields[hx-post]");
    let [changes, sent, saved] = [0, 0, 0];
    form?.addEventListener("change", () => (changes += 1), { capture: true });
    form?.addEventListener("htmx:beforeRequest", () => (sent = changes));
    form?.addEventListener("htmx:afterRequest", () => (saved = sent));
    this.saved = () => saved === changes;
    this.onleave = () => this.saved() || navigator.sendBeacon(form.action, new URLSearchParams(new FormData(form)));
    addEventListener("pagehide", this.onleave);
  }

  get rows() {
    return [...this.querySelectorAll("[data-field]")];
  }

  get row() {
    return this.querySelector("[data-field].now");
  }

  take(row) {
    for (const each of this.rows) each.classList.toggle("now", each === row);
    const number = row.dataset.field;
    for (const box of this.querySelectorAll("[data-box]")) box.classList.toggle("now", box.dataset.box === number);
    row.scrollIntoView({ block: "nearest" });
    const box = this.querySelector(`[data-box="${CSS.escape(number)}"]`);
    this.follow(box);
    this.loupe(box);
  }

  follow(box) {
    const wrap = this.querySelector(".sheet-wrap");
    if (!box || !wrap) return;
    const [seen, wanted] = [wrap.getBoundingClientRect(), box.getBoundingClientRect()];
    if (wanted.top < seen.top || wanted.bottom > seen.bottom) wrap.scrollTop += wanted.top - seen.top - seen.height / 3;
    if (wanted.left < seen.left || wanted.right > seen.right) wrap.scrollLeft += wanted.left - seen.left - seen.width / 3;
  }

  edit() {
    const value = this.row?.querySelector(".val-in");
    value?.focus();
    value?.select();
    return Boolean(value);
  }

  // In a value's own box: Enter keeps it and goes on, Escape takes back what was typed.
  typing(event) {
    const value = event.target;
    if (event.key === "Enter") {
      value.blur(); // what was typed is saved before it is confirmed
      this.confirm();
    } else if (event.key === "Escape") {
      value.value = value.defaultValue;
      value.blur();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  loupe(box) {
    const wrap = this.querySelector(".loupe-wrap");
    const sheet = this.querySelector("svg.sheet");
    if (!wrap) return;
    wrap.hidden = !box || !sheet;
    if (wrap.hidden) return;
    const { x, y, width, height } = box.querySelector(".box").getBBox();
    const [wide, high] = [Number(sheet.dataset.width), Number(sheet.dataset.height)];
    const shown = Math.min(wide, Math.max(width * 1.25, wide * 0.45));
    const left = Math.max(0, Math.min(wide - shown, x + width / 2 - shown / 2));
    const tall = Math.max(height * 1.8, shown * 0.12);
    const top = Math.max(0, Math.min(high - tall, y + height / 2 - tall / 2));
    const loupe = wrap.querySelector(".loupe");
    loupe.setAttribute("viewBox", `${left} ${top} ${shown} ${tall}`);
    loupe.replaceChildren(sheet.querySelector("image").cloneNode(), box.cloneNode(true));
  }

  tally() {
    const boxes = this.rows.map((row) => row.querySelector(".box-ok"));
    const said = this.querySelector("[data-confirmed]");
    if (said) said.value = boxes.filter((box) => box.checked).length;
  }

  confirm() {
    const row = this.row;
    if (!row) return;
    const box = row.querySelector(".box-ok");
    if (!box) return;
    if (!box.checked) {
      box.checked = true;
      box.dispatchEvent(new Event("change", { bubbles: true }));
    }
    const rows = this.rows;
    const after = [...rows.slice(rows.indexOf(row) + 1), ...rows.slice(0, rows.indexOf(row))];
    const next = after.find((each) => !each.querySelector(".box-ok").checked);
    if (!next) return;
    this.take(next);
    if (!this.querySelector(`[data-box="${CSS.escape(next.dataset.field)}"]`)) next.querySelector("a.nb")?.click();
  }

  turnPage(step) {
    const pages = [...this.querySelectorAll("[data-page]")];
    const here = pages.findIndex((page) => page.hasAttribute("aria-current"));
    pages[here + step]?.click();
  }

  zoom(step) {
    const sheet = this.querySelector("svg.sheet");
    if (!sheet) return;
    const natural = Number(sheet.dataset.width) / 2; // pages are drawn at twice the size of the screen
    const current = this.zoomed || sheet.getBoundingClientRect().width / natural;
    const wanted = step > 0 ? ZOOMS.find((each) => each > current + 0.01) : ZOOMS.filter((each) => each < current - 0.01).at(-1);
    this.zoomed = wanted ?? this.zoomed;
    if (!this.zoomed) return;
    sheet.style.width = `${natural * this.zoomed}px`;
    sheet.style.maxWidth = "none";
    sheet.style.maxHeight = "none";
    this.querySelector("[data-zoomed]").value = `${this.zoomed * 100}%`;
  }

  click(event) {
    const on = (selector) => event.target.closest(selector);
    const zoom = on("[data-zoom]");
    if (zoom) this.zoom(zoom.dataset.zoom === "in" ? 1 : -1);
    if (on("[data-turn]")) {
      this.turns = (this.turns + 1) % 4;
      const sheet = this.querySelector(".sheet");
      if (sheet) sheet.style.transform = this.turns ? `rotate(${this.turns * 90}deg)` : "";
    }
    const boxes = on("[data-boxes]");
    if (boxes) {
      const shown = boxes.getAttribute("aria-pressed") !== "true";
      boxes.setAttribute("aria-pressed", String(shown));
      this.classList.toggle("no-boxes", !shown);
    }
    const number = on("[data-box]")?.dataset.box ?? on("[data-field]")?.dataset.field;
    const row = number && this.querySelector(`[data-field="${CSS.escape(number)}"]`);
    if (row) this.take(row);
  }

  key(event) {
    if (event.defaultPrevented || event.repeat || event.isComposing || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.target.matches?.(".val-in")) return void this.typing(event);
    if (event.target.matches?.("input:not([type=checkbox], [type=radio]), textarea, select, summary, button") || localStorage.getItem("zs-keys") === "off") return;
    if (event.key === " " && event.target.matches?.("input") && !this.contains(event.target)) return; // ticks a reason
    const rows = this.rows;
    const at = rows.indexOf(this.row);
    const confirms = event.key === " " || (event.key === "Enter" && !event.target.closest?.("form[data-decide]") && rows.some((row) => row.querySelector(".box-ok")));
    if (confirms && !event.target.matches?.("a")) this.confirm();
    else if (event.key === "e" && this.edit()) event.preventDefault();
    else if (event.key === "PageDown") this.turnPage(1);
    else if (event.key === "PageUp") this.turnPage(-1);
    else if (event.key === "=") this.zoom(1);
    else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && !event.target.matches?.("[type=radio]") && rows.length) {
      this.take(rows[Math.min(Math.max(at + (event.key === "ArrowDown" ? 1 : -1), 0), rows.length - 1)]);
    } else return;
    event.preventDefault();
  }

  decision() {
    const form = document.querySelector("form[data-decide]");
    if (!form || form.dataset.awake) return;
    form.dataset.awake = "yes";
    const show = () => {
      const chosen = form.querySelector("[name=decision]:checked");
      form.querySelector("[data-says]").textContent = chosen?.dataset.label ?? "提交决定";
      form.querySelector("[data-reasons]").hidden = !chosen?.hasAttribute("data-asks");
    };
    form.addEventListener("change", show);
    form.addEventListener("submit", (event) => this.decide(event, form));
    show();
  }

  // after a decision no field is saved any more: what is on its way comes first
  decide(event, form) {
    if (this.saved()) return;
    event.preventDefault();
    if (this.waiting) return;
    this.waiting = setInterval(() => {
      if (!this.saved()) return;
      clearInterval(this.waiting);
      this.waiting = 0;
      form.requestSubmit(event.submitter);
    }, 50);
  }
}

customElements.define("zs-desk", Desk);
