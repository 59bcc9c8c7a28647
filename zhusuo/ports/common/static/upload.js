// 上传: a folder dropped, files chosen, a picture pasted; a row with its progress for each, an error as one sentence in it.
// Sends zs:uploaded for every file received.
import { LOST, Refused, Stopped, giveUp, size, transfer } from "./chunks.js";

const AT_ONCE = 2;
const RUBBISH = /^(\.|~\$|thumbs\.db$|desktop\.ini$)/i;

async function filesOf(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.length) return [...transfer.files];
  const files = [];
  const open = async (entry) => {
    if (entry.isFile) files.push(await new Promise((resolve, reject) => entry.file(resolve, reject)));
    else {
      const reader = entry.createReader();
      for (;;) {
        const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
        if (!some.length) break;
        for (const each of some) await open(each);
      }
    }
  };
  for (const entry of entries) await open(entry);
  return files;
}

class Upload extends HTMLElement {
  connectedCallback() {
    this.queue = [];
    this.running = 0;
    const form = this.querySelector("form");
    this.token = document.querySelector("meta[name=csrf-token]")?.content ?? form.elements._csrf_token?.value;
    this.fields = Object.fromEntries([...form.querySelectorAll("input[type=hidden]")].filter((each) => each.name !== "_csrf_token").map((each) => [each.name, each.value]));
    form.addEventListener("dragover", (event) => (event.preventDefault(), form.classList.add("over")));
    form.addEventListener("dragleave", () => form.classList.remove("over"));
    form.addEventListener("drop", async (event) => {
      event.preventDefault();
      form.classList.remove("over");
      this.add(await filesOf(event.dataTransfer));
    });
    for (const button of this.querySelectorAll("[data-pick]")) button.addEventListener("click", () => this.pick(button.dataset.pick));
    this.onpaste = (event) => event.clipboardData?.files.length && (event.preventDefault(), this.add([...event.clipboardData.files]));
    document.addEventListener("paste", this.onpaste);
    this.onleave = (event) => (this.running || this.queue.length) && event.preventDefault();
    addEventListener("beforeunload", this.onleave);
  }

  disconnectedCallback() {
    document.removeEventListener("paste", this.onpaste);
    removeEventListener("beforeunload", this.onleave);
  }

  pick(what) {
    const input = Object.assign(document.createElement("input"), { type: "file", multiple: what !== "camera" });
    if (what === "folder") input.webkitdirectory = true;
    else input.accept = what === "camera" ? "image/*" : this.querySelector("input[type=file]").accept;
    if (what === "camera") input.capture = "environment";
    input.addEventListener("change", () => this.add([...input.files]));
    input.click();
  }

  add(files) {
    const most = Number(this.getAttribute("max-bytes"));
    for (const file of files.filter((each) => !RUBBISH.test(each.name))) {
      const job = { file, row: this.makeRow(file) };
      if (!file.size) this.fail(job, "这是一个空文件，没有上传。请换一份再传。", false);
      else if (most && file.size > most) this.fail(job, `文件有 ${size(file.size)}，超过 ${size(most)} 的上限。请拆成几个文件再传。`, false);
      else {
        job.row.querySelector("[data-cancel]").onclick = () => {
          this.queue = this.queue.filter((each) => each !== job);
          this.drop(job.row);
        };
        this.queue.push(job);
      }
    }
    this.next();
  }

  makeRow(file) {
    const list = document.getElementById("zs-running");
    const row = document.getElementById("zs-running-row").content.firstElementChild.cloneNode(true);
    row.querySelector("[data-name]").textContent = file.name;
    row.querySelector("[data-size]").textContent = size(file.size);
    row.querySelector("progress").setAttribute("aria-label", `${file.name} 的上传进度`);
    row.querySelector("[data-cancel]").setAttribute("aria-label", `取消 ${file.name}`);
    list.append(row);
    list.hidden = false;
    return row;
  }

  next() {
    while (this.running < AT_ONCE && this.queue.length) this.run(this.queue.shift());
  }

  async run(job) {
    this.running += 1;
    job.stop = new AbortController();
    const { row, file } = job;
    const way = {
      src: this.getAttribute("src"), token: this.token, fields: this.fields, signal: job.stop.signal,
      say: (said, sent) => this.say(row, said, sent, file.size),
    };
    row.querySelector("[data-retry]").hidden = true;
    row.querySelector("[data-error]").textContent = "";
    row.querySelector("[data-cancel]").onclick = () => job.stop.abort();
    try {
      const done = await transfer(job, way);
      this.say(row, done.note ?? "已收到，正在读取", file.size, file.size);
      const kept = this.fields.keep && document.getElementById(`kept-${this.fields.keep}`);
      if (kept) kept.value = done.id; // the field of the page that names this document
      this.dispatchEvent(new CustomEvent("zs:uploaded", { bubbles: true, detail: done }));
      setTimeout(() => this.drop(row), done.note ? 6000 : 1500);
    } catch (error) {
      if (error instanceof Stopped) {
        giveUp(job, way);
        this.drop(row);
      } else if (error instanceof Refused) this.fail(job, error.message, false);
      else this.fail(job, `${error.message === LOST ? "连接一直没有恢复" : error.message}。已传的部分留着，点“重试”接着传。`, true);
    }
    this.running -= 1;
    this.next();
  }

  say(row, said, value, most) {
    row.querySelector("[data-said]").textContent = said;
    if (value === undefined) return;
    const share = Math.min(100, Math.floor((100 * value) / most));
    row.querySelector("progress").value = share;
    row.querySelector("[data-number]").textContent = `${share}%`;
  }

  fail(job, sentence, again) {
    const { row } = job;
    row.classList.add("failed");
    this.say(row, "没有传成");
    row.querySelector("[data-error]").textContent = sentence;
    row.querySelector("[data-cancel]").onclick = () => this.drop(row);
    row.querySelector("[data-cancel]").setAttribute("aria-label", `移除 ${job.file.name}`);
    const retry = row.querySelector("[data-retry]");
    retry.hidden = !again;
    retry.onclick = () => (row.classList.remove("failed"), this.queue.push(job), this.next());
  }

  drop(row) {
    const list = row.parentElement;
    row.remove();
    if (list) list.hidden = !list.children.length;
  }
}

customElements.define("zs-upload", Upload);
