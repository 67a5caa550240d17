// What a run shows: what it printed, pages and pictures in frames, an error. It replaces what the last run showed once
// there is something to show.
import { tellTheme } from "./theme.js";

const SLOW = 1500; // ms, after which a new frame takes the place of the old ones, whatever the browser tells
const $ = (id) => document.getElementById(id);
const area = document.querySelector(".result");
let hasShown = false, printed = ""; // of this run: whether it has shown anything yet, what it printed
let frames = []; // of this run
let place = ""; // the step at which the reader is, as the player links to it: the next run opens there

// A run begins: what the last one showed stays, faded, until this one shows something.
export function expectResult() {
  [hasShown, printed, frames] = [false, "", []];
  area.classList.add("stale");
}

function begin() {
  if (hasShown) return;
  hasShown = true;
  $("error").hidden = $("printed").hidden = true;
  area.classList.remove("stale", "textual");
  $("what").textContent = "";
}

export function showText(text) {
  begin();
  printed += text;
  $("printed").hidden = false;
  $("printed").textContent = printed;
}

export function showPage(page, title) {
  begin();
  const frame = newFrame(`result.html${frames.length ? "" : place}`, title);
  frame.addEventListener("load", () => {
    frame.addEventListener("load", () => settle(frame), { once: true });
    frame.contentWindow.postMessage({ html: page }, "*");
  }, { once: true });
  setTimeout(() => settle(frame), SLOW);
}

export function showPicture(svg, title) {
  showPage(`<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>${title.replace(/[<&]/g, "")}</title>
<style>html { color-scheme: light dark; background: Canvas; } body { margin: 16px; } svg { max-width: 100%; height: auto; }</style>
<body>${svg}<script>addEventListener("message", ({ data }) => { if (data.theme) document.documentElement.style.colorScheme = data.theme; });</script></body></html>`, title);
}

// The first example, which was drawn when the page was built.
export function showBuilt(title) {
  clearResult("");
  const frame = newFrame("first.html", title);
  frame.addEventListener("load", () => settle(frame), { once: true });
}

export function showError({ name, message, line, way }, lead) {
  begin();
  const parts = [made("b", line ? `line ${line}, ${name}: ` : `${name}: `), message];
  if (way) parts.push(`\n${way}`);
  if (line) {
    const button = made("button", `go to line ${line}`);
    button.type = "button";
    button.addEventListener("click", () => lead(line));
    parts.push(button);
  }
  $("error").replaceChildren(...parts);
  $("error").hidden = false;
}

// A run is over: what it did not show any more goes away.
export function endResult() {
  begin();
  if (frames.length === 0) $("shown").replaceChildren();
  area.classList.toggle("textual", frames.length === 0);
  if (frames.length === 0) $("what").textContent = printed ? "printed" : $("error").hidden ? "nothing is shown: end with an expression" : "";
}

export function clearResult(what) {
  forgetPlace();
  expectResult();
  begin();
  $("shown").replaceChildren();
  $("what").textContent = what;
}

// Other code than before: its first step is the one to begin with.
export function forgetPlace() {
  place = "";
}

addEventListener("message", ({ source, data }) => {
  if (typeof data?.link !== "string" || source !== frames[0]?.contentWindow) return;
  const link = new URLSearchParams(data.link);
  place = `#${new URLSearchParams(["step", "shown"].filter((key) => link.has(key)).map((key) => [key, link.get(key)]))}`;
});

export function keepResult() {
  area.classList.remove("stale");
}

function made(tag, textContent) {
  return Object.assign(document.createElement(tag), { textContent });
}

// A frame without an origin, in which scripts run, and reach nothing outside.
function newFrame(address, title) {
  const frame = made("iframe", "");
  frame.sandbox = "allow-scripts";
  frame.allow = "fullscreen";
  frame.title = title || "result";
  frame.src = address;
  frames.push(frame);
  $("shown").append(frame);
  $("shown").classList.toggle("several", frames.length > 1);
  $("what").textContent = frames.length > 1 ? `${frames.length} results` : title;
  return frame;
}

// A frame of this run is there: those of earlier runs go.
function settle(frame) {
  tellTheme(frame);
  if (frames.includes(frame)) for (const other of [...$("shown").children]) if (!frames.includes(other)) other.remove();
}
