"""Calls as people write them in autograd, JAX, PyTorch and minitorch, typed at microgrand: they work, or say what does."""

# ruff: noqa: E501  a call is one entry of a table

import numpy as np
import pytest
from mistyped import at_the_prompt, sentence_about, what_is_wrong_with

from microgrand import DomainError, Value

WORKS = {  # of each library: what is typed, and what it gives; of several lines, what the last one calls `found`
    "autograd": {
        "mg.grad(np.tanh)(0.0)": 1.0,
        "mg.grad(lambda x: np.sum(np.sin(x)))(np.zeros(2))": [1.0, 1.0],
        "mg.grad(lambda x, y: x * y, 1)(2.0, 3.0)": 2.0,
        "mg.grad(lambda x, y: x * y, [0, 1])(2.0, 3.0)": [3.0, 2.0],
        "mg.grad(lambda x, y=1.0: x * y)(2.0, y=5.0)": 5.0,
        "mg.grad(mg.grad(lambda x: x**3))(2.0)": 12.0,
        "mg.grad(lambda p: p['w'] * p['b'][0])({'w': 2.0, 'b': [3.0]})": {"w": 3.0, "b": [2.0]},
        "mg.value_and_grad(lambda x: np.dot(x, x))(np.array([1.0, 2.0]))": [5.0, [2.0, 4.0]],
        "mg.jacobian(lambda x: np.array([x[0] * x[1], x[0]]))(np.array([2.0, 3.0]))": [[3.0, 2.0], [1.0, 0.0]],
        "mg.hessian(lambda x: np.dot(x, x))(np.array([1.0, 2.0]))": [[2.0, 0.0], [0.0, 2.0]],
        "np.where(a > 0, a, b)": 2.0,
        "np.dot([a, b], [1.0, 2.0])": 8.0,
        "np.mean(np.array([a, b]))": 2.5,
        "np.linalg.norm(np.array([a * 1.5, 4.0]))": 5.0,
    },
    "JAX": {
        "mg.grad(lambda x: x**3)(2)": 12.0,
        "mg.grad(lambda x: x**3, argnums=0)(2.0)": 12.0,
        "mg.grad(lambda x, y: x * y, argnums=(0, 1))(2.0, 3.0)": [3.0, 2.0],
        "mg.grad(lambda x, y: x * y, argnums=-1)(2.0, 3.0)": 2.0,
        "mg.grad(lambda x: (x * x, x), has_aux=True)(3.0)": [6.0, 3.0],
        "mg.value_and_grad(lambda x: (x * x, 'seen'), has_aux=True)(3.0)": [[9.0, "seen"], 6.0],
        "mg.jacobian(lambda x: x * x)(np.array([1.0, 2.0]))": [[2.0, 0.0], [0.0, 4.0]],
        "mg.hessian(lambda x: x[0] * x[1])([1.0, 2.0])": [[0.0, 1.0], [1.0, 0.0]],
        "mg.jvp(lambda x: x * x, (3.0,), (1.0,))": [9.0, 6.0],
        "mg.vjp(lambda x, y: x * y, 3.0, 4.0)[1](1.0)": [4.0, 3.0],
        "mg.where(a > 0, a, b)": 2.0,
        "mg.grad(lambda x: mg.logsumexp(x))([0.0, 0.0])": [0.5, 0.5],
        "mg.grad(lambda x: mg.softplus(x) + mg.silu(x))(0.0)": 1.0,
    },
    "PyTorch": {
        "(a * b).backward(); found = a.grad": 3.0,
        "(a * b).backward(2.0); found = a.grad": 6.0,
        "y = a * b; y.backward(); y.backward(); found = a.grad": 3.0,
        "x = Value(3.0); (x**2).backward(); x.data -= 0.5 * x.grad; found = x": 0.0,
        "a.is_leaf": True,
        "(a * b).is_leaf": False,
        "[a.exp().log(), a.relu(), (a - 2).sigmoid(), (a - 2).tanh()]": [2.0, 2.0, 0.5, 0.0],
        "mg.sum([a, b]) + mg.mean([a, b])": 7.5,
        "mg.gradients(a * b, [a, b])": [3.0, 2.0],
        "mg.gradients(mg.gradients(a**3, a), a)": 12.0,
        "len(list(linear.parameters()))": 6,
        "network.zero_grad()": None,
        "mg.nn.Sequential(mg.nn.Linear(2, 1), mg.nn.ReLU())([0.0, 0.0])": [0.0],
        "a.data, f'{a.data:.1f}'": [2.0, "2.0"],
    },
    "minitorch": {
        "Value(2.0, name='x') * 3 + 1": 7.0,
        "2.0 / a + (1.0 - b) / 2": 0.0,
        "(a + 1).log() * 0 + (-a).relu()": 0.0,
        "(a * b).backward(5); found = [a.grad, b.grad]": [15.0, 10.0],
        "(a * a + a).backward(); found = a.grad": 5.0,
        "[a < b, a > b, a == 2.0]": [True, False, True],
        "[len((a * b).parents), a.parents]": [2, []],
        "[d for d in (a * b).partials]": [3.0, 2.0],
        "[mg.mul(2.0, 3.0), mg.identity(2.0), mg.neg(2.0), mg.less(1.0, 2.0), mg.relu(-1.0)]": [6.0, 2.0, -2.0, 1.0, 0.0],
        "len(mg.topological_order(a * b))": 3,
        "mg.testing.estimate(lambda x: x * x, at=3.0).value": 6.0,
    },
}  # fmt: skip
ANSWERED = {  # of each library: what is typed, the kind of the error, and the words that say what to write
    "autograd": {
        "mg.grad(lambda x, y: x * y, argnum=1)(2.0, 3.0)": (TypeError, "it is called argnums"),
        "mg.elementwise_grad(np.tanh)(np.zeros(2))": (AttributeError, "microgrand.grad(lambda x: np.sum(f(x)))(xs)"),
        "from microgrand import elementwise_grad as egrad": (ImportError, "microgrand.grad(lambda x: np.sum(f(x)))(xs)"),
        "mg.deriv(np.sin)(1.0)": (AttributeError, "microgrand.grad(f)(3.0)"),
        "mg.grad_named(np.hypot, 'x')": (AttributeError, "the argument is named by its place: microgrand.grad(f, argnums=0)"),
        "mg.grad_and_aux(np.sin)": (AttributeError, "microgrand.grad(f, has_aux=True)"),
        "mg.multigrad_dict(np.sin)": (AttributeError, "microgrand.grad(f, argnums=(0, 1))"),
        "mg.make_hvp(np.sum)": (AttributeError, "microgrand.hvp(f, x, v)"),
        "mg.hessian_vector_product(np.sum)": (AttributeError, "microgrand.hvp(f, x, v)"),
        "mg.tensor_jacobian_product(np.sin)": (AttributeError, "value, pull = microgrand.vjp(f, 3.0)"),
        "mg.make_jvp(np.sin)(1.0)": (AttributeError, "microgrand.jvp(f, (3.0,), (1.0,))"),
        "mg.make_ggnvp(np.sin)": (AttributeError, "vjp(f, x)[1](hvp(g, *jvp(f, (x,), (v,))))"),
        "mg.checkpoint(np.sin)": (AttributeError, "call the function itself"),
        "mg.extend.primitive": (AttributeError, "Primitive(name, value, partials)"),
        "mg.defvjp(np.sin, lambda ans, x: lambda g: g)": (AttributeError, "Primitive(name, value, partials)"),
        "mg.test_util.check_grads": (AttributeError, "from microgrand.testing import check_gradient"),
        "mg.numpy.sin(1.0)": (AttributeError, "NumPy's own functions take Values: np.exp(v)"),
        "mg.misc.optimizers.adam": (AttributeError, "Adam, Momentum and GradientDescent, of microgrand.training"),
        "mg.flatten([1.0])": (AttributeError, "nested lists, tuples and dicts are taken as they are"),
        "math.sin(a)": (TypeError, "microgrand.exp(v), not math.exp(v)"),
        "np.log(-a)": (DomainError, "log is defined on (0, ∞); got -2.0 = -a"),
        "mg.grad(lambda x: x)(np.zeros(2))": (TypeError, "jacobian(f) has a slope for each of several numbers"),
    },
    "JAX": {
        "mg.grad(lambda x: x, holomorphic=True)(3.0)": (TypeError, "the numbers here are real"),
        "mg.grad(lambda x: x, allow_int=True)(3)": (TypeError, "whole numbers are taken as floats"),
        "mg.jacfwd(np.sin)": (AttributeError, "microgrand.jacobian(f)([1.0, 2.0])"),
        "mg.jvp(sin, 1.0, 1.0)": (TypeError, "jvp takes its primals as a tuple"),
        "mg.linearize(sin, 1.0)": (AttributeError, "microgrand.jvp(f, (3.0,), (1.0,))"),
        "mg.jit(sin)(1.0)": (AttributeError, "microgrand.record(f, 2.0) makes a program"),
        "mg.vmap(sin)([1.0, 2.0])": (AttributeError, "microgrand.record(f, 2.0) makes a program"),
        "mg.make_jaxpr(sin)(1.0)": (AttributeError, "a program, which can be printed"),
        "mg.remat(sin)": (AttributeError, "call the function itself"),
        "@mg.custom_vjp\ndef f(x): return x": (AttributeError, "Primitive(name, value, partials)"),
        "mg.lax.cond(a > 0, sin, cos, a)": (AttributeError, "where(greater(x, 0.0), y, z)"),
        "mg.stop_gradient(a)": (AttributeError, "for a number without the graph take v.data"),
        "mg.fori_loop(0, 3, lambda i, x: x, 0.0)": (AttributeError, "a loop is Python's own"),
        "import microgrand as jax; jax.numpy.sin": (AttributeError, "np.exp(v)"),
        "from microgrand import jnp": (ImportError, "np.exp(v)"),
        "mg.nn.relu(a)": (AttributeError, "microgrand.relu(v)"),
        "mg.random.PRNGKey(0)": (AttributeError, "Python's random and NumPy make numbers"),
        "mg.tree_util.tree_map(sin, [1.0])": (AttributeError, "nested lists, tuples and dicts are taken as they are"),
        "mg.config.update('jax_enable_x64', True)": (AttributeError, "all numbers are Python's floats"),
        "a.at[0].set(1.0)": (AttributeError, "a vector is a list of Values"),
        "a.astype(float)": (AttributeError, "all numbers are Python's floats"),
        "a.shape": (AttributeError, "a vector is a list of Values"),
    },
    "PyTorch": {
        "mg.tensor([1.0, 2.0], requires_grad=True)": (AttributeError, "a vector is a list of Values"),
        "Value(2.0, requires_grad=True)": (TypeError, "every Value gets its derivative, v.grad"),
        "Value([1.0, 2.0])": (TypeError, "write it for each item"),
        "(a * b).backward(retain_graph=True)": (TypeError, "the graph stays, and backward() can be called again"),
        "(a * b).backward(create_graph=True)": (TypeError, "microgrand.gradients(y, x)"),
        "(a * b).backward(gradient=2.0)": (TypeError, "it is called seed"),
        "mg.grad(a * b, a)": (TypeError, "of a graph it is microgrand.gradients(y, x)"),
        "mg.gradients(a * b, a, create_graph=True)": (TypeError, "microgrand.gradients(y, x) gives derivatives as nodes"),
        "mg.gradients(a * b, a, grad_outputs=2.0)": (TypeError, "microgrand.gradients(seed * y, x)"),
        "mg.autograd.grad(a * b, a)": (AttributeError, "grad, jacobian, hessian, jvp, vjp and hvp"),
        "mg.Function": (AttributeError, "Primitive(name, value, partials)"),
        "mg.gradcheck(sin, 1.0)": (AttributeError, "from microgrand.testing import check_gradient"),
        "mg.no_grad()": (AttributeError, "for a number without the graph take v.data"),
        "mg.set_grad_enabled(False)": (AttributeError, "for a number without the graph take v.data"),
        "a.detach()": (AttributeError, "Value(v.data) begins a new graph"),
        "a.item()": (AttributeError, "its number is v.data"),
        "a.cuda()": (AttributeError, "nothing is moved"),
        "a.to('cpu')": (AttributeError, "nothing is moved"),
        "a.add_(b)": (AttributeError, "v = v + w gives the name to a new one"),
        "a.clamp(0.0, 1.0)": (AttributeError, "microgrand.clip(v, low, high)"),
        "a.pow(2)": (AttributeError, "it is a function: microgrand.pow"),
        "a.view(-1)": (AttributeError, "a vector is a list of Values"),
        "a.register_hook(print)": (AttributeError, "after y.backward() it is v.grad"),
        "mg.stack([a, b])": (AttributeError, "a vector is a list of Values: [v, w]"),
        "mg.nn.Module": (AttributeError, "forward(self, z)"),
        "mg.nn.functional.relu(a)": (AttributeError, "microgrand.relu(v)"),
        "mg.nn.MSELoss()": (AttributeError, "microgrand.SquaredError"),
        "from microgrand.nn import CrossEntropyLoss": (ImportError, "LogSoftmax(), NegativeLogLikelihood()"),
        "mg.optim.SGD([a], lr=0.1)": (AttributeError, "Adam, Momentum and GradientDescent, of microgrand.training"),
        "network.train()": (AttributeError, "layers have no modes"),
        "network.state_dict()": (AttributeError, "microgrand.training.save(network, 'theta.json')"),
        "mg.manual_seed(0)": (AttributeError, "Python's random and NumPy make numbers"),
        "float(a)": (TypeError, "v.data where only the number is wanted"),
    },
    "minitorch": {
        "mg.Scalar(2.0)": (AttributeError, "a number of the graph is Value(2.0)"),
        "a.derivative": (AttributeError, "it is called grad: v.grad"),
        "(a * b).backward(d_output=5.0)": (TypeError, "it is called seed"),
        "a.history": (AttributeError, "v.primitive is the function that computed it"),
        "a.chain_rule(1.0)": (AttributeError, "v.parents and v.partials are the edges"),
        "a.is_constant()": (AttributeError, "a plain number is a constant, a Value never"),
        "a.accumulate_derivative(1.0)": (AttributeError, "backward(accumulate=True) adds it up"),
        "a.zero_derivative_()": (AttributeError, "every backward() sets every grad anew"),
        "mg.ScalarFunction": (AttributeError, "Primitive(name, value, partials)"),
        "mg.Context()": (AttributeError, "Primitive(name, value, partials)"),
        "mg.central_difference(sin, 1.0)": (AttributeError, "from microgrand.testing import estimate, or check_gradient"),
        "mg.derivative_check(sin, a)": (AttributeError, "from microgrand.testing import check_gradient"),
        "mg.backpropagate(a * b, 1.0)": (AttributeError, "y.backward()"),
        "mg.topological_sort(a * b)": (AttributeError, "it is called topological_order"),
        "mg.operators.mul(2.0, 3.0)": (AttributeError, "functions are microgrand's own"),
        "from microgrand import operators": (ImportError, "functions are microgrand's own"),
        "mg.inv(2.0)": (AttributeError, "it is called reciprocal"),
        "mg.is_close(a, b)": (AttributeError, "math.isclose(v.data, w.data)"),
        "a.expand(b)": (AttributeError, "a vector is a list of Values"),
    },
}  # fmt: skip


def plain(found):
    """The numbers of a result, in lists: those of Values, of arrays and of tuples."""
    if isinstance(found, dict):
        return {key: plain(item) for key, item in found.items()}
    if isinstance(found, np.ndarray):
        return plain(found.tolist())
    if isinstance(found, (list, tuple)):
        return [plain(item) for item in found]
    return found.data if isinstance(found, Value) else found


def cases(table):
    return [
        pytest.param(typed, answer, id=f"{library}: {typed}")
        for library in table
        for typed, answer in table[library].items()
    ]


@pytest.mark.parametrize(("typed", "expected"), cases(WORKS))
def test_a_call_from_elsewhere_works(typed, expected):
    """It gives here what it gives there."""
    names = at_the_prompt() | {"np": np}
    exec(typed if "found =" in typed else f"found = {typed}", names)
    assert plain(names["found"]) == expected


@pytest.mark.parametrize(("typed", "answer"), cases(ANSWERED))
def test_a_call_from_elsewhere_is_answered_with_the_way_out(typed, answer):
    """Its error says in one or two lines what is written here."""
    kind, words = answer
    sentence = sentence_about(typed, kind, np=np)
    assert words in sentence
    assert what_is_wrong_with(sentence) == []


def test_four_libraries_have_their_calls_here():
    """At least 60 calls in all, and of each library some that work and some that are answered."""
    assert list(WORKS) == list(ANSWERED) == ["autograd", "JAX", "PyTorch", "minitorch"]
    assert sum(len(calls) for table in (WORKS, ANSWERED) for calls in table.values()) >= 60
