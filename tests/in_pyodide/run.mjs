// Run the suite in Pyodide, which is CPython in WebAssembly, as web pages have it: prints what pytest prints, and ends
// with its exit code. In this folder, once the playground is built, whose packages these are:
//
//     python3 -m pip download --no-deps --only-binary :all: --dest wheels --requirement wheels.txt
//     node run.mjs [what pytest is told in the place of ROOMS]
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const PLAYGROUND = here("../../docs/playground/");
const packages = createRequire(`${PLAYGROUND}package.json`);
const { instance } = packages("@viz-js/viz");
const { loadPyodide } = await import(`${PLAYGROUND}node_modules/pyodide/pyodide.mjs`);

const ROOMS = ["tests/engine", "tests/table", "tests/test_derivatives.py", "tests/in_pyodide"];
const WHEELS = [here("wheels/"), `${PLAYGROUND}wheels/`];
const PROJECT = here("../..");

const viz = await instance();
globalThis.layOut = (dot, form) => viz.renderString(dot, { format: form });
globalThis.told = process.argv.length > 2 ? process.argv.slice(2) : ROOMS;

const variables = ["HYPOTHESIS_PROFILE", "MICROGRAND_SCENARIO_SIZE"].filter((name) => name in process.env);
const python = await loadPyodide({
  env: {
    HOME: "/home/pyodide",
    PYTHONDONTWRITEBYTECODE: "1",
    ...Object.fromEntries(variables.map((name) => [name, process.env[name]])),
  },
});
const site = python.runPython("import sysconfig; sysconfig.get_path('purelib')");
for (const wheel of WHEELS.flatMap((folder) => readdirSync(folder).map((name) => folder + name))) {
  python.unpackArchive(new Uint8Array(readFileSync(wheel)), "wheel", { extractDir: site });
}
python.FS.mkdirTree("/project");
python.mountNodeFS("/project", PROJECT);
try {
  process.exitCode = python.runPython(`
import os, sys
os.chdir("/project")
sys.path.insert(0, "/project")
import js, pytest
from microgrand.drawing.render import lay_out_with
lay_out_with(js.layOut)
options = "addopts=--strict-markers -rs --durations=10 -p lacking -p no:cacheprovider"
folders = "pythonpath=tests tests/drawing tests/engine tests/in_pyodide"
int(pytest.main(["-o", options, "-o", folders, *js.told]))
`);
} catch (error) {
  console.error(String(error.stack)); // not the error itself: node would print a line of 1 MB with it
  process.exitCode = 1;
}
