"""Names that people bring from PyTorch, TensorFlow, JAX, autograd, NumPy, micrograd and minitorch, and what to write.

Asked for such a name, a Value, a layer, an optimiser, a program and the modules `microgrand` and `microgrand.nn` raise
an AttributeError that says what to write here instead.
"""

from __future__ import annotations

from types import FrameType
from typing import Any, Final, NoReturn

from microgrand.engine.value import Value
from microgrand.numpy_methods import METHODS
from microgrand.table.numbers import WAYS_OUT

WAYS_OUT.update({
    str: ": float(…) reads a number from text",
    list: ": write it for each item, [… for x in xs]",
    tuple: ": write it for each item, [… for x in xs]",
    dict: ": write it for each item",
    complex: ": the numbers here are real",
    type(None): ": a function without a return gives None",
    "requires_grad": ": every Value gets its derivative, v.grad, a float",
    "label": ": it is called name",
    "dtype": ": all numbers are Python's floats",
    "device": ": nothing is moved",
    "_children": ": operators and functions record what they are applied to",
    "retain_graph": ": the graph stays, and backward() can be called again",
    "create_graph": ": microgrand.gradients(y, x) gives derivatives as nodes",
    "gradient": ": it is called seed",
    "d_output": ": it is called seed",
    "grad_outputs": ": microgrand.gradients(seed * y, x) starts from another δ than 1",
    "holomorphic": ": the numbers here are real",
    "allow_int": ": whole numbers are taken as floats",
    "argnum": ": it is called argnums",
    "wrt": ": argnums=0 is the place of the argument, argnums=(0, 1) are two",
    "log of 2": ": to another base it is log(x) / log(base); log2 and log10 are there",
    "softmax of 1": ": [softmax(xs, k) for k in range(len(xs))] is the whole list",
    "log_softmax of 1": ": [log_softmax(xs, k) for k in range(len(xs))] is the whole list",
})  # fmt: skip

_FLOATS: Final = "all numbers are Python's floats, and nothing is moved"
_MODES: Final = "layers have no modes: they compute the same in training and after it"
_LOOP: Final = (
    "from microgrand.training import Adam, Objective, train; train(Objective(network, xs, ys), Adam(0.1), epochs=10)"
)
_FILES: Final = "microgrand.training.save(network, 'theta.json') and load(network, 'theta.json') keep its parameters"
_OWN_LAYER: Final = "a layer of your own is a class with forward(self, z): see help(microgrand.Layer)"
_OWN_ROW: Final = "a function with partials of your own is Primitive(name, value, partials)"
_MADE: Final = "a number of the graph is Value(2.0), a vector is a list of Values"
_RECORDING: Final = "only Values are recorded: for a number without the graph take v.data"
_TRAINING: Final = "from microgrand.training import {name}"
_TESTING: Final = "from microgrand.testing import {name}"
_OPTIMISER: Final = "the rules are Adam, Momentum and GradientDescent, of microgrand.training"
_UPDATE: Final = (
    "with rule = microgrand.training.Adam(0.1) and cost = network(x, y), cost.backward() and then "
    "rule.update(network.parameters()) do the step"
)
_ANEW: Final = "every backward() sets every grad anew, so there is nothing to set to zero"
_SHAPE: Final = "a Value is one number, a float, and has no shape: a vector is a list of Values"
_CHECKER: Final = "from microgrand.testing import check_gradient"
_CHOSEN: Final = "Python's random and NumPy make numbers; Value(x) puts one into the graph"
_PRINTED: Final = "program.source('c') prints it as C, 'python' and 'javascript' are there too"

# Of each kind of object: names, and the sentence that they get. {name} stands for the name that was asked for.
NAMES: Final[dict[str, dict[str, str]]] = {
    "Value": {
        "item numpy tolist value": "its number is v.data, a float",
        "detach clone": "v.data is its number alone, and Value(v.data) begins a new graph",
        "requires_grad requires_grad_ retain_grad": "every Value gets its derivative: after y.backward() it is v.grad",
        "zero_grad zero_grad_ zero_derivative_": _ANEW,
        "dtype T shape ndim size dim view reshape expand at": _SHAPE,
        "to cpu cuda double float half astype block_until_ready": _FLOATS,
        "sum mean": "of several Values it is a function: microgrand.{name}([v, w])",
        "abs pow square add sub mul div": "it is a function: microgrand.{name}",
        "clamp": "it is a function: microgrand.clip(v, low, high)",
        "add_ sub_ mul_ div_": "no Value changes in place: v = v + w gives the name to a new one",
        "label": "it is called name: Value(2.0, name='a'), v.name",
        "grad_fn history": "v.primitive is the function that computed it, v.operands what it was applied to",
        "derivative": "it is called grad: v.grad",
        "accumulate_derivative register_hook": "after y.backward() it is v.grad; backward(accumulate=True) adds it up",
        "chain_rule": "v.parents and v.partials are the edges; microgrand.derivation(y, v) shows the chain rule",
        "is_constant": "a plain number is a constant, a Value never",
        "draw": "it is a function: microgrand.draw(v)",
    },
    "Layer": {
        "weight weights kernel w": "the parameters of a Linear are layer.theta, one row per output",
        "in_features out_features n_in n_out": "len(layer.theta) outputs are made of len(layer.theta[0]) inputs",
        "state_dict load_state_dict save load": _FILES,
        "train eval training": _MODES,
        "fit compile": _LOOP,
        "predict": "a network without its target gives the prediction: network(x)",
        "backward": "the derivative is of the cost: network(x, y).backward()",
        "step": _UPDATE,
        "to cpu cuda double float half": _FLOATS,
        "add append add_module": "layers are given at the start: Sequential(Linear(2, 3), Tanh())",
        "requires_grad requires_grad_ trainable": "layer.freeze() lets training leave its parameters alone",
        "children modules": "the layers of a Sequential are network.layers",
        "summary": "print(network) lists the layers, microgrand.draw(network) shows them",
    },
    "Optimiser": {
        "zero_grad": _ANEW,
        "minimize minimise apply_gradients": _UPDATE,
        "lr learning_rate": "it is called step: rule.step",
        "param_groups": "a rule has one step size, rule.step, for all parameters",
    },
    "Program": {
        "grad gradient backward": "program.value_and_grad(2.0, 3.0) gives the value and the gradient",
        "jit compile to_c to_python code": _PRINTED,
        "forward eval run": "a program is called: program(2.0, 3.0)",
    },
    "microgrand": {
        "tensor Tensor Scalar Variable Parameter array constant asarray zeros ones": _MADE,
        "no_grad enable_grad set_grad_enabled inference_mode stop_gradient detach GradientTape": _RECORDING,
        "backward backpropagate": "it is a method of what is differentiated: y.backward()",
        "gradient derivative value_and_gradient": "it is called grad, or value_and_grad: microgrand.grad(f)(3.0)",
        "deriv": "it is called grad: microgrand.grad(f)(3.0)",
        "egrad elementwise_grad": "it is the gradient of the sum: microgrand.grad(lambda x: np.sum(f(x)))(xs)",
        "multigrad multigrad_dict": "argnums takes several places: microgrand.grad(f, argnums=(0, 1))",
        "grad_named": "the argument is named by its place: microgrand.grad(f, argnums=0)",
        "grad_and_aux": "it is microgrand.grad(f, has_aux=True)",
        "holomorphic_grad": "the numbers here are real",
        "make_vjp pullback vector_jacobian_product tensor_jacobian_product":
            "it is called vjp: value, pull = microgrand.vjp(f, 3.0)",
        "make_jvp linearize pushforward": "it is called jvp: microgrand.jvp(f, (3.0,), (1.0,))",
        "make_hvp hessian_vector_product hessian_tensor_product": "it is called hvp: microgrand.hvp(f, x, v)",
        "make_ggnvp": "vjp of the hvp of the jvp gives it: vjp(f, x)[1](hvp(g, *jvp(f, (x,), (v,))))",
        "checkpoint remat": "the graph is kept whole, and nothing is computed again: call the function itself",
        "custom_jvp custom_vjp custom_gradient primitive defvjp defjvp extend": _OWN_ROW,
        "Function ScalarFunction Context": _OWN_ROW,
        "autograd func functional": "derivatives are grad, jacobian, hessian, jvp, vjp and hvp, of microgrand itself",
        "numpy np jnp": "NumPy's own functions take Values: np.exp(v)",
        "operators F": "functions are microgrand's own: microgrand.relu(v)",
        "History ScalarHistory": "v.primitive is the function that computed it, v.operands what it was applied to",
        "topological_sort": "it is called topological_order",
        "isbox": "isinstance(v, Value) tells",
        "flatten tree tree_map tree_util": "nested lists, tuples and dicts are taken as they are, with no flattening",
        "random rand randn manual_seed arange linspace": _CHOSEN,
        "device device_put float32 float64 config": _FLOATS,
        "clamp": "it is called clip",
        "stack cat concatenate": "a vector is a list of Values: [v, w]",
        "isnan isinf isfinite": "math.{name}(v.data) asks it of the number",
        "lax cond select switch": "the branch that stays in the graph is where(greater(x, 0.0), y, z)",
        "scan fori_loop while_loop": "a loop is Python's own",
        "jacfwd jacrev": "it is called jacobian: microgrand.jacobian(f)([1.0, 2.0])",
        "vmap pmap jit compile make_jaxpr const_graph":
            "microgrand.record(f, 2.0) makes a program, which can be printed and runs on arrays",
        "make_dot draw_dot plot": "it is called draw: microgrand.draw(y)",
        "max amax": "it is called maximum", "min amin": "it is called minimum", "power": "it is called pow",
        "absolute fabs": "it is called abs", "ln": "it is called log", "negative": "it is called neg",
        "multiply": "it is called mul", "subtract": "it is called sub", "divide true_divide": "it is called div",
        "arcsin": "it is called asin", "arccos": "it is called acos", "arctan": "it is called atan",
        "arcsinh": "it is called asinh", "arccosh": "it is called acosh", "arctanh": "it is called atanh",
        "arctan2": "it is called atan2", "rsqrt": "it is 1.0 / sqrt(x)", "inv": "it is called reciprocal",
        "lt": "it is called less", "le": "it is called less_equal", "gt": "it is called greater",
        "ge": "it is called greater_equal", "eq": "it is called equal", "ne": "it is called not_equal",
        "id": "it is called identity", "sgn": "it is called sign", "heaviside": "it is greater(x, 0.0)",
        "hardtanh relu6": "it is clip(x, low, high)", "mish": "it is x * tanh(softplus(x))",
        "isclose is_close allclose": "math.isclose(v.data, w.data) compares the numbers",
        "central_difference numerical_gradient": "from microgrand.testing import estimate, or check_gradient",
        "expit logistic": "it is called sigmoid", "swish": "it is called silu",
        "matmul mm einsum": "a matrix times a vector is [dot(row, x) for row in A]",
        "Neuron": "from microgrand.nn import Neuron",
        "Dense": "it is called Linear", "Module": "it is called Layer",
        "Dropout Conv1d Conv2d BatchNorm1d BatchNorm2d LayerNorm Embedding LSTM GRU Flatten": _OWN_LAYER,
        "MSELoss mse_loss MSE": "it is called SquaredError", "NLLLoss nll_loss": "it is called NegativeLogLikelihood",
        "CrossEntropyLoss cross_entropy": "it is two layers: LogSoftmax(), NegativeLogLikelihood()",
        "BCELoss BCEWithLogitsLoss": "it is called BinaryCrossEntropy, and takes logits",
        "optim misc SGD RMSprop": _OPTIMISER,
        "train Objective Adam Momentum GradientDescent lbfgs save load SoftmaxClassifier": _TRAINING,
        "check_gradient assert_gradient estimate check_primitive values expressions": _TESTING,
        "gradcheck check_grads quick_grad_check derivative_check test_util": _CHECKER,
    },
    "microgrand.nn": {
        "functional relu sigmoid softmax log_softmax softplus softsign silu gelu elu tanh":
            "functions are microgrand's own: microgrand.relu(v)",
        "Module": "it is microgrand.Layer, of which a layer of your own needs forward(self, z)",
        "Parameter": _MADE,
        "MSELoss": "it is microgrand.SquaredError",
        "CrossEntropyLoss": "it is two layers of microgrand: LogSoftmax(), NegativeLogLikelihood()",
        "Tanh Sigmoid Softmax LogSoftmax": "it is microgrand.{name}",
    },
}  # fmt: skip
_SENTENCES: Final = {
    kind: {name: sentence for names, sentence in table.items() for name in names.split()}
    for kind, table in NAMES.items()
}


def refuse(kind: str, item: str, name: str) -> NoReturn:
    """Raise the AttributeError of a name that does not exist; it says what to write instead, if that is known.

    kind  a key of NAMES
    item  what Python calls the object in such an error: "'Value' object"
    """
    raise AttributeError(f"{item} has no attribute {name!r}{_hint(kind, name)}")


def refuse_to_give(module: str, name: str, asking: FrameType) -> NoReturn:
    """Refuse a name that a module does not have; `asking` is the frame that asks for it.

    In `from module import name` Python drops the sentence of an AttributeError; an ImportError it passes on.
    """
    from opcode import opmap

    if asking.f_code.co_code[asking.f_lasti] == opmap["IMPORT_FROM"]:
        raise ImportError(f"cannot import name {name!r} from {module!r}{_hint(module, name)}", name=module)
    refuse(module, f"module {module!r}", name)


def _hint(kind: str, name: str) -> str:
    sentence = _SENTENCES[kind].get(name, "").format(name=name)
    return f": {sentence}" if sentence else ""


def _called(item: object) -> str:
    return f"{type(item).__name__!r} object"


def tell_names(kind: Any) -> None:
    """From now on objects of this class say what to write in place of an attribute that they do not have.

    The method is given to the class here: with a `__getattr__` in its source, type checkers would accept any name.
    """

    def missing(item: object, name: str) -> Any:
        if hasattr(type(item), name):  # a property that failed inside: its own error is the one to tell
            return object.__getattribute__(item, name)
        refuse(kind.__name__, _called(item), name)

    kind.__getattr__ = missing


class _NotHere:
    """A name that numbers of other libraries have, and a Value has not: to ask for it or to set it is an error.

    A `__getattr__` would do the same for all names, but slow down everything that looks whether a Value has an
    attribute: NumPy looks for eight before it puts one into an array.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.__doc__ = f"Not here: {_SENTENCES['Value'][name].format(name=name)}."

    def __get__(self, value: object, kind: object = None) -> NoReturn:
        refuse("Value", "type object 'Value'" if value is None else _called(value), self.name)

    def __set__(self, value: object, item: object) -> NoReturn:
        refuse("Value", _called(value), self.name)


def _listed(value: object) -> list[str]:
    hidden = {*_SENTENCES["Value"], *METHODS}
    return [name for name in object.__dir__(value) if name not in hidden]


def _no_power(value: object, other: object) -> NoReturn:
    raise TypeError("^ is no power in Python: write v ** 2")


def tell_names_of_values() -> None:
    """From now on a Value says what to write in place of the names of other libraries; `dir` does not list these."""
    for name in _SENTENCES["Value"]:
        setattr(Value, name, _NotHere(name))
    Value.__dir__ = _listed  # type: ignore[method-assign, assignment]
    for name in ("__xor__", "__rxor__"):
        setattr(Value, name, _no_power)
