// Light or dark, as the reader chose or as the system is, in this page and in the frames of its results.
const THEMES = ["auto", "light", "dark"];
const button = document.getElementById("theme");
const system = matchMedia("(prefers-color-scheme: dark)");

// A frame has no origin: it can only be told.
export function tellTheme(frame) {
  const chosen = button.dataset.theme;
  frame.contentWindow?.postMessage({ theme: chosen === "auto" ? (system.matches ? "dark" : "light") : chosen }, "*");
}

const tellAll = () => document.querySelectorAll("iframe").forEach(tellTheme);

button.addEventListener("click", () => {
  const theme = THEMES[(THEMES.indexOf(button.dataset.theme) + 1) % THEMES.length];
  button.dataset.theme = document.documentElement.dataset.theme = theme;
  button.lastElementChild.textContent = theme;
  button.setAttribute("aria-label", `theme: ${theme}`);
  tellAll();
});
system.addEventListener("change", tellAll);
