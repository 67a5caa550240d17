"""Mistakes with Values: what is no number, operators, names that other libraries have, calls of functions."""

# ruff: noqa: E501  a case is one entry of a table

import operator

import pytest
from mistyped import at_the_prompt, sentence_about, what_is_wrong_with

from microgrand import COMPILED, DivisionByZeroError, DomainError, GraphError, Value

MISTAKES = {  # what was typed, the kind of the error, and words of its sentence
    # ---- numbers
    'Value("3")': (TypeError, "got '3' of type str: float(…) reads a number from text"),
    "Value([1, 2])": (TypeError, "got [1, 2] of type list: write it for each item, [… for x in xs]"),
    **dict.fromkeys(
        ("Value(10**400)", "a * 10**400", "10**400 - a", "a ** 10**400", "exp(10**400)", "dot([a], [10**400])", "sum([a, 10**400])"),
        (OverflowError, "a number of type int is larger than every float"),
    ),
    "Value(None)": (TypeError, "got None of type NoneType: a function without a return gives None"),
    "Value(1 + 2j)": (TypeError, "got (1+2j) of type complex: the numbers here are real"),
    "Value({'x': 1})": (TypeError, "got {'x': 1} of type dict: write it for each item"),
    "Value(math.sin)": (TypeError, "expected a number or a Value; got <built-in function sin>"),
    "Value(a)": (TypeError, "expected a number; got Value(2.0, name='a'): take its number, v.data"),
    "Value(2.0, 3.0)": (TypeError, "a name is a string; got 3.0 of type float"),
    "Value(2.0, requires_grad=True)": (TypeError, "no argument 'requires_grad' here: every Value gets its derivative"),
    "Value(2.0, label='a')": (TypeError, "no argument 'label' here: it is called name"),
    "Value(2.0, color='red')": (TypeError, "no argument 'color' here"),
    "a.data = 'x'": (TypeError, "expected a number or a Value; got 'x' of type str"),
    "a.data = b": (TypeError, "expected a number; got Value(3.0, name='b'): take its number, v.data"),
    "(a*b).data = 1.0": (GraphError, "the data of a computed node cannot be set (this one is a·b): set a leaf's and call microgrand.refresh(root)"),
    "a.grad = 'x'": (TypeError, "expected a number or a Value; got 'x'"),
    "a.name = 3": (TypeError, "a name is a string; got 3 of type int"),
    # ---- operators
    "a * [1, 2]": (TypeError, "got [1, 2] of type list: write it for each item, [… for x in xs]"),
    "[1, 2] * a": (TypeError, "got [1, 2] of type list: write it for each item"),
    "(1, 2) + a": (TypeError, "got (1, 2) of type tuple: write it for each item"),
    "(a*b) - [1]": (TypeError, "got [1] of type list"),
    "a + '3'": (TypeError, "got '3' of type str: float(…) reads a number from text"),
    "'x = ' + a": (TypeError, "got 'x = ' of type str"),
    "a / None": (TypeError, "got None of type NoneType: a function without a return gives None"),
    "a ** [2]": (TypeError, "got [2] of type list"),
    "a % '3'": (TypeError, "got '3' of type str: float(…) reads a number from text"),
    "a // [1]": (TypeError, "got [1] of type list: write it for each item"),
    "[1] // a": (TypeError, "got [1] of type list: write it for each item"),
    "(a*b) % (1,)": (TypeError, "got (1,) of type tuple: write it for each item"),
    "divmod(a, None)": (TypeError, "got None of type NoneType: a function without a return gives None"),
    "divmod(1j, a)": (TypeError, "got 1j of type complex: the numbers here are real"),
    "a ^ 2": (TypeError, "^ is no power in Python: write v ** 2"),
    "2 ^ a": (TypeError, "write v ** 2"),
    "1j * a": (TypeError, "got 1j of type complex: the numbers here are real"),
    "a < 'x'": (TypeError, "'<' not supported between instances of 'Value' and 'str'"),
    "a / 0": (DivisionByZeroError, "div is defined on (-∞, 0) ∪ (0, ∞) in operand 2; got 0.0"),
    "a ** 0.5 - (a - 3) ** 0.5": (DomainError, "for x < 0 with a whole y; got -1.0 = a - 3 and 0.5"),
    "log(a - 2)": (DomainError, "log is defined on (0, ∞); got 0.0 = a - 2"),
    "sqrt(-a)": (DomainError, "sqrt is defined on [0, ∞); got -2.0 = -a"),
    "clip(a, 3, 1)": (DomainError, "clip is defined for low ≤ high; got 2.0 at node 'a' and 3.0 and 1.0"),
    # ---- what would lose the gradient
    "float(a)": (TypeError, "a float would lose the gradient"),
    "int(a)": (TypeError, "v.data where only the number is wanted"),
    "math.exp(a)": (TypeError, "microgrand.exp(v), not math.exp(v)"),
    "'%.2f' % a": (TypeError, "a float would lose the gradient"),
    "round(a, 2)": (TypeError, "round(v.data), or format the number, f'{v:.3f}'"),
    # ---- names of other libraries
    "a.item()": (AttributeError, "'Value' object has no attribute 'item': its number is v.data, a float"),
    "(a*b).item()": (AttributeError, "'Value' object has no attribute 'item': its number is v.data"),
    "a.numpy()": (AttributeError, "its number is v.data"),
    "a.tolist()": (AttributeError, "its number is v.data"),
    "a.detach()": (AttributeError, "Value(v.data) begins a new graph"),
    "a.clone()": (AttributeError, "Value(v.data) begins a new graph"),
    "a.requires_grad": (AttributeError, "every Value gets its derivative"),
    "a.requires_grad = True": (AttributeError, "every Value gets its derivative"),
    "a.requires_grad_()": (AttributeError, "after y.backward() it is v.grad"),
    "a.retain_grad()": (AttributeError, "every Value gets its derivative"),
    "a.zero_grad()": (AttributeError, "every backward() sets every grad anew"),
    "a.dtype": (AttributeError, "a Value is one number, a float, and has no shape"),
    "a.T": (AttributeError, "a vector is a list of Values"),
    "a.sum()": (AttributeError, "of several Values it is a function: microgrand.sum([v, w])"),
    "a.mean()": (AttributeError, "microgrand.mean([v, w])"),
    "a.abs()": (AttributeError, "it is a function: microgrand.abs"),
    "a.label = 'a'": (AttributeError, "it is called name: Value(2.0, name='a'), v.name"),
    "a.grad_fn": (AttributeError, "v.primitive is the function that computed it"),
    "a.draw()": (AttributeError, "it is a function: microgrand.draw(v)"),
    "a.backward(True)": (TypeError, "backward takes δ of the root, a number; got True: flags are named, accumulate=True"),
    "a.backward(b)": (TypeError, "expected a number; got Value(3.0, name='b'): take its number, v.data"),
    "a.backward('1')": (TypeError, "got '1' of type str"),
    "a.backward(accumulate=1.0)": (TypeError, "accumulate is True or False; got 1.0"),
    "a.backward(gradient=2.0)": (TypeError, "there is no argument 'gradient' here: it is called seed"),
    "mg.gradients(a*b, 3.0)": (TypeError, "gradients are in Values; got 3.0 of type float"),
    "mg.gradients(3.0, a)": (TypeError, "gradients are of a Value; got 3.0 of type float"),
    "mg.gradients(a*a, b)": (GraphError, "nothing that was differentiated depends on b"),
    "mg.Interval(0, 1, 5)": (TypeError, "open_low is True or False; got 5"),
    "a.backward(retain_graph=True)": (TypeError, "the graph stays, and backward() can be called again"),
    "a.backward(create_graph=True)": (TypeError, "microgrand.gradients(y, x) gives derivatives as nodes"),
    "mg.tensor(2.0)": (AttributeError, "module 'microgrand' has no attribute 'tensor': a number of the graph is Value(2.0)"),
    "from microgrand import tensor": (ImportError, "cannot import name 'tensor' from 'microgrand': a number of the graph is Value(2.0)"),
    "from microgrand import Value, arccos": (ImportError, "cannot import name 'arccos' from 'microgrand': it is called acos"),
    "a.shape": (AttributeError, "a Value is one number, a float, and has no shape: a vector is a list of Values"),
    "mg.Variable(2.0)": (AttributeError, "a vector is a list of Values"),
    "mg.no_grad()": (AttributeError, "only Values are recorded: for a number without the graph take v.data"),
    "mg.stop_gradient(a)": (AttributeError, "take v.data"),
    "mg.arccos(0.5)": (AttributeError, "it is called acos"),
    "mg.max(a, b)": (AttributeError, "it is called maximum"),
    "mg.ln(a)": (AttributeError, "it is called log"),
    "mg.matmul([[a]], [b])": (AttributeError, "a matrix times a vector is [dot(row, x) for row in A]"),
    "mg.backward(a)": (AttributeError, "it is a method of what is differentiated: y.backward()"),
    "mg.jacrev(sin)": (AttributeError, "it is called jacobian"),
    "mg.jit(sin)": (AttributeError, "microgrand.record(f, 2.0) makes a program"),
    "mg.optim.SGD(0.1)": (AttributeError, "the rules are Adam, Momentum and GradientDescent, of microgrand.training"),
    "mg.train": (AttributeError, "from microgrand.training import train"),
    "mg.Neuron(2)": (AttributeError, "from microgrand.nn import Neuron"),
    "mg.Dense(2, 3)": (AttributeError, "it is called Linear"),
    "mg.Conv2d(1, 2, 3)": (AttributeError, "a layer of your own is a class with forward(self, z)"),
    "mg.cross_entropy(a, 1)": (AttributeError, "it is two layers: LogSoftmax(), NegativeLogLikelihood()"),
    "mg.gradcheck(sin, 1.0)": (AttributeError, "from microgrand.testing import check_gradient"),
    # ---- calls of functions
    "sin()": (TypeError, "write sin(x): sin takes 1 argument; got 0"),
    "log(a, 10)": (TypeError, "write log(x): log takes 1 argument; got 2"),
    "mg.pow(a)": (TypeError, "write pow(x, y): pow takes 2 arguments; got 1"),
    "where(a, b)": (TypeError, "write where(c, x, y): where takes 3 arguments; got 2"),
    "sin('x')": (TypeError, "got 'x' of type str"),
    "sin([a, b])": (TypeError, "of type list: write it for each item"),
    "mg.sum(['a', 'b'])": (TypeError, "got 'a' of type str"),
    "mg.mean([])": (ValueError, "mean takes one operand or more; got none"),
    "maximum()": (ValueError, "maximum takes one operand or more; got none"),
    "dot([a, b])": (TypeError, "write dot(ws, xs): dot takes 2 arguments; got 1"),
    "dot([a, b], [1])": (ValueError, "dot takes two lists of one length; got 2 and 1"),
    "dot(a, b)": (TypeError, "dot takes two lists of one length; got Value(2.0, name='a')"),
    "softmax([a, b])": (TypeError, "write softmax(xs, k): softmax takes 2 arguments; got 1"),
    "softmax([a, b], 2)": (ValueError, "is a whole number, 0 ≤ k < 2; got 2"),
}  # fmt: skip


@pytest.mark.parametrize("typed", MISTAKES)
def test_a_mistake_with_values_gets_the_sentence_that_helps(typed):
    """Its error is of the kind that Python has for it, and says in one or two lines what was given, and what to do."""
    kind, words = MISTAKES[typed]
    sentence = sentence_about(typed, kind)
    assert words in sentence
    assert what_is_wrong_with(sentence) == []


@pytest.mark.parametrize("name", ["data", "grad", "name"])
def test_what_every_value_has_cannot_be_deleted(name):
    """`del v.grad` is an AttributeError; compiled code would crash if it were not looked at."""
    names = at_the_prompt()
    with pytest.raises(AttributeError, match=f"property '{name}' of .* object has no deleter"):
        exec(f"del a.{name}", names)
    assert repr(names["a"]) == "Value(2.0, name='a')"


def test_names_of_other_libraries_are_listed_nowhere():
    """`hasattr` and `dir` do not find them, and copies, pickles and arrays of Values do not ask for them."""
    value = at_the_prompt()["a"]
    names = {typed.split(".")[1].split("(")[0].split(" ")[0] for typed in MISTAKES if typed.startswith("a.")}
    foreign = names - {"data", "grad", "name", "backward"}
    assert len(foreign) > 12
    assert [name for name in foreign if hasattr(value, name)] == []
    assert foreign & set(dir(value)) == set()


@pytest.mark.skipif(COMPILED, reason="compiled, a Value has no subclasses in Python")
def test_a_class_of_ones_own_is_called_by_its_name():
    """In the error about a name that it does not have, asked for or set, as Python's own errors do."""
    mine = type("Weight", (Value,), {})(2.0)
    with pytest.raises(AttributeError, match=r"^'Weight' object has no attribute 'item': its number is"):
        mine.item()
    with pytest.raises(AttributeError, match=r"^'Weight' object has no attribute 'label': it is called name"):
        mine.label = "w"


def test_a_value_is_printed_into_a_text():
    """`%` on a string is formatting, also with a Value on its right."""
    a = at_the_prompt()["a"]
    assert operator.mod("%s is it", a) == f"{a!r} is it"
