// The editor: Python with colours, microgrand's names completed, and the line of an error marked.
import { autocompletion } from "@codemirror/autocomplete";
import { indentWithTab } from "@codemirror/commands";
import { python } from "@codemirror/lang-python";
import { HighlightStyle, indentUnit, syntaxHighlighting, syntaxTree } from "@codemirror/language";
import { setDiagnostics } from "@codemirror/lint";
import { Prec, Transaction } from "@codemirror/state";
import { EditorView, keymap } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { basicSetup } from "codemirror";

const COLOURS = HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword, tags.controlKeyword, tags.definitionKeyword, tags.moduleKeyword], color: "var(--keyword)" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--string)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--number)" },
  { tag: tags.comment, color: "var(--comment)", fontStyle: "italic" },
  { tag: [tags.function(tags.variableName), tags.function(tags.definition(tags.variableName))], color: "var(--function)" },
]);

const isByReader = (transaction) => ["input", "delete", "undo", "redo", "move"].some((event) => transaction.isUserEvent(event));

// names: what microgrand offers, as [name, kind, what it is]; changed: called at each change; run: at Ctrl-Enter
export function makeEditor(parent, names, { changed, run }) {
  const options = names.map(([label, type, info]) => ({ label, type, info }));
  const view = new EditorView({
    parent,
    extensions: [
      Prec.highest(keymap.of([{ key: "Mod-Enter", run: () => { run(); return true; } }])),
      basicSetup, keymap.of([indentWithTab]), EditorView.lineWrapping, indentUnit.of("    "), python(), syntaxHighlighting(COLOURS),
      autocompletion({ override: [(context) => completions(context, options)] }),
      EditorView.updateListener.of((update) => { if (update.docChanged) changed(update.transactions.some(isByReader)); }),
      EditorView.contentAttributes.of({ "aria-label": "Python code" }),
    ],
  });
  return {
    get code() { return view.state.doc.toString(); },
    set code(text) { view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text }, selection: { anchor: 0 }, annotations: Transaction.addToHistory.of(false) }); },
    mark: (problem) => view.dispatch(setDiagnostics(view.state, problem?.line ? [diagnostic(view.state.doc, problem)] : [])),
    lead: (line) => {
      const { from } = view.state.doc.line(Math.max(1, Math.min(line, view.state.doc.lines)));
      view.dispatch({ selection: { anchor: from }, scrollIntoView: true });
      view.focus();
    },
  };
}

function diagnostic(document, { line, column, name, message }) {
  const { from, to } = document.line(Math.max(1, Math.min(line, document.lines)));
  const start = Math.min(from + Math.max((column ?? 1) - 1, 0), to);
  return { from: start, to: Math.max(to, start), severity: "error", message: `${name}: ${message}` };
}

// Names of the code and of microgrand; after "mg." only microgrand's; nothing inside of text and remarks.
function completions(context, options) {
  const word = context.matchBefore(/[\w.]+/);
  if (!word || (word.from === word.to && !context.explicit)) return null;
  if (/String|Comment/.test(syntaxTree(context.state).resolveInner(context.pos, -1).name)) return null;
  const dot = word.text.lastIndexOf(".");
  const before = dot < 0 ? "" : word.text.slice(0, dot);
  if (before && before !== "mg" && before !== "microgrand") return null;
  const from = word.from + dot + 1;
  const own = before ? [] : ownNames(context, from).filter((label) => !options.some((each) => each.label === label));
  return { from, options: [...options, ...own.map((label) => ({ label, type: "variable", boost: 1 }))], validFor: /^\w*$/ };
}

function ownNames(context, from) {
  const code = context.state.doc.toString();
  const found = new Set();
  for (const match of code.matchAll(/\b[A-Za-z_]\w*\b/g)) if (match.index !== from) found.add(match[0]);
  return [...found].filter((name) => name.length > 1);
}
