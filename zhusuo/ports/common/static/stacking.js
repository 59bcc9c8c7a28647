// 入驻图: one tab stop for the whole picture, arrows go from unit to unit, Enter opens, N goes to the next to confirm; the
// counters filter without a round trip. Where units can be merged, Space or Ctrl+click picks several.
const STEPS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
const TO_CONFIRM = ["suspected", "registered", "ending"];

class Stacking extends HTMLElement {
  connectedCallback() {
    this.addEventListener("keydown", (event) => this.key(event));
    this.addEventListener("focusin", (event) => event.target.matches(".unit") && this.stop(event.target));
    this.addEventListener("click", (event) => this.maybePick(event), true);
    this.addEventListener("click", (event) => event.target.closest("a.unit") && this.select(event.target.closest("a.unit")));
    this.onfilter = (event) => this.filter(event);
    document.addEventListener("click", this.onfilter);
    this.onkey = (event) => this.next(event);
    document.addEventListener("keydown", this.onkey);
    this.onswap = (event) => this.opened(event);
    document.addEventListener("htmx:afterSwap", this.onswap);
    this.stop(this.querySelector("[aria-selected=true] > .unit") ?? this.querySelector("a.unit"));
  }

  disconnectedCallback() {
    document.removeEventListener("click", this.onfilter);
    document.removeEventListener("keydown", this.onkey);
    document.removeEventListener("htmx:afterSwap", this.onswap);
  }

  get units() {
    return [...this.querySelectorAll("a.unit")];
  }

  stop(unit) {
    for (const each of this.units) each.tabIndex = each === unit ? 0 : -1;
  }

  go(unit) {
    if (!unit) return;
    this.stop(unit);
    unit.focus();
    unit.scrollIntoView({ block: "nearest" });
  }

  // picked units stay picked until another one is opened
  maybePick(event) {
    const unit = event.target.closest("a.unit");
    if (!unit || !this.dataset.merge || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    event.stopPropagation();
    this.pick(unit);
  }

  pick(unit) {
    const cell = unit.parentElement;
    if (cell.toggleAttribute("data-picked")) cell.setAttribute("aria-selected", "true");
    else cell.removeAttribute("aria-selected");
    this.stop(unit);
    this.offer();
  }

  get picked() {
    return [...this.querySelectorAll("[data-picked] > .unit")].map((unit) => new URL(unit.href).searchParams.get("unit"));
  }

  // what can be done with the picked units, said where the picture begins and to who cannot see it
  offer() {
    const [first, ...also] = this.picked;
    this.querySelector(".picked")?.remove();
    const live = document.getElementById("zs-live");
    if (live) live.textContent = first ? `已选 ${also.length + 1} 个单元` : "没有选单元";
    if (!first) return;
    const bar = document.createElement("p");
    bar.className = "picked row-flex wrap small";
    bar.append(`已选 ${also.length + 1} 个单元`);
    const link = document.createElement("a");
    link.className = "btn btn-s";
    const query = new URLSearchParams(also.map((each) => ["also", each]));
    link.href = also.length ? `${this.dataset.merge}${first}/merge?${query}` : `${this.dataset.merge}${first}/split`;
    link.textContent = also.length ? "合并" : "分割";
    bar.append(link);
    this.prepend(bar);
  }

  select(unit) {
    for (const each of this.querySelectorAll("[data-picked]")) each.removeAttribute("data-picked");
    this.querySelector(".picked")?.remove();
    for (const each of this.querySelectorAll("[aria-selected]")) each.removeAttribute("aria-selected");
    for (const each of this.querySelectorAll(".floor.now")) each.classList.remove("now");
    unit.parentElement.setAttribute("aria-selected", "true");
    unit.closest(".floor").classList.add("now");
  }

  // the unit lying nearest in that direction, judged by where the cells stand on the screen
  nearest(unit, [down, right]) {
    const here = unit.getBoundingClientRect();
    const centre = (box) => (box.left + box.right) / 2;
    let best = null;
    for (const other of this.units) {
      if (other === unit) continue;
      const there = other.getBoundingClientRect();
      const rows = Math.round((there.top - here.top) / here.height);
      const along = down ? (there.top - here.top) * down : (there.left - here.left) * right;
      if (down ? along <= 1 : rows !== 0 || along <= 0) continue;
      const aside = down ? Math.max(there.left - centre(here), centre(here) - there.right, 0) : 0;
      const distance = along + aside * 0.01 + (down ? Math.abs(centre(there) - centre(here)) * 0.0001 : 0);
      if (!best || distance < best.distance) best = { other, distance };
    }
    return best?.other;
  }

  key(event) {
    if (event.altKey || event.ctrlKey || event.metaKey || !event.target.matches(".unit")) return;
    const step = STEPS[event.key];
    if (step) this.go(this.nearest(event.target, step));
    else if (event.key === " " && this.dataset.merge) this.pick(event.target);
    else if (event.key === "Home" || event.key === "End") {
      const row = [...event.target.closest(".floor").querySelectorAll("a.unit")];
      this.go(event.key === "Home" ? row[0] : row.at(-1));
    } else return;
    event.preventDefault();
  }

  // N: the next one, in reading order, of which the manager is asked something
  next(event) {
    if (event.key.toLowerCase() !== "n" || event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    if (event.target.matches?.("input, textarea, select") || localStorage.getItem("zs-keys") === "off") return;
    const units = this.units;
    const here = units.findIndex((unit) => unit.tabIndex === 0);
    const waiting = [...units.slice(here + 1), ...units.slice(0, here + 1)];
    const wanted = TO_CONFIRM.map((status) => waiting.find((unit) => unit.dataset.status === status)).find(Boolean);
    if (!wanted) return;
    event.preventDefault();
    this.go(wanted);
    wanted.click();
  }

  filter(event) {
    const button = event.target.closest?.("[data-show]");
    if (!button) return;
    event.preventDefault();
    const show = button.getAttribute("aria-pressed") === "true" ? "" : button.dataset.show;
    for (const each of document.querySelectorAll("[data-show]")) each.setAttribute("aria-pressed", String(each.dataset.show === show));
    for (const unit of this.units) unit.classList.toggle("dim", Boolean(show) && unit.dataset.status !== show);
    const url = new URL(location.href);
    if (show) url.searchParams.set("show", show);
    else url.searchParams.delete("show");
    history.replaceState(history.state, "", url);
    const first = show && this.units.find((unit) => unit.dataset.status === show);
    if (first) this.stop(first);
  }

  opened(event) {
    const drawer = event.target.closest?.(".drawer") ?? document.querySelector(".drawer");
    const live = document.getElementById("zs-live");
    if (live && drawer) live.textContent = `已打开 ${drawer.getAttribute("aria-label")}`;
    // on a phone the drawer lies under the picture
    if (drawer && drawer.getBoundingClientRect().top > innerHeight * 0.8) drawer.scrollIntoView({ block: "start" });
  }
}

customElements.define("zs-stacking", Stacking);
