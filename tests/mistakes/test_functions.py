"""Mistakes with derivatives, graphs, pictures, walks, programs and the tools that test derivatives."""

# ruff: noqa: E501  a case is one entry of a table

import numpy
import pytest
from mistyped import at_the_prompt, sentence_about, what_is_wrong_with

from microgrand import DomainError, GraphError, GuardError

MISTAKES = {  # what was typed, the kind of the error, and words of its sentence
    # ---- derivatives
    "grad(3)": (TypeError, "derivatives are of functions: grad(f)(3.0); got 3"),
    "grad(a*b)": (TypeError, "derivatives are of functions: grad(f)(3.0); got Value(6.0) in the place of f"),
    "jacobian(a)": (TypeError, "derivatives are of functions"),
    "vjp(3.0, 1.0)": (TypeError, "derivatives are of functions; got 3.0"),
    "grad(lambda x: x*x)('2')": (TypeError, "got '2' of type str: float(…) reads a number from text"),
    "grad(lambda x: x*x)(None)": (TypeError, "got None of type NoneType"),
    "grad(lambda x: x*x)()": (IndexError, "the function was called with none: grad(f)(3.0)"),
    "grad(lambda x: x*x, 1)(2.0)": (IndexError, "argnums names argument 1, counted from 0, but the function was called with 1 argument"),
    "grad(lambda x: x*x, 'x')(2.0)": (TypeError, "argnums is the place of an argument, or several, counted from 0; got 'x'"),
    "grad(lambda x, y: x*y, (0, 0))(2.0, 3.0)": (ValueError, "argnums names an argument twice: (0, 0)"),
    "grad(lambda x: [x, x])(2.0)": (TypeError, "returns one number; this one returned [Value(2.0), Value(2.0)] of type list: jacobian(f) has a slope for each"),
    "grad(lambda x: print())(2.0)": (TypeError, "returns one number; this one returned None"),
    "grad(lambda x: math.sin(x))(2.0)": (TypeError, "microgrand.exp(v), not math.exp(v)"),
    "grad(lambda x: log(x))(-1.0)": (DomainError, "log is defined on (0, ∞); got -1.0"),
    "grad(lambda x: x*x)(numpy.array([1.0, 2.0]))": (TypeError, "returned an array of shape (2,) of type ValueArray: jacobian(f) has a slope for each of several numbers, and sum makes them one"),
    "jvp(lambda x: x*x, 2.0, 1.0)": (TypeError, "jvp takes its primals as a tuple, one item per argument of f; got 2.0"),
    "hvp(lambda x: x[0]*x[1], [2.0, 1.0], [1.0])": (ValueError, "come in the shape [2.0, 1.0]; got [1.0]"),
    # ---- graphs
    "formula(None)": (TypeError, "formula is of one Value; got None of type NoneType"),
    "formula([a, b])": (TypeError, "formula is of one Value; got [Value"),
    "formula(a*b, 'tex')": (ValueError, "style is one of text, latex, python; got 'tex'"),
    "leaves(3)": (TypeError, "expected a Value, or several; got 3"),
    "sweep('a*b')": (TypeError, "expected a Value, or several; got 'a*b'"),
    "sweep(a*b, [1, 2])": (ValueError, "sweep takes one seed, or one for each root; got 2 for 1 roots"),
    "sweep(a*b)[Value(1.0, name='c')]": (GraphError, "nothing that was differentiated depends on c (data 1.0): differentiate a root that was computed from it, or take adjoints.get(node)"),
    "(y := a*b, setattr(a, 'data', 5.0), y.backward())": (GraphError, "the graph is stale: a was set to 5.0 after a·b (data 6.0) was computed; call microgrand.refresh(root) first"),
    "(y := a*b, setattr(b, 'data', 4.0), sweep(y))": (GraphError, "the graph is stale: b was set to 4.0"),
    "(y := a*b, setattr(b, 'data', 4.0), steps(y))": (GraphError, "microgrand.refresh(root)"),
    "(y := a*b, setattr(b, 'data', 4.0), derivation(y, b))": (GraphError, "microgrand.refresh(root)"),
    "kinks(3.0)": (TypeError, "expected a Value, or several; got 3.0"),
    "sweep(a*b)['a']": (TypeError, "adjoints[v] takes the Value v itself; got 'a' of type str"),
    # ---- pictures
    "draw(3)": (TypeError, "draw takes a Value, a trace or a program; got 3 of type int: a number has no graph"),
    "draw('x*x')": (TypeError, "an expression as text is drawn by the command microgrand draw 'x*x'"),
    "draw(sin)": (TypeError, "record(f, 2.0) makes a program of a function"),
    "draw([])": (ValueError, "draw takes one root or more; got none"),
    "draw(a*b, style='round')": (ValueError, "style is one of 'boxes', 'gates'; got 'round'"),
    "draw(a*b, show='values')": (ValueError, "show takes some of 'value', 'delta', 'partial'"),
    "draw(a*b, direction='left')": (ValueError, "direction is one of 'auto', 'LR', 'TB', 'RL', 'BT'; got 'left'"),
    "draw(a*b, digits=0)": (ValueError, "digits is a whole number from 1 up; got 0"),
    "draw(a*b, width='wide')": (TypeError, "width is a number above 0; got 'wide'"),
    "draw(a*b, colors='red')": (ValueError, "colors is one of 'auto', 'light', 'dark', 'grey'; got 'red'"),
    "draw(a*b, expand='dot')": (ValueError, "expand names 'dot', but nothing in this graph has steps"),
    "draw(a*b, to='a')": (TypeError, "to names Values of the graph; got 'a'"),
    "draw(a*b, to=Value(1.0))": (GraphError, "the root does not depend on Value(1.0)"),
    "draw(a*b).save('x.jpg')": (ValueError, "a drawing is saved as .dot, .svg, .png or .pdf; got 'x.jpg'"),
    "draw(a*b).save(3)": (TypeError, "a file is named by a string or a Path; got 3 of type int"),
    "draw(a*b).save('no such folder/x.dot')": (FileNotFoundError, "there is no such folder: 'no such folder'"),
    # ---- walks
    "steps(3)": (TypeError, "steps takes a Value, a trace or a program; got 3"),
    "steps(a*b, 'nodes')": (ValueError, "granularity is one of 'node', 'edge', 'layer'; got 'nodes'"),
    "derivation(a*b, 3)": (TypeError, "expected a Value, or several; got 3"),
    "derivation(a*b, Value(1.0))": (GraphError, "the root does not depend on Value(1.0)"),
    "walkthrough(network)": (TypeError, "network.trace(x, y) gives a trace"),
    "walkthrough(a*b, iterations=3)": (ValueError, "iterations=3 repeat a descent: theta="),
    "walkthrough(a*b).save('x.pdf')": (ValueError, "a walkthrough is saved as .html; got 'x.pdf'"),
    "exercise(level=9)": (ValueError, "level is a whole number from 1 to 5; got 9"),
    "exercises(count=0)": (ValueError, "count is a whole number from 1 up; got 0"),
    # ---- programs
    "record(lambda x: x*x, 'x')": (TypeError, "got 'x' of type str"),
    "record(lambda x: print(), 2.0)": (TypeError, "record takes a function of numbers that returns numbers; <lambda> returned None"),
    "record(lambda x: float(x), 2.0)": (TypeError, "a float would lose the gradient"),
    "record(lambda x: x if x > 1 else -x, 2.0)(0.0)": (GuardError, "was recorded where x > 1 is True; here it is False"),
    "program(1.0)": (TypeError, "takes 2 argument(s), x, y; got 1"),
    "program('x', 2.0)": (TypeError, "x is a number, or an array of numbers; got 'x'"),
    "program([1.0, 2.0], 1.0)": (ValueError, "x was recorded as a number; got a list of 2"),
    "program.source('fortran')": (ValueError, "programs are printed in 'python', 'c', 'javascript'; got 'fortran'"),
    "program.grad(1.0, 2.0)": (AttributeError, "program.value_and_grad(2.0, 3.0) gives the value and the gradient"),
    "program.to_c()": (AttributeError, "program.source('c') prints it as C"),
    # ---- tests of derivatives, rows of one's own
    "check_gradient(math.sin, at=1.0)": (TypeError, "say which gradient is to be checked, or write f with microgrand's functions"),
    "check_gradient(sin, at=None)": (TypeError, "at holds numbers; got None"),
    "check_gradient(sin, at=1.0, order=3)": (ValueError, "order is 1 or 2"),
    "check_gradient(sin, at=1.0, domain=3)": (TypeError, "a domain is a Domain, an Interval, a pair (low, high) or the name of one"),
    "assert_gradient(a*b)": (TypeError, "f is a function; got Value(6.0)"),
    "assert_gradient(sin, max_examples=0)": (ValueError, "max_examples is a whole number above 0; got 0"),
    "estimate(math.log, at=-1.0)": (ValueError, "there is nothing to estimate at -1.0"),
    "check_primitive('sin')": (TypeError, "check_primitive takes a row, such as microgrand.tanh; got 'sin'"),
    "expressions('x')": (TypeError, "inputs is a whole number; got 'x' of type str"),
    "Primitive('cube', 3, 4)": (TypeError, "value of the primitive 'cube' is a function; got 3"),
    "Primitive('sin', math.sin, math.cos)": (ValueError, "'sin' is a row of microgrand's own table"),
    "Primitive('my row', math.sin, math.cos)": (ValueError, "a primitive's name is a Python identifier, and no keyword; got 'my row'"),
    "Primitive('lambda', math.sin, math.cos)": (ValueError, "a primitive's name is a Python identifier, and no keyword; got 'lambda'"),
    **{f"Primitive('own', math.sin, math.cos, {part}='x')": (TypeError, f"{part} of the primitive 'own' is a function; got 'x'")
       for part in ("joint", "pole", "kink", "value_scale", "partial_scale")},
    "Primitive('own', math.sin, math.cos, along=3)": (TypeError, "along.value of the primitive 'own' is a function; got 3"),
    "Primitive('own', math.sin, math.cos, domain=())": (ValueError, "own declares no domain: leave the argument out"),
    "Primitive('own', lambda x: x, lambda z, x: 1.0, joint=lambda x: x > 0.0)(-1.0)": (ValueError, "own is not defined there; got -1.0"),
    "Signature(lists='xs')": (TypeError, "lists and indices of a signature are tuples of names; got 'xs', ()"),
    "Signature('x', least=-1)": (ValueError, "least of a signature is a whole number, 0 or more; got -1"),
    "Signature('x', 's', default=2.0, indices=('n',))": (ValueError, "a default is the last operand's, of a signature without lists and indices"),
    "Primitive('nothing', lambda x: None, lambda z, x: 1.0)(a)": (TypeError, "got None of type NoneType: a function without a return gives None"),
    "Primitive('flat', lambda x: x, lambda z, x: None)(a)": (TypeError, "got None of type NoneType: a function without a return gives None"),
}  # fmt: skip


@pytest.mark.parametrize("typed", MISTAKES)
def test_a_mistake_with_functions_gets_the_sentence_that_helps(typed):
    """Its error is of the kind that Python has for it, and says in one or two lines what was given, and what to do."""
    kind, words = MISTAKES[typed]
    sentence = sentence_about(typed, kind, numpy=numpy)
    assert words in sentence
    assert what_is_wrong_with(sentence) == []


@pytest.mark.parametrize(
    "typed", ["grad(lambda x: x*x)([1.0, 2.0])", "grad(lambda x, y: x*y)(numpy.array([1.0, 2.0]))"]
)
def test_a_function_of_a_number_that_was_given_a_list_is_told(typed):
    """The error is raised inside the function, where microgrand does not see it: a note says what it was called with."""
    with pytest.raises(TypeError) as caught:
        exec(typed, at_the_prompt() | {"numpy": numpy})
    assert caught.value.__notes__ == [
        "f was called with the lists or arrays that were given: of a function of a number take grad(f)(x)"
    ]


def test_a_function_of_a_number_that_was_given_a_number_is_not():
    """A number of NumPy's is a number."""
    with pytest.raises(TypeError) as caught:
        exec("grad(lambda x, y: x*y)(numpy.float64(1.0))", at_the_prompt() | {"numpy": numpy})
    assert not hasattr(caught.value, "__notes__")
