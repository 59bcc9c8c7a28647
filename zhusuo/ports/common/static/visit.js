// 现场: the form of a finding. Whatever is typed, every photograph and the position lie in the phone at once, so that a
// battery that dies in a basement loses nothing; handing in goes through the outbox.
import { dropPhoto, keep, keepPhoto, mineOf, newId, photosOf, queue } from "./outbox.js";
import { size } from "./chunks.js";

const MOST = 30;
const FIELDS = ["outcome", "other_business", "note"];

class Visit extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    this.photos = [];
    this.finding = {
      id: newId(),
      inspection: this.getAttribute("inspection"),
      carrier: this.getAttribute("carrier"),
      place: this.getAttribute("place"),
      person: document.querySelector("meta[name=person]")?.content ?? "",
      queued: false,
      sent: false,
      trouble: "",
      body: {},
    };
    // heard from the start, done when it is known what lies in the phone already
    this.ready = this.bringBack().then(() => true, () => {
      this.say("这部手机不让网页存东西（可能开了无痕浏览），断网时记下的内容会丢。请换普通窗口。");
      return false;
    });
    this.form.addEventListener("input", () => this.remember());
    this.form.addEventListener("change", (event) => event.target.matches("[data-photos]") && this.take(event.target));
    this.querySelector("[data-locate]").addEventListener("click", () => this.locate());
    this.form.addEventListener("submit", (event) => this.handIn(event));
    addEventListener("zs:delivered", ({ detail }) => detail.id === this.finding.id && this.delivered(detail));
    // and so is what was done before this script had come
    for (const input of this.querySelectorAll("[data-photos]")) if (input.files.length) this.take(input);
    if (FIELDS.some((name) => this.form.elements[name]?.value)) this.remember();
    this.other();
  }

  // what has been typed meanwhile is newer than what was kept
  async bringBack() {
    const { draft, waiting } = await mineOf(this.finding.inspection);
    if (!draft) return void (waiting && this.handedIn(waiting));
    this.finding = draft;
    for (const name of FIELDS) {
      const control = this.form.elements[name];
      if (control && !control.value && draft.body[name] !== undefined) control.value = draft.body[name];
    }
    for (const photo of await photosOf(draft.id)) this.show(photo);
    if (draft.body.latitude !== undefined) this.placed();
    this.other();
  }

  async remember() {
    this.other();
    if (!(await this.ready) || this.finding.queued) return;
    const data = new FormData(this.form);
    for (const name of FIELDS) this.finding.body[name] = data.get(name) ?? "";
    await keep(this.finding).catch(() => this.say("手机空间不够，刚才填的没有存下。请清理后再填。"));
  }

  other() {
    const wanted = new FormData(this.form).get("outcome") === "other_business";
    this.querySelector("[data-other]").hidden = !wanted;
  }

  async take(input) {
    const most = Number(this.getAttribute("max-bytes"));
    const files = [...input.files];
    if (!(await this.ready) || this.finding.queued) return;
    for (const file of files) {
      if (this.photos.length >= MOST) return this.say(`一次核查最多 ${MOST} 张照片。`);
      if (file.size > most) {
        this.say(`这张照片有 ${size(file.size)}，超过 ${size(most)} 的上限，没有存。`);
        continue;
      }
      const photo = {
        id: newId(),
        finding: this.finding.id,
        name: file.name || "照片.jpg",
        taken_at: new Date().toISOString(),
        blob: new Blob([await file.arrayBuffer()], { type: file.type }),
      };
      try {
        await keep(this.finding);
        await keepPhoto(photo);
        this.show(photo);
        this.say(`已存下第 ${this.photos.length} 张照片。`);
      } catch {
        this.say("手机空间不够，这张照片没有存下。请清理后再拍。");
      }
    }
    input.value = "";
  }

  show(photo) {
    this.photos.push(photo);
    const item = document.createElement("li");
    const picture = Object.assign(new Image(), { alt: `第 ${this.photos.length} 张照片`, src: URL.createObjectURL(photo.blob) });
    const remove = Object.assign(document.createElement("button"), { type: "button", className: "btn btn-s", textContent: "删去" });
    remove.addEventListener("click", async () => {
      await dropPhoto(photo.id);
      this.photos = this.photos.filter((each) => each !== photo);
      URL.revokeObjectURL(picture.src);
      item.remove();
      this.count();
    });
    item.append(picture, remove);
    this.querySelector("[data-list]").append(item);
    this.count();
  }

  count() {
    this.querySelector("[data-count]").textContent = this.photos.length ? `${this.photos.length} 张` : "还没有照片";
  }

  async locate() {
    if (!(await this.ready)) return;
    const place = this.querySelector("[data-place]");
    if (!navigator.geolocation) return (place.textContent = "这部手机不提供定位，不带定位也能提交。");
    place.textContent = "正在定位…";
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        Object.assign(this.finding.body, { latitude: coords.latitude, longitude: coords.longitude, accuracy_m: coords.accuracy });
        keep(this.finding);
        this.placed();
      },
      (error) => (place.textContent = error.code === 1 ? "没有允许定位，不带定位也能提交。" : "收不到定位信号，不带定位也能提交。"),
      { enableHighAccuracy: true, timeout: 15000, maximumAge: 60000 },
    );
  }

  placed() {
    const { accuracy_m: within } = this.finding.body;
    this.querySelector("[data-place]").textContent = `位置已记下，误差约 ${Math.round(within ?? 0)} 米`;
  }

  async handIn(event) {
    event.preventDefault();
    if (!(await this.ready)) return this.form.submit(); // where nothing can be kept, as without a script
    await this.remember();
    if (this.finding.queued) return;
    const { body } = this.finding;
    if (!body.outcome) return this.say("请选择看到什么。", "outcome");
    if (body.outcome === "other_business" && !body.other_business.trim()) return this.say("请写明现场是哪家企业。", "other_business");
    body.found_at = new Date().toISOString();
    this.finding.queued = true;
    await queue(this.finding);
    this.handedIn(this.finding);
  }

  handedIn(finding) {
    this.finding = finding;
    this.form.hidden = true;
    this.querySelector("[data-done]").hidden = false;
    this.querySelector("[data-done] h2").focus();
  }

  delivered({ answer }) {
    this.querySelector("[data-done-said]").textContent = `${answer} 照片也已全部送达。`;
    this.querySelector("[data-done-more]").hidden = false;
  }

  say(sentence, name) {
    this.querySelector("[data-said-here]").textContent = sentence;
    if (name) this.form.querySelector(`[name=${name}]`)?.focus();
  }
}

customElements.define("zs-visit", Visit);
