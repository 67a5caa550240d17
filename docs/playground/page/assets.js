// The files of Python, loaded once in the background, with how much is there.
const FILES = ["worker.js", "pyodide.asm.wasm", "python_stdlib.zip", "site.zip", "pyodide-lock.json"];

// All files by name, as buffers; `progress` is told which part is there, from 0 to 1.
export async function loadFiles(sizes, progress) {
  const all = FILES.reduce((sum, name) => sum + sizes[name], 0);
  let loaded = 0;
  const load = async (name) => {
    const response = await fetch(name);
    if (!response.ok) throw new Error(`${name}: ${response.status}`);
    const chunks = [];
    for (const reader = response.body.getReader(); ;) {
      const { done, value } = await reader.read();
      if (done) break;
      chunks.push(value);
      loaded += value.length;
      progress(Math.min(loaded / all, 1));
    }
    return [name, await new Blob(chunks).arrayBuffer()];
  };
  return Object.fromEntries(await Promise.all(FILES.map(load)));
}
