"""Print the DOT text of the pictures that torchviz and torchview draw, as JSON: see `draw_gallery.py`.

It runs in a Python with torch, torchviz and torchview; each has its defaults, save for what is said below.
"""

import json
import re
from itertools import pairwise

import torch
from torch import Tensor, nn
from torchview import draw_graph
from torchviz import make_dot


class Neuron(nn.Module):
    """One neuron of two inputs."""

    def __init__(self) -> None:
        super().__init__()
        self.w1, self.w2, self.b = [nn.Parameter(torch.tensor(number)) for number in (2.0, -3.0, -3.0)]

    def forward(self, x1: Tensor, x2: Tensor) -> Tensor:
        """σ(w1 x1 + w2 x2 + b)."""
        return torch.sigmoid(self.w1 * x1 + self.w2 * x2 + self.b)


class Residual(nn.Module):
    """zˡ⁺¹ = zˡ + inner(zˡ)."""

    def __init__(self, inner: nn.Module) -> None:
        super().__init__()
        self.inner = inner

    def forward(self, z: Tensor) -> Tensor:
        """Add what the inner layers change."""
        return z + self.inner(z)


class Cost(nn.Module):
    """A network and its loss."""

    def __init__(self, network: nn.Module, loss: nn.Module) -> None:
        super().__init__()
        self.network, self.loss = network, loss

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        """The loss of x."""
        return self.loss(self.network(x), y)


def perceptron(activation: type[nn.Module], *sizes: int) -> nn.Sequential:
    """Linear layers with biases, an activation between each two."""
    layers: list[nn.Module] = []
    for inputs, outputs in pairwise(sizes):
        layers += [nn.Linear(inputs, outputs), activation()]
    return nn.Sequential(*layers[:-1])


def squared_error() -> nn.Module:
    """The sum of squares."""
    return nn.MSELoss(reduction="sum")


CLASSIFIER = nn.Sequential(nn.Linear(3, 2, bias=False), nn.LogSoftmax(dim=1))
BLOCK = Residual(perceptron(nn.ReLU, 2, 2, 2))
LINE = nn.Linear(2, 1)
POINT = torch.tensor([[1.0, -0.5]])
SAMPLES = torch.tensor([[1.0, 2.0], [2.0, 0.5], [-1.0, 1.0]])

NETWORKS = {
    "neuron": (Neuron(), [torch.tensor(-1.0), torch.tensor(-2.0)]),
    "softmax": (Cost(CLASSIFIER, nn.NLLLoss(reduction="sum")), [torch.tensor([[1.0, 2.0, -0.5]]), torch.tensor([1])]),
    "mlp": (Cost(perceptron(nn.Tanh, 2, 4, 4, 1), squared_error()), [POINT, torch.tensor([[1.0]])]),
    "wide": (Cost(perceptron(nn.ReLU, 2, 16, 16, 1), squared_error()), [POINT, torch.tensor([[1.0]])]),
    "residual": (Cost(BLOCK, squared_error()), [POINT, torch.tensor([[1.0, 0.0]])]),
    "logistic": (Cost(LINE, nn.BCEWithLogitsLoss(reduction="sum")), [SAMPLES, torch.tensor([[0.0], [1.0], [0.0]])]),
}


def dots() -> dict[str, str]:
    """The DOT text of every picture: torchviz with the names of parameters, torchview with frames around modules.

    A module without modules in it is one box for torchview; of the neuron, functions are shown.
    """
    found = {}
    for name, (network, inputs) in NETWORKS.items():
        parameters = {key.removeprefix("network."): each for key, each in network.named_parameters()}
        found[f"{name}-torchviz"] = numbered(make_dot(network(*inputs), params=parameters).source)
        options = {"expand_nested": True, "hide_module_functions": name != "neuron"}
        found[f"{name}-torchview"] = draw_graph(network, input_data=inputs, **options).visual_graph.source
    return found


def numbered(dot: str) -> str:
    """DOT text with small numbers for the addresses that nodes are called by: the same text at every run."""
    numbers: dict[str, str] = {}
    return re.sub(r"\b\d{9,}\b", lambda found: numbers.setdefault(found.group(), str(len(numbers))), dot)


if __name__ == "__main__":
    print(json.dumps(dots()))
