// 大字 深色: kept in a cookie, from which the server draws the page at once, and in localStorage, which outlives it.
const root = document.documentElement;
const YEAR = 31536000;

const CHOICES = {
  theme: { attribute: "data-bs-theme", on: "dark", off: "light" },
  text: { attribute: "data-text", on: "large", off: "normal" },
};

const isOn = {
  theme: () => (root.getAttribute("data-bs-theme") ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark",
  text: () => root.getAttribute("data-text") === "large",
};

function kept(name) {
  try {
    return localStorage.getItem(`zs-${name}`);
  } catch {
    return null; // storage may be shut off; the cookie does
  }
}

function keep(name, value) {
  try {
    localStorage.setItem(`zs-${name}`, value);
  } catch {
    // as above
  }
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `zs-${name}=${value}; Path=/; Max-Age=${YEAR}; SameSite=Lax${secure}`;
}

function show(name, value) {
  const { attribute, on, off } = CHOICES[name];
  root.setAttribute(attribute, value);
  for (const button of document.querySelectorAll(`[data-preferences] button[name="${name}"]`)) {
    button.setAttribute("aria-pressed", String(value === on));
    button.value = value === on ? off : on;
  }
}

for (const [name, { on, off }] of Object.entries(CHOICES)) {
  const value = kept(name);
  if (value === on || value === off) {
    if (!document.cookie.split("; ").includes(`zs-${name}=${value}`)) keep(name, value);
    show(name, value);
  } else {
    show(name, isOn[name]() ? on : off);
  }
}

document.addEventListener("submit", (event) => {
  const button = event.submitter;
  if (!event.target.matches?.("[data-preferences]") || !CHOICES[button?.name]) return;
  event.preventDefault();
  const value = button.value;
  keep(button.name, value);
  show(button.name, value);
});
