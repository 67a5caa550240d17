"""Mistakes with layers, costs, networks, training and saved parameters."""

# ruff: noqa: E501  a case is one entry of a table

import pytest
from mistyped import sentence_about, what_is_wrong_with

from microgrand import InputError, Layer

MISTAKES = {  # what was typed, the kind of the error, and words of its sentence
    # ---- layers
    "Linear(2.5, 3)": (ValueError, "Linear takes two lengths, whole numbers from 1 up; got n_in=2.5, n_out=3"),
    "Linear('2', 3)": (ValueError, "whole numbers from 1 up; got n_in='2', n_out=3"),
    "Linear(2, 3, 4)": (TypeError, "bias is True or False, whether to add b; got 4"),
    "Linear(2, 2, theta=[[1, 2]])": (ValueError, "2 rows of 2 numbers, one row per output; got 1 of 2"),
    "Linear(2, 3, theta=[1, 2, 3])": (TypeError, "theta has 3 rows of 2 numbers, one row per output; got [1, 2, 3]"),
    "Linear(2, 3, rng=3)": (TypeError, "rng draws the numbers, such as random.Random(1); got 3"),
    "linear(1.0)": (TypeError, "a layer is called on a vector, a list of numbers or Values; got 1.0"),
    "linear([1.0, 2.0, 3.0])": (ValueError, "takes vectors of length 2; got one of length 3"),
    "linear([1.0, 'x'])": (TypeError, "got 'x' of type str"),
    "linear([[1.0, 2.0], [3.0, 4.0]])": (TypeError, "got [1.0, 2.0] of type list: write it for each item"),
    "linear([1.0, 2.0], 1.0)": (TypeError, "Linear(2, 3) ends in no cost, and so takes no target; got 1.0"),
    "Layer()([1.0])": (TypeError, "Layer is a Layer without a forward(self, z)"),
    "linear.weight": (AttributeError, "'Linear' object has no attribute 'weight': the parameters of a Linear are layer.theta"),
    "linear.in_features": (AttributeError, "len(layer.theta) outputs are made of len(layer.theta[0]) inputs"),
    "network.train()": (AttributeError, "layers have no modes: they compute the same in training and after it"),
    "network.eval()": (AttributeError, "layers have no modes"),
    "network.to('cuda')": (AttributeError, "all numbers are Python's floats, and nothing is moved"),
    "network.state_dict()": (AttributeError, "microgrand.training.save(network, 'theta.json')"),
    "network.fit([[1.0]], [0])": (AttributeError, "from microgrand.training import Adam, Objective, train; train(Objective(network, xs, ys), Adam(0.1), epochs=10)"),
    "network.predict([1.0, 2.0])": (AttributeError, "a network without its target gives the prediction: network(x)"),
    "network.backward()": (AttributeError, "the derivative is of the cost: network(x, y).backward()"),
    "network.step()": (AttributeError, "cost.backward() and then rule.update(network.parameters()) do the step"),
    "network.add(Tanh())": (AttributeError, "layers are given at the start: Sequential(Linear(2, 3), Tanh())"),
    "network.children()": (AttributeError, "the layers of a Sequential are network.layers"),
    # ---- networks
    "Sequential()": (ValueError, "a Sequential has at least one layer"),
    "Sequential([Linear(2, 2)])": (TypeError, "a Sequential takes layers and functions, one by one; got [Linear(2, 2)]"),
    "Sequential(Linear(2, 2), Tanh)": (TypeError, "a Sequential takes layers, not their classes: write Tanh(…)"),
    "Sequential(Linear(2, 2), 'tanh')": (TypeError, "layers and functions, one by one; got 'tanh'"),
    "Sequential(Linear(2, 2), lambda z: None)([1.0, 2.0])": (TypeError, "a layer gives a vector, a list of numbers or Values; function gave None"),
    "Sequential(Linear(2, 3), Linear(2, 3))": (ValueError, "Linear(2, 3) takes vectors of length 2, and is given 3"),
    "Sequential(Linear(2, 3), Sequential(Tanh(), LogSoftmax(), Linear(4, 1)))": (ValueError, "length 4, and is given 3"),
    "Sequential(Linear(2, 3), Tanh())([1.0, 2.0], 1)": (TypeError, "ends in no cost, and so takes no target; got 1"),
    "Sequential(SquaredError(), Linear(2, 2))": (ValueError, "a cost comes last: SquaredError() has Linear(2, 2) after it"),
    "Sequential(Linear(2, 2), Softmax(), NegativeLogLikelihood())": (ValueError, "takes log-probabilities, of LogSoftmax(); got Softmax() before it"),
    "Sequential(Linear(2, 1), Sigmoid(), BinaryCrossEntropy())": (ValueError, "takes logits, and applies σ itself: leave Sigmoid() out"),
    "mg.nn.MLP(2, 3)": (TypeError, "the sizes of the layers are a list, MLP(2, [16, 1]); got 3"),
    "mg.nn.MLP('2', [3])": (ValueError, "whole numbers from 1 up; got n_in='2'"),
    # ---- costs
    "network([1.0, 2.0], 2)": (ValueError, "the class y is a whole number from 0 to 1; got 2"),
    "network([1.0, 2.0], 'cat')": (TypeError, "the class y is a whole number from 0 to 1; got 'cat' of type str"),
    "network([1.0], 1)": (ValueError, "vectors of length 2; got one of length 1"),
    "SquaredError()([1.0])": (TypeError, "got None: a cost is called with its target, cost(z, y)"),
    "SquaredError()([1.0, 2.0], 1.0)": (ValueError, "the targets y are as many as the outputs, 2; got 1.0"),
    "BinaryCrossEntropy()([0.5], 2)": (ValueError, "the targets y are numbers from 0 to 1; got 2"),
    "Hinge()([0.5], 0)": (ValueError, "the targets y are -1 or 1; got 0"),
    "l2_penalty(network)": (TypeError, "a penalty is of parameters, as network.parameters() gives them"),
    "linear.trace([1.0, 2.0], 0)": (ValueError, "a trace is of a network whose last layer is a cost"),
    # ---- training
    "Objective(linear, [[1.0, 2.0]], [0])": (ValueError, "training takes a network that ends in a cost; Linear(2, 3) ends in none"),
    "Objective(network, [[1.0, 2.0]], [0, 1])": (ValueError, "samples, and as many targets and weights; got [1, 2, 1]"),
    "Objective([[1.0, 2.0]], [0], network)": (TypeError, "training takes a network, then xs and ys; got [[1.0, 2.0]]"),
    "Objective(network, [[1.0, 2.0]], [0], penalty='l2')": (TypeError, "penalty is a function of nothing that returns a number; got 'l2'"),
    "objective([1.0])": (ValueError, "θ has 4 numbers, one per parameter; got 1"),
    "train(network, Adam(0.1), epochs=3)": (TypeError, "train takes an Objective(network, xs, ys) and an optimiser"),
    "train(objective, 'adam', epochs=3)": (TypeError, "the optimiser is a rule such as Adam(0.1); got 'adam'"),
    "train(objective, Adam(0.1), epochs='3')": (TypeError, "epochs is a whole number from 0 up; got '3' of type str"),
    "train(objective, Adam(0.1), epochs=3, batch_size=0)": (ValueError, "batch_size is a whole number from 1 up; got 0"),
    "lbfgs(network)": (TypeError, "lbfgs takes an Objective(network, xs, ys)"),
    "Adam(-1)": (ValueError, "step is a finite number above 0; got -1"),
    "Adam('fast')": (TypeError, "step is a number; got 'fast' of type str"),
    "Adam(linear.parameters())": (TypeError, "step is one number; got [Value("),
    "Adam(0.1, 0.9)": (TypeError, "betas is a pair, such as (0.9, 0.999); got 0.9"),
    "Adam(0.1).zero_grad()": (AttributeError, "every backward() sets every grad anew, so there is nothing to set to zero"),
    "Adam(0.1).lr": (AttributeError, "it is called step: rule.step"),
    "Adam(0.1).update(network)": (TypeError, "update takes the parameters, network.parameters()"),
    "SoftmaxClassifier(C='x').fit([[0.0], [1.0]], [0, 1])": (ValueError, "C is a number above 0; got 'x'"),
    "SoftmaxClassifier(solver='sgd').fit([[0.0], [1.0]], [0, 1])": (ValueError, "there is no solver 'sgd': choose from lbfgs"),
    "SoftmaxClassifier().fit([[0.0], [1.0]], [0, 0])": (ValueError, "there is nothing to tell apart: y holds one class only, 0"),
    "plot_loss([])": (ValueError, "plot_loss takes a History, or a list of costs, one or more; got []"),
    # ---- files
    "save('x.json', network)": (TypeError, "the network comes first: save(network, path); got 'x.json'"),
    "save(network, 'x.txt')": (InputError, "a file that ends in .safetensors or .json; got 'x.txt'"),
    "save(network, 3)": (TypeError, "a file is named by a string or a Path; got 3 of type int"),
    "save(network, 'no such folder/x.json')": (InputError, "could not be written: there is no such folder"),
    "load(network, 'no such file.json')": (InputError, "no such file.json could not be read"),
}  # fmt: skip


@pytest.mark.parametrize("typed", MISTAKES)
def test_a_mistake_with_networks_gets_the_sentence_that_helps(typed):
    """Its error is of the kind that Python has for it, and says in one or two lines what was given, and what to do."""
    kind, words = MISTAKES[typed]
    sentence = sentence_about(typed, kind)
    assert words in sentence
    assert what_is_wrong_with(sentence) == []


class Faulty(Layer):
    """A layer with mistakes inside its properties."""

    misspelled = property(lambda self: self.missing_thing)
    raising = property(lambda self: next(iter(self.problems)).solved)
    problems = (0.5,)
    deep = property(lambda self: self.misspelled)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("misspelled", "'Faulty' object has no attribute 'missing_thing'"),
        ("deep", "'Faulty' object has no attribute 'missing_thing'"),
        ("raising", "'float' object has no attribute 'solved'"),
        ("weight", "'Faulty' object has no attribute 'weight': the parameters of a Linear are layer.theta"),
    ],
)
def test_a_mistake_inside_a_property_is_told_as_it_is(name, words):
    """The error is that of what is missing, and not of the property, which is there."""
    with pytest.raises(AttributeError) as caught:
        getattr(Faulty(), name)
    assert words in str(caught.value)
