// 住所云按钮: <zhusuo-button address="…" case="…" ticket-url="…"> for any page of an intake system. One file, no dependencies.
//
//   address, case, applicant, item   what the form already knows; read again at every click
//   ticket-url                       a path of the intake system's own server; it answers {"panel_url": "…"} after it
//                                    has fetched a one-time ticket with its own token
//   key                              the letter that presses the button together with Alt (default "z")
//
// Events on the element: `zhusuo-reuse` with detail.reuse (the id: the intake server fetches everything else),
// `zhusuo-close`, `zhusuo-error` with detail.message. The panel is an iframe; it talks to the exact origin registered
// for the intake system, and this file listens to the exact origin it was loaded from.

const HOME = new URL(document.currentScript.src).origin;

const LOOK = `
  :host { display: inline-block; }
  button { font: 600 1rem/1.4 system-ui, sans-serif; padding: .5rem 1rem; border-radius: 8px; cursor: pointer;
           color: #fff; background: #0b5566; border: 1px solid #0b5566; }
  button:hover { background: #07414f; }
  button:focus-visible { outline: 3px solid #74c6d6; outline-offset: 2px; }
  button[disabled] { opacity: .7; cursor: progress; }
  kbd { font: 500 .75rem/1 system-ui, sans-serif; border: 1px solid currentColor; border-radius: 4px; padding: 2px 5px;
        margin-left: .5rem; opacity: .85; }
  p { margin: .375rem 0 0; color: #ab2f1c; font: 500 .875rem/1.4 system-ui, sans-serif; }
  iframe { position: fixed; inset: 0 0 0 auto; width: min(30rem, 100vw); height: 100%; border: 0; z-index: 2147483000;
           box-shadow: -12px 0 40px #0005; background: #f4f3ee; color-scheme: normal; }
`;

class ZhusuoButton extends HTMLElement {
  #frame = null;

  connectedCallback() {
    if (this.shadowRoot) return;
    const root = this.attachShadow({ mode: "open" });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(LOOK);
    root.adoptedStyleSheets = [sheet];
    this.button = document.createElement("button");
    this.button.type = "button";
    this.button.textContent = "住所云";
    const key = document.createElement("kbd");
    key.textContent = `Alt+${this.key.toUpperCase()}`;
    this.button.append(key);
    this.button.setAttribute("aria-keyshortcuts", `Alt+${this.key.toUpperCase()}`);
    this.button.addEventListener("click", () => this.open());
    root.append(this.button);
    document.addEventListener("keydown", this);
    window.addEventListener("message", this);
  }

  disconnectedCallback() {
    document.removeEventListener("keydown", this);
    window.removeEventListener("message", this);
    this.close();
  }

  get key() {
    return (this.getAttribute("key") || "z").toLowerCase();
  }

  handleEvent(event) {
    if (event.type === "keydown") {
      if (event.altKey && !event.ctrlKey && event.key.toLowerCase() === this.key) {
        event.preventDefault();
        this.open();
      } else if (event.key === "Escape" && this.#frame) {
        this.close();
      }
    } else if (event.origin === HOME && this.#frame && event.source === this.#frame.contentWindow) {
      this.#told(event.data || {});
    }
  }

  #told(message) {
    if (message.kind === "zhusuo:reuse" && typeof message.reuse === "string") {
      this.close();
      this.#say("zhusuo-reuse", { reuse: message.reuse });
    } else if (message.kind === "zhusuo:close") {
      this.close();
    }
  }

  async open() {
    if (this.#frame || this.button.disabled) return;
    this.button.disabled = true;
    this.shadowRoot.querySelector("p")?.remove();
    try {
      const told = {};
      for (const name of ["address", "case", "applicant", "item"]) told[name] = this.getAttribute(name) || "";
      const answer = await fetch(this.getAttribute("ticket-url"), {
        method: "POST",
        credentials: "same-origin",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(told),
      });
      const body = await answer.json().catch(() => ({}));
      if (!answer.ok) throw new Error(body.detail || "暂时打不开住所云，请稍后再试。");
      const url = new URL(body.panel_url);
      if (url.origin !== HOME) throw new Error("票据来自别的站点，没有打开。");
      this.#show(url.href);
    } catch (error) {
      this.#complain(error.message);
    } finally {
      this.button.disabled = false;
    }
  }

  #show(url) {
    this.#frame = document.createElement("iframe");
    this.#frame.title = "住所云";
    this.#frame.allow = "";
    this.#frame.referrerPolicy = "origin";
    this.#frame.src = url;
    this.shadowRoot.append(this.#frame);
    this.#frame.addEventListener("load", () => this.#frame?.focus());
  }

  close() {
    if (!this.#frame) return;
    this.#frame.remove();
    this.#frame = null;
    this.button?.focus();
    this.#say("zhusuo-close", {});
  }

  #complain(message) {
    const line = document.createElement("p");
    line.setAttribute("role", "alert");
    line.textContent = message;
    this.shadowRoot.append(line);
    this.#say("zhusuo-error", { message });
  }

  #say(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { bubbles: true, detail }));
  }
}

if (!customElements.get("zhusuo-button")) customElements.define("zhusuo-button", ZhusuoButton);
