// The way of one file to the server, as raw bytes with the token in a header:
//   POST src {name, size, ...fields} → {id, chunk_bytes, received: [n…]}
//   PUT  src/id/chunks/n  (bytes)    → 2xx      POST src/id/finish → {…, note?}      DELETE src/id gives up
//   PUT  src/id/whole     (bytes)    → {…, note?}
// A dropped connection is tried again and goes on where it stopped. A file of one chunk, or one that takes only seconds
// as the first chunk shows, goes whole: far less work for the server, and little to send again should the line break.
const SECONDS = 10;
const WAITS = [1, 2, 4, 8, 15, 30, 30, 30];
export const LOST = "连接断了，正在重试";
const ENDED = "登录已过期。请刷新页面，重新登录后再选这个文件，已传的部分不必重传。";

/** The person gave it up. */
export class Stopped extends Error {}
/** The server said no, with a sentence; trying again would not help. */
export class Refused extends Error {}

function send(method, url, { body, type, token, signal, progress } = {}) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open(method, url);
    if (type) request.setRequestHeader("Content-Type", type);
    if (token) request.setRequestHeader("x-csrftoken", token);
    request.setRequestHeader("Accept", "application/json, application/problem+json");
    request.timeout = 120000;
    if (progress) request.upload.addEventListener("progress", (event) => progress(event.loaded));
    request.addEventListener("load", () => {
      let answer = {};
      try {
        answer = JSON.parse(request.responseText || "{}");
      } catch {
        answer = {};
      }
      if (request.status >= 200 && request.status < 300) resolve(answer);
      else if (request.status === 401) reject(new Refused(ENDED));
      else if (request.status >= 500 || request.status === 408 || request.status === 429) reject(new Error(answer.detail ?? "服务器暂时没有响应"));
      else reject(new Refused(answer.detail ?? answer.title ?? "这个文件没有传成"));
    });
    for (const name of ["error", "timeout"]) request.addEventListener(name, () => reject(new Error(LOST)));
    request.addEventListener("abort", () => reject(new Stopped()));
    signal.addEventListener("abort", () => request.abort(), { once: true });
    request.send(body);
  });
}

function pause(seconds, signal) {
  return new Promise((resolve, reject) => {
    const done = () => (clearTimeout(timer), removeEventListener("online", done), resolve());
    const timer = setTimeout(done, seconds * 1000);
    addEventListener("online", done);
    signal.addEventListener("abort", () => (clearTimeout(timer), reject(new Stopped())), { once: true });
  });
}

/** Sends what is not there yet; `job` keeps what was begun and received, so that a second call goes on. */
export async function transfer(job, { src, token, fields, signal, say }) {
  const { file } = job;
  const attempt = (method, url, options) => send(method, url, { ...options, token, signal });
  const insist = async (method, url, options) => {
    for (let turn = 0; ; turn += 1) {
      try {
        return await attempt(method, url, options);
      } catch (error) {
        if (error instanceof Refused || error instanceof Stopped || turn >= WAITS.length) throw error;
        say(`${error.message}（第 ${turn + 1} 次）`);
        await pause(WAITS[turn], signal);
      }
    }
  };
  job.begun ??= await insist("POST", src, { body: JSON.stringify({ ...fields, name: file.name, size: file.size }), type: "application/json" });
  const { id, chunk_bytes: chunk, received = [] } = job.begun;
  job.received ??= new Set(received);
  const started = performance.now();
  let sent = 0;
  const speed = (more = 0) => (sent + more) / Math.max(0.1, (performance.now() - started) / 1000);
  const bytes = (body, before) => ({
    body,
    type: "application/octet-stream",
    progress: (loaded) => say(loaded < file.size ? `上传中 ${size(speed(loaded))}/s` : "正在核对", before + loaded),
  });
  const whole = () => bytes(file, 0);
  if (file.size <= chunk && !job.received.size) return insist("PUT", `${src}/${id}/whole`, whole());
  for (let number = 0, tried = false; number * chunk < file.size; number += 1) {
    if (job.received.has(number)) continue;
    if (!tried && sent && file.size / speed() < SECONDS) {
      tried = true;
      try {
        return await attempt("PUT", `${src}/${id}/whole`, whole());
      } catch (error) {
        if (error instanceof Refused || error instanceof Stopped) throw error;
      }
    }
    const part = file.slice(number * chunk, (number + 1) * chunk);
    await insist("PUT", `${src}/${id}/chunks/${number}`, bytes(part, number * chunk));
    job.received.add(number);
    sent += part.size;
  }
  say("正在核对", file.size);
  return insist("POST", `${src}/${id}/finish`);
}

/** Tells the server that the rest will not come; it sweeps what nobody tells it about. */
export function giveUp(job, { src, token }) {
  if (!job.begun) return;
  send("DELETE", `${src}/${job.begun.id}`, { token, signal: new AbortController().signal }).catch(() => {});
}

export function size(bytes) {
  if (bytes < 1e3) return `${Math.round(bytes)} B`;
  return bytes < 1e6 ? `${Math.round(bytes / 1e3)} KB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
