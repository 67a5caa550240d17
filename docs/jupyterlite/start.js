// What JupyterLite's kernel takes for Pyodide: it starts Python with all packages, and with a Graphviz to draw with.
//
// The kernel believes that the packages it asks for are there (`packages` in jupyter-lite.json), and installs none.
import createPyodideModule from "../playground/node_modules/pyodide/pyodide.asm.mjs";
import { loadPyodide as load } from "../playground/node_modules/pyodide/pyodide.mjs";
import { instance } from "../playground/node_modules/@viz-js/viz/dist/viz.js";

async function fetched(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${address}: ${answer.status} ${answer.statusText}`);
  return answer.arrayBuffer();
}

export async function loadPyodide(options) {
  const [python, engine, site] = await Promise.all([
    load({ ...options, packages: [], createPyodideModule }), instance(), fetched(`${options.indexURL}site.zip`),
  ]);
  python.unpackArchive(site, "zip", { extractDir: "/lib/site" });
  python.runPython("import sys; sys.path.insert(0, '/lib/site')");
  python.pyimport("microgrand.drawing.render").lay_out_with((dot, form) => engine.renderString(dot, { format: form }));
  return python;
}
