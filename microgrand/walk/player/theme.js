// Light, dark, or as the reader's system has it ("auto"); and the whole screen.
// A page in a frame cannot see what its host looks like: the host may say so by a message, { theme: "dark" }.
const THEMES = ["auto", "light", "dark"];
const themeSwitch = document.getElementById("theme"), fullSwitch = document.getElementById("fullscreen");

function setTheme(theme) {
  if (!THEMES.includes(theme)) return;
  const root = document.documentElement;
  if (theme === "auto") delete root.dataset.theme; else root.dataset.theme = theme;
  if (!themeSwitch) return;
  themeSwitch.dataset.theme = theme;
  themeSwitch.setAttribute("aria-label", `colours: ${theme === "auto" ? "as the system has them" : theme}`);
  themeSwitch.querySelector("span").textContent = theme;
}

const themeAsked = () => new URLSearchParams(location.hash.slice(1)).get("theme");

themeSwitch?.addEventListener("click", () => setTheme(THEMES[(THEMES.indexOf(themeSwitch.dataset.theme) + 1) % THEMES.length]));
addEventListener("hashchange", () => setTheme(themeAsked()));
addEventListener("message", (event) => {
  if (event.source === parent && parent !== window && !themeAsked()) setTheme(event.data?.theme);
});
setTheme(themeAsked() ?? document.documentElement.dataset.theme ?? "auto");

// The whole screen; where that is not allowed, as in a frame, the page puts away all that is not needed to play.
async function toggleFull() {
  const root = document.documentElement;
  if (document.fullscreenElement) await document.exitFullscreen();
  else if ("full" in root.dataset) delete root.dataset.full;
  else try { await root.requestFullscreen(); } catch { root.dataset.full = ""; }
  showFull();
}

function showFull() {
  const full = Boolean(document.fullscreenElement) || "full" in document.documentElement.dataset;
  fullSwitch?.setAttribute("aria-pressed", String(full));
}

fullSwitch?.addEventListener("click", toggleFull);
document.addEventListener("fullscreenchange", showFull);
