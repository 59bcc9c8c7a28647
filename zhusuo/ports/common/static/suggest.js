// 联想: an ARIA 1.2 combobox around the input it contains. src answers {"items": [{"text", "note", "href"}]} for ?q=.
// An item with an href is gone to; any other fills the field and submits its form.
const WAIT = 160;
let count = 0;

class Suggest extends HTMLElement {
  connectedCallback() {
    this.input = this.querySelector("input");
    if (!this.input || !this.getAttribute("src") || this.list) return;
    this.list = document.createElement("ul");
    this.list.id = `zs-suggest-${(count += 1)}`;
    this.list.className = "suggestions";
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", "联想结果");
    this.list.hidden = true;
    this.append(this.list);
    for (const [name, value] of Object.entries({
      role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": this.list.id, "aria-haspopup": "listbox",
    })) this.input.setAttribute(name, value);
    this.input.addEventListener("input", (event) => event.isComposing || this.later());
    this.input.addEventListener("compositionend", () => this.later());
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.input.addEventListener("blur", () => setTimeout(() => this.close(), 150));
    this.list.addEventListener("mousedown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => this.choose(event.target.closest("[role=option]")));
  }

  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.ask(), WAIT);
  }

  async ask() {
    const text = this.input.value.trim();
    this.asking?.abort();
    if (!text) return this.close();
    const asking = (this.asking = new AbortController());
    const url = new URL(this.getAttribute("src"), location.href);
    url.searchParams.set("q", text);
    try {
      const answer = await fetch(url, { signal: asking.signal, headers: { Accept: "application/json" } });
      if (answer.ok) this.show((await answer.json()).items, text);
      else this.close();
    } catch (error) {
      if (error.name !== "AbortError") this.close(); // suggestions are a help, never an obstacle
    }
  }

  show(items, text) {
    this.items = items;
    this.at = -1;
    this.list.replaceChildren(...items.map((item, place) => {
      const option = document.createElement("li");
      option.id = `${this.list.id}-${place}`;
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      const said = document.createElement("span");
      const [before, ...rest] = item.text.split(text);
      said.append(before, ...rest.flatMap((part) => [Object.assign(document.createElement("b"), { textContent: text }), part]));
      option.append(said);
      if (item.note) option.append(Object.assign(document.createElement("small"), { textContent: item.note }));
      return option;
    }));
    this.list.hidden = items.length === 0 || document.activeElement !== this.input;
    this.input.setAttribute("aria-expanded", String(!this.list.hidden));
    this.input.removeAttribute("aria-activedescendant");
    const live = document.getElementById("zs-live");
    if (live) live.textContent = items.length ? `${items.length} 条联想，按上下键选择` : "没有联想";
  }

  close() {
    clearTimeout(this.timer);
    this.asking?.abort();
    this.list.hidden = true;
    this.at = -1;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }

  move(step) {
    const options = [...this.list.children];
    this.at = (this.at + step + options.length + (this.at < 0 && step < 0 ? 1 : 0)) % options.length;
    options.forEach((option, place) => option.setAttribute("aria-selected", String(place === this.at)));
    options[this.at].scrollIntoView({ block: "nearest" });
    this.input.setAttribute("aria-activedescendant", options[this.at].id);
  }

  choose(option) {
    const item = option && this.items[[...this.list.children].indexOf(option)];
    if (!item) return;
    this.close();
    if (item.href) {
      location.assign(item.href);
    } else {
      this.input.value = item.text;
      this.input.dispatchEvent(new CustomEvent("zs:chosen", { bubbles: true, detail: item }));
      this.input.form?.requestSubmit();
    }
  }

  key(event) {
    if (event.isComposing || event.keyCode === 229) return;
    if (this.list.hidden) {
      if (event.key === "ArrowDown" && this.input.value.trim()) {
        event.preventDefault();
        this.ask();
      }
      return;
    }
    if (event.key === "ArrowDown" || event.key === "ArrowUp") this.move(event.key === "ArrowDown" ? 1 : -1);
    else if (event.key === "Enter" && this.at >= 0) this.choose(this.list.children[this.at]);
    else if (event.key === "Escape") this.close();
    else return;
    event.preventDefault();
  }
}

customElements.define("zs-suggest", Suggest);
