// Before the first paint: says that scripts run, and brings back 大字 and 深色 where the cookie was lost.
document.documentElement.classList.add("js");
// The answer to a form stands at the address of the form's page: reloaded or kept as a bookmark, it sends nothing again.
const address = document.querySelector("meta[name=address]")?.content;
if (address) history.replaceState(null, "", address);
try {
  const theme = localStorage.getItem("zs-theme");
  const text = localStorage.getItem("zs-text");
  if (theme) document.documentElement.setAttribute("data-bs-theme", theme);
  if (text) document.documentElement.setAttribute("data-text", text);
} catch {
  // storage is shut off: the cookie has already been drawn
}
