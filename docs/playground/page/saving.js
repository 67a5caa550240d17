// Files that are saved from the page.
export function download(name, content, type) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([content], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

// The code as a notebook of one cell.
export function notebook(code) {
  const cell = (kind, source, more) => ({ cell_type: kind, id: kind, metadata: {}, source, ...more });
  return JSON.stringify({
    cells: [
      cell("markdown", "Needs `pip install \"microgrand[draw]\"`."),
      cell("code", code, { execution_count: null, outputs: [] }),
    ],
    metadata: { kernelspec: { display_name: "Python 3", language: "python", name: "python3" }, language_info: { name: "python" } },
    nbformat: 4, nbformat_minor: 5,
  }, null, 1);
}
