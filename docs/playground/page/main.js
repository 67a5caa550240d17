// The page: an editor on the left, on the right what the code shows. Until Python is there, the first example is, drawn
// when the page was built, and its numbers can be changed already.
import { loadFiles } from "./assets.js";
import { makeEditor } from "./editor.js";
import { Python } from "./python.js";
import { clearResult, endResult, expectResult, forgetPlace, keepResult, showBuilt, showError, showPage, showPicture, showText } from "./results.js";
import { download, notebook } from "./saving.js";
import { packed, unpacked } from "./sharing.js";

const PAUSE = 500; // ms without a key, and short code is run
const SHORT = 40, QUICK = 3000; // lines; ms that the last run took
const PATIENCE = 2000; // ms after which what was typed since takes the place of what runs
const DRAFT = "microgrand playground"; // where the code is kept while this tab is open
const READ_IT = "This code came with the link. Read it, then run it.";
const $ = (id) => document.getElementById(id);
const say = (text) => { $("state").textContent = text; };

const built = await (await fetch("built.json")).json(); // what build_playground.py found: examples, names, sizes
const python = new Python(heard);
const editor = makeEditor($("editor"), built.names, { changed, run: () => run(true) });
let typing = 0; // the timer of a run that comes of typing
let isTrusted = false; // whether the code is the reader's: what a link brought runs only when told to
const last = { isAsked: false, began: 0, took: 0, forms: [] }; // the last run: asked for, or come of typing; …; how its result can be saved
let wanted = null; // the form in which the reader asked to save it

// ---- code ----

function openExample(name) {
  const [own, title, code] = built.examples.find(([each]) => each === name) ?? built.examples[0];
  const isFirst = own === built.examples[0][0];
  open(own, code, true);
  history.replaceState(null, "", isFirst ? location.pathname : `#example=${own}`);
  if (isFirst && !python.isReady) showBuilt(title); else run(true);
}

function open(example, code, trusted) {
  python.forget();
  forgetPlace();
  clearTimeout(typing);
  [$("example").value, editor.code, isTrusted, last.forms] = [example, code, trusted, []];
  sessionStorage.removeItem(DRAFT);
  enable();
}

async function openLink() {
  const link = new URLSearchParams(location.hash.slice(1));
  if (!link.has("code")) return openExample(link.get("example"));
  const code = await unpacked(link.get("code"));
  open("", code ?? "", false);
  clearResult("not run yet");
  if (code === null) return showError({ name: "This link is broken", message: "the code in it cannot be read; ask for it once more" });
  return say(READ_IT);
}

// The code that stood here before the page was loaded anew; whether there was any.
function openDraft() {
  const draft = sessionStorage.getItem(DRAFT);
  if (draft === null) return false;
  open("", draft, true);
  run(true);
  sessionStorage.setItem(DRAFT, draft);
  return true;
}

function changed(isByReader) {
  clearTimeout(typing);
  if (!isByReader) return;
  if (isTrusted) sessionStorage.setItem(DRAFT, editor.code);
  if (isTrusted && editor.code.split("\n").length <= SHORT && last.took < QUICK) typing = setTimeout(() => run(false), PAUSE);
}

async function share() {
  const link = new URL(location.href);
  link.hash = `code=${await packed(editor.code)}`;
  history.replaceState(null, "", link);
  try {
    await navigator.clipboard.writeText(link.href);
    say("The link is copied: it holds the code.");
  } catch {
    say("The link is in the address: it holds the code.");
  }
}

// ---- running ----

function run(isByReader) {
  clearTimeout(typing);
  const isPatient = !isByReader && python.isReady && python.isBusy && performance.now() - last.began < PATIENCE;
  if (isPatient || (!isByReader && python.isBusy && last.isAsked)) { typing = setTimeout(() => run(false), PAUSE); return; }
  Object.assign(last, { isAsked: isByReader, began: performance.now(), forms: [] });
  isTrusted = true;
  expectResult();
  python.run(editor.code);
  say(python.isReady ? "running" : "It runs as soon as Python is there.");
  enable();
}

function stop() {
  clearTimeout(typing);
  const wasReady = python.isReady;
  python.forget();
  keepResult();
  say(wasReady ? "Stopped. Python starts anew." : "Stopped.");
  enable();
}

const HEARD = {
  ready: () => {
    $("progress").hidden = true;
    say(python.isBusy ? "running" : isTrusted ? "Python is ready." : READ_IT);
  },
  printed: ({ text }) => showText(text),
  page: ({ content, title }) => showPage(content, title),
  picture: ({ content, title }) => showPicture(content, title),
  done,
  broken: ({ message }) => {
    showError({ name: "Python broke down", message });
    endResult();
    say("Python starts anew.");
  },
  saved: ({ form, content }) => {
    if (form !== wanted) return; // what runs may say so by itself
    wanted = null;
    download(`microgrand.${form === "page" ? "html" : "svg"}`, content, form === "page" ? "text/html" : "image/svg+xml");
  },
};

function done({ problem, took, forms }) {
  Object.assign(last, { took, forms });
  editor.mark(problem);
  if (problem && !last.isAsked) return say(`line ${problem.line ?? "?"}: ${problem.name}`); // half a line is no mistake yet
  if (problem) showError(problem, editor.lead);
  endResult();
  return say(problem ? "stopped at an error" : `done in ${(took / 1000).toFixed(1)} s`);
}

function heard(message) {
  if (!Object.hasOwn(HEARD, message.kind)) return;
  HEARD[message.kind](message);
  enable();
}

function enable() {
  $("run").disabled = false;
  $("stop").disabled = !python.isBusy;
  for (const form of ["page", "svg"]) $(`save${form}`).disabled = python.isBusy || !last.forms.includes(form);
}

function save(form) {
  wanted = form;
  python.save(form);
}

// ---- the beginning ----

$("example").append(...built.examples.map(([name, title]) => new Option(title, name)));
const CLICKS = {
  run: () => run(true), stop, share, savepage: () => save("page"), savesvg: () => save("svg"),
  savenotebook: () => download("microgrand.ipynb", notebook(editor.code), "application/x-ipynb+json"),
};
for (const [id, action] of Object.entries(CLICKS)) $(id).addEventListener("click", action);
$("example").addEventListener("change", () => openExample($("example").value));
addEventListener("hashchange", openLink);
if (location.hash || !openDraft()) await openLink();
enable();
try {
  const files = await loadFiles(built.sizes, (part) => { $("progress").value = 100 * part; });
  $("progress").removeAttribute("value"); // how long it takes to start nobody knows
  python.start(files);
} catch (error) {
  $("progress").hidden = true;
  say("Python is not there.");
  showError({ name: "Python could not be loaded", message: error.message, way: "Load the page once more. What is shown can be used all the same." });
}
