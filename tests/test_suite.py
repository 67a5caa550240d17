"""Laws of the suite itself: every law here can fail, and says so by its shape.

A test that returns early, swallows what the code under test raises, asserts nothing, or asserts one thing or another
stays green when the code breaks. Where a test meets what it cannot decide, it says `pytest.skip(why)`, or hypothesis'
`assume`, or counts what it decided and asserts the count.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

HERE = Path(__file__).parent
FILES = {path: ast.parse(path.read_text()) for path in sorted(HERE.rglob("*.py"))}
FUNCTIONS = [
    (path, node)
    for path, tree in FILES.items()
    for node in ast.walk(tree)
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
]
TESTS = [(path, node) for path, node in FUNCTIONS if node.name.startswith("test_") and path.name.startswith("test_")]
ASSERTING = {"pytest.raises", "pytest.warns", "pytest.fail"}
LAWS_OF_THE_PACKAGE = {"assert_gradient", "check_law", "check_primitive"}  # they raise
TELLS = ("calls.py", "told")  # tells any error as text; compiled/test_calls.py counts that none is a slip
SLIPS = {"BaseException", "Exception", "AttributeError", "NameError", "TypeError", "KeyError", "IndexError"}


def at(path: Path, node: ast.AST) -> str:
    return f"{path.relative_to(HERE)}:{node.lineno}"


def body(test: ast.FunctionDef) -> Iterator[ast.AST]:
    """The nodes of a function, without those of functions that it defines."""
    waiting = list(test.body)
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, (ast.FunctionDef, ast.Lambda, ast.ClassDef)):
            waiting.extend(ast.iter_child_nodes(node))


def called(node: ast.AST) -> set[str]:
    """The names of what is called anywhere in a node, as they stand there."""
    return {ast.unparse(call.func) for call in ast.walk(node) if isinstance(call, ast.Call)}


def asserts(node: ast.AST) -> bool:
    compares = any(name.startswith("numpy.testing.assert_") for name in called(node))
    return compares or any(isinstance(inner, ast.Assert) for inner in ast.walk(node)) or bool(called(node) & ASSERTING)


def test_no_test_returns_before_its_end():
    """A `return` in a test makes green of what was not looked at."""
    assert [at(path, node) for path, test in TESTS for node in body(test) if isinstance(node, ast.Return)] == []


def test_no_test_catches_what_the_code_under_test_raises():
    """A test holds no `except` and no `suppress`: what may be raised is expected by `pytest.raises`, or told as a
    value by a function that names the error.
    """
    assert [
        at(path, node) for path, test in TESTS for node in ast.walk(test) if isinstance(node, ast.ExceptHandler)
    ] == []
    assert [at(path, test) for path, test in TESTS if called(test) & {"suppress", "contextlib.suppress"}] == []


def test_no_slip_of_a_test_is_taken_for_an_answer():
    """What a helper catches are errors of numbers, never those that a misspelt name or a wrong call raises."""
    wide = [
        at(path, handler)
        for path, function in FUNCTIONS
        for handler in ast.walk(function)
        if isinstance(handler, ast.ExceptHandler)
        and (path.name, function.name) != TELLS
        and (handler.type is None or {name.id for name in ast.walk(handler.type) if isinstance(name, ast.Name)} & SLIPS)
    ]
    assert wide == []


def test_every_test_asserts():
    """A test asserts, itself or in what it calls, or expects an error or a warning."""
    asserting = {function.name for _, function in FUNCTIONS if asserts(function)} | LAWS_OF_THE_PACKAGE
    while True:
        further = {function.name for _, function in FUNCTIONS if called(function) & asserting} - asserting
        if not further:
            break
        asserting |= further
    assert [at(path, test) for path, test in TESTS if test.name not in asserting] == []


def test_no_assertion_leaves_a_choice():
    """`assert a or b` is green by whichever is the weaker: a law says when it is one and when the other."""
    choices = [
        at(path, node)
        for path, tree in FILES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Assert) and isinstance(node.test, ast.BoolOp) and isinstance(node.test.op, ast.Or)
    ]
    assert choices == []


@pytest.mark.parametrize("kind", [ast.Assert, ast.If])
def test_no_condition_is_a_constant(kind):
    """No assertion is about a constant or a tuple, which is always true."""
    constant = (ast.Constant, ast.Tuple, ast.List, ast.Dict, ast.JoinedStr, ast.GeneratorExp)
    assert [at(path, node) for path, tree in FILES.items() for node in ast.walk(tree)
            if isinstance(node, kind) and isinstance(node.test, constant)] == []  # fmt: skip
