// Python, in a worker that has no origin (see python.js): it shares no storage with any site, and the page's policy lets
// it ask no other host for anything. What it needs the page hands to it.
import createPyodideModule from "pyodide/pyodide.asm.mjs";
import { loadPyodide } from "pyodide";
import { instance } from "@viz-js/viz";

const AT = "https://files.invalid/"; // where Python believes its files to be; no such host is ever asked
const MOST_PRINTED = 20_000; // characters of one run
const SOON = 50; // ms that what is printed is collected before it is told
let python = null, session = null;
let number = 0, printed = 0, collected = "", told = 0; // of this run; when the page was told last

function print(text) {
  const left = MOST_PRINTED - printed;
  printed += text.length;
  if (left > 0) collected += printed > MOST_PRINTED ? `${text.slice(0, left)}\n… more is not shown\n` : text;
  if (performance.now() - told > SOON) tellPrinted();
}

function tellPrinted() {
  told = performance.now();
  if (collected) postMessage({ kind: "printed", text: collected, number });
  collected = "";
}

function show(kind, content, title) {
  if (kind === "text") return print(`${content}\n`);
  tellPrinted();
  return postMessage({ kind, content, title, number });
}

async function load({ files }) {
  const { fetch } = self;
  self.fetch = async (url) => {
    const file = files[String(url).slice(AT.length)];
    if (!file) throw new Error(`Python has no file ${url}`);
    return new Response(file, { headers: { "content-type": "application/wasm" } });
  };
  const [engine, loaded] = await Promise.all([instance(), loadPyodide({
    indexURL: AT, lockFileContents: new TextDecoder().decode(files["pyodide-lock.json"]), createPyodideModule, env: { HOME: "/home/pyodide" },
  })]);
  self.fetch = fetch;
  python = loaded;
  for (const set of ["setStdout", "setStderr"]) {
    const decoder = new TextDecoder();
    python[set]({ write: (bytes) => { print(decoder.decode(bytes, { stream: true })); return bytes.length; }, isatty: false });
  }
  python.unpackArchive(files["site.zip"], "zip", { extractDir: "/lib/site" });
  python.runPython("import sys; sys.path.insert(0, '/lib/site')");
  session = python.pyimport("session");
  session.lay_out_with((dot, form) => engine.renderString(dot, { format: form }));
  postMessage({ kind: "ready" });
  session.warm_up();
}

function run({ code }) {
  [printed, collected] = [0, ""];
  const began = performance.now();
  const outcome = JSON.parse(session.run(code, show));
  tellPrinted();
  postMessage({ kind: "done", took: performance.now() - began, memory: python._module.HEAPU8.length, number, ...outcome });
}

const ANSWERS = {
  load, run,
  save: ({ form }) => postMessage({ kind: "saved", form, number, content: session.saved(form) }),
};

onmessage = async ({ data }) => {
  number = data.number;
  try {
    await ANSWERS[data.kind](data);
  } catch (error) { // Python itself broke: nothing can be run in this worker any more
    postMessage({ kind: "broken", message: String(error.message ?? error).slice(0, 2000) });
  }
};
