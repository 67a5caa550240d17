"""One run of what stands in the editor: its statements, and its last expression, apart from all other runs."""

import ast
import builtins
import contextlib
import gc
import io
import json
import linecache
import sys
import warnings

from session.showing import display, file_makers
from session.telling import described
from session.text import FILE, before, utf16_column


def run(code, show):
    """Run the code, and hand to `show(kind, content, title)` what it shows: its last expression, or what that assigns.

    Returns as JSON {"problem": {"name", "message", "line", "column", "way"} or None, "forms": how it can be saved}.
    """
    file_makers.clear()
    problem = problem_of(code, show)
    return json.dumps({"problem": problem, "forms": [form for form in ("page", "svg") if form in file_makers]})


def problem_of(code, show):
    """Run the code: what went wrong, as the page shows it; None if nothing did."""
    text = [*io.StringIO(code, newline=None), ""]  # its lines, as Python counts them
    linecache.cache[FILE] = len(code), None, text, FILE  # tracebacks and `record` read it
    ends = []
    try:
        isolated(lambda: execute(code, text, show, ends))
    except BaseException as error:  # KeyboardInterrupt and SystemExit too are told
        return described(error, text, *ends)
    return None


BUILTINS = vars(builtins)
# What code can set for all of Python: how it is read, and how it is set.
SETTINGS = (
    (sys.getrecursionlimit, sys.setrecursionlimit),
    (sys.gettrace, sys.settrace),
    (sys.getprofile, sys.setprofile),
    (gc.isenabled, lambda enabled: gc.enable() if enabled else gc.disable()),
)
HOOKS = ("stdin", "stdout", "stderr", "displayhook", "excepthook", "path")


def isolated(action):
    """Call `action`; whatever it did, streams, built-in functions, import path, warnings and SETTINGS are as before."""
    names, hooks, path = BUILTINS.copy(), {name: getattr(sys, name) for name in HOOKS}, sys.path.copy()
    settings = [(write, read()) for read, write in SETTINGS]
    with warnings.catch_warnings():
        streams = fresh_streams()
        try:
            action()
        finally:
            BUILTINS.update(names)  # before all else: the lines below use them
            for added in BUILTINS.keys() - names.keys():
                del BUILTINS[added]
            for write, value in settings:
                write(value)
            for stream in (*streams, hooks["stdout"], hooks["stderr"]):
                with contextlib.suppress(ValueError):  # the code closed it
                    stream.flush()
            for name, value in hooks.items():
                setattr(sys, name, value)
            sys.path[:] = path


def fresh_streams():
    """Give the run a stdout and a stderr of its own: it may close or change them. Those that others set stay."""
    made = []
    for name, number in (("stdout", 1), ("stderr", 2)):
        if getattr(sys, name) is getattr(sys, f"__{name}__"):
            made.append(open(number, "w", 1, "utf-8", "backslashreplace", closefd=False))  # noqa: SIM115, the run's end
            setattr(sys, name, made[-1])
    return made


def execute(code, text, show, ends):
    """Run the statements, then show the last expression, whose line and column are put into `ends`."""
    space = {"__name__": "__main__", "input": unanswered, "exit": sys.exit, "quit": sys.exit}
    space["display"] = lambda value: display(value, space, show)
    body, final = parsed(code)
    exec(compiled(body, "exec", text), space)
    if final is not None:
        value = eval(compiled(final, "eval", text), space)
        ends.append((final.body.lineno, utf16_column(text, final.body.lineno, final.body.col_offset)))
        display(value, space, show)


def unanswered(prompt=""):
    """`input`, which a page cannot wait for."""
    raise RuntimeError("input() has nobody to ask here: write the number into the code")


def parsed(code):
    """The statements, and the expression that is shown after them: the last one, or the name that the last assigns."""
    tree = ast.parse(code, FILE)
    final = tree.body[-1] if tree.body else None
    if isinstance(final, ast.Expr):
        tree.body.pop()
        return tree, ast.Expression(final.value)
    targets = final.targets if isinstance(final, ast.Assign) else [getattr(final, "target", None)]
    if isinstance(final, (ast.Assign, ast.AnnAssign, ast.AugAssign)) and isinstance(targets[-1], ast.Name):
        return tree, ast.Expression(ast.copy_location(ast.Name(targets[-1].id, ast.Load()), final))
    return tree, None


def compiled(tree, mode, text):
    """The tree as code. Its errors count columns in bytes; here in characters, as those of the parser do."""
    try:
        return compile(tree, FILE, mode)
    except SyntaxError as error:
        if error.lineno and error.offset:
            error.offset = len(before(text, error.lineno, error.offset - 1)) + 1
        raise
