"""Laws of `microgrand check`: exit codes, and one sentence for bad input."""

import errno
import io
import os
import subprocess
import sys
from pathlib import Path

import pytest
from command_line import run

from microgrand.cli.main import main

MODULE = """
import math, random
def f(x, y): return math.log(x) * y
def right(x, y): return y / x, math.log(x)
def wrong(x, y): return y / x, math.log10(x)
def noise(x): return random.random()
def zero(x): return 0.0
def misspelt(x, y): return y / z, math.log(x)
def powers(x, y): return y / x, math.log(-x)
def one_more(x, y, v): return v[0] * y, v[0] * x
value = 3
def cube(x): return x**3
def dcube(x): return 3 * x * x
def cube_second(x): return 6 * x
def cube_jvp(x, v): return 3 * x * x * v
def size(x): return (x * x).sum()
def size_slope(x): return 2 * x
def product(x, y): return (x @ y).sum()
def product_slopes(x, y): return y.sum(axis=1) + 0 * x, x.sum(axis=0)[:, None] + 0 * y
"""

# Derivatives in a module, and others beside them.
DECLARED = """
import math
import jax, torch
import jax.numpy as jnp
from microgrand import Primitive, tanh
from math import sin
def f(x, y): return math.log(x) * y
def f_gradient(x, y): return y / x, math.log(x)
def grad_f(x): return 1 / x
def hess_f(x, y): return [[-y / x**2, 1 / x], [1 / x, 0.0]]
def helper(x): return 2 * x
def _hidden(x): return x
def _hidden_gradient(x): return 1.0
@jax.custom_vjp
def soft(x): return jnp.log1p(jnp.exp(x))
soft.defvjp(lambda x: (soft(x), x), lambda x, v: (v * jax.nn.sigmoid(x),))
@jax.custom_jvp
def wave(x): return jnp.sin(x)
wave.defjvp(lambda x, v: (wave(x[0]), jnp.sin(x[0]) * v[0]))
class Cube(torch.autograd.Function):
    @staticmethod
    def forward(context, x):
        context.save_for_backward(x)
        return x**3
    @staticmethod
    def backward(context, v):
        (x,) = context.saved_tensors
        return v * 3 * x * x
cube = Primitive("cube", lambda x: x * x * x, (lambda z, x: 3.0 * x * x,))
"""

CALLS = [
    (["sums:f", "--gradient", "sums:right", "--domain", "x=positive"], 0, "agree: at "),
    (["sums:f", "--gradient", "sums:right", "--domain", "x=0.5,9", "y=-1,1", "--examples", "9"], 0, "agree: at 9"),
    (["--domain", "x=0.5,9", "y=-1,1", "sums:f", "--gradient", "sums:right"], 0, "agree: at "),
    (["--gradient", "sums:right", "--examples", "9", "--domain", "x=positive", "sums:f"], 0, "agree: at "),
    (["sums:f", "--gradient", "sums:wrong", "--domain", "x=positive"], 1, "disagree: at (0.5, 0.0) the gradient is"),
    (["sums:noise", "--gradient", "sums:zero", "--examples", "9"], 3, "cannot judge: none of the "),
    (["microgrand:tanh", "--examples", "30", "--seed", "3"], 0, "agree: at "),
    (["sums:f"], 2, "sums:f does not run on microgrand's Values, or its result does not depend on them: name its"),
    (["sums:f", "--gradient", "sums:misspelt"], 2, "NameError: name 'z' is not defined, raised by the gradient at ("),
    (["sums:f", "--gradient", "sums:powers", "--domain", "x=positive"], 1, "the gradient raised ValueError: math"),
    (["sums:f", "--gradient", "sums:one_more", "--domain", "x=1,2"], 1, "(the gradient takes one argument more than f"),
    (["sums.py:f"], 2, "sums.py is a file: name the module, sums:f"),
    (["sums:g"], 2, "sums has no g"),
    (["sums:rigth"], 2, "sums has no rigth: did you mean right?"),
    (["./sums:f"], 2, "name the module without a path"),
    (["sums:f", "--gradient", "sums:right", "--domain", "x=a,b"], 2, "the ends of a domain are numbers"),
    (["sums:value"], 2, "is no function"),
    (["nope:f"], 2, "nope cannot be imported: ModuleNotFoundError"),
    (["sums", "--gradient", "sums:right"], 2, "name a function as module:function"),
    (["sums:cube", "--gradient", "sums:cube_second", "--order", "2", "--domain", "x=-9,9"], 0, "agree: at "),
    (["sums:cube", "--gradient", "sums:dcube", "--order", "2", "--domain", "x=-9,9"], 1, "∂²f/∂x² is claimed as"),
    (["sums:cube", "--gradient", "sums:cube_jvp", "--mode", "forward", "--domain", "x=-9,9"], 0, "agree: at "),
    (["sums:cube", "--gradient", "sums:dcube", "--order", "2", "--mode", "forward"], 2, "order is 1 or 2, and mode"),
    (["sums:cube", "--gradient", "sums:dcube", "--domain", "x=-9,9", "--budget", "1e-9"], 0, "agree: at 1 point\n"),
    (["sums:cube", "--gradient", "sums:dcube", "--budget", "0"], 2, "expected a number above 0; got 0"),
    (["sums:cube", "--gradient", "sums:dcube", "--order", "3"], 2, "argument --order: invalid choice"),
    (["nope"], 2, "nope cannot be imported: ModuleNotFoundError"),
    (["sums.py"], 2, "sums.py is a file: name the module, sums:f"),
    (["json"], 2, "json has nothing to check: no custom_vjp or custom_jvp of JAX's, no autograd.Function of PyTorch's"),
    (["sums:f", "--gradient", "sums:right", "--domain", "z=positive"], 2, "the function has no argument 'z', but x, y"),
    (["sums:f", "--gradient", "sums:right", "--domain", "x=quark"], 2, "no domain is called 'quark'"),
    (["sums:f", "--gradient", "sums:right", "--domain", "x=2,1"], 2, "no finite float lies in [2, 1]"),
    (["sums:size", "--gradient", "sums:size_slope"], 2, "say of which shape, as in --shape 3"),
    (["sums:size", "--gradient", "sums:size_slope", "--shape", "2,2", "--domain", "x=-9,9"], 0, "agree: at "),
    (["sums:size", "--gradient", "sums:dcube", "--shape", "3", "--domain", "x=-9,9"], 1, "∂f/∂x["),
    (["sums:product", "--gradient", "sums:product_slopes", "--shape", "2,3", "3,2", "--domain", "x=-9,9", "y=-9,9"], 0,
     "agree: at "),
    (["sums:size", "--gradient", "sums:size_slope", "--shape", "2,x"], 2, "expected a whole number; got 'x'"),
    (["sums:f", "--gradient", "sums:right", "--domain", "x"], 2, "a domain is given as argument=domain"),
    (["sums:f", "--gradient", "sums:zero"], 2, "zero() takes 1 positional argument"),
    (["sums:f", "--gradeint", "sums:right"], 2, "usage: microgrand check"),
    ([], 2, "the following arguments are required: MODULE[:FUNCTION]"),
    (["sums:f", "--examples", "0"], 2, "expected a whole number from 1 up"),
]  # fmt: skip


@pytest.mark.parametrize(("arguments", "code", "text"), CALLS, ids=[" ".join(call[0]) for call in CALLS])
def test_check(tmp_path, monkeypatch, arguments, code, text):
    """Exit code 0 where the derivative agrees, 1 where it is wrong, 2 for bad input, 3 where nothing can be judged."""
    monkeypatch.chdir(tmp_path)
    Path("sums.py").write_text(MODULE)
    done = run("check", *arguments)
    assert done.returncode == code, done.stdout + done.stderr
    said, silent = (done.stderr, done.stdout) if code == 2 else (done.stdout, done.stderr)
    assert text in said
    assert not silent


def test_a_module_alone_is_listed(tmp_path, monkeypatch):
    """Each derivative that the module declares, with its command, in the module's order; none of what it imports."""
    for framework in ("jax", "torch"):
        pytest.importorskip(framework, reason=f"{framework} is not installed: pip install {framework}")
    monkeypatch.chdir(tmp_path)
    Path("declared.py").write_text(DECLARED)
    done = run("check", "declared")
    assert (done.returncode, done.stderr) == (0, "")
    assert [" ".join(line.split()) for line in done.stdout.splitlines()] == [
        "6 to be checked",
        "microgrand check declared:f --gradient declared:f_gradient f_gradient beside f",
        "microgrand check declared:f --gradient declared:hess_f --order 2 hess_f beside f",
        "microgrand check declared:soft a custom_vjp of JAX's",
        "microgrand check declared:wave a custom_jvp of JAX's",
        "microgrand check declared:Cube an autograd.Function of PyTorch's",
        "microgrand check declared:cube a Primitive",
        "not to be checked",
        "declared:f grad_f does not take the arguments of f, nor one more",
        "helper: no derivative is declared, or called as f_gradient, grad_f, df, f_prime for f",
    ]


@pytest.mark.parametrize(("name", "code"), [("soft", 0), ("wave", 1), ("Cube", 0), ("cube", 0)])
def test_what_is_listed_is_checked_by_its_command(tmp_path, monkeypatch, name, code):
    """A function that brings its derivative along needs no other: right ones agree, a wrong one does not."""
    for framework in ("jax", "torch"):
        pytest.importorskip(framework, reason=f"{framework} is not installed: pip install {framework}")
    monkeypatch.chdir(tmp_path)
    Path("declared.py").write_text(DECLARED)
    assert run("check", f"declared:{name}", "--examples", "20").returncode == code


def test_the_exit_code_is_that_of_the_process(tmp_path):
    """`python -m microgrand` finds modules in the current folder, and ends with the command's exit code."""
    (tmp_path / "sums.py").write_text(MODULE)
    command = [sys.executable, "-m", "microgrand", "check", "sums:f", "--domain", "x=1,2"]
    for gradient, code, text in [("wrong", 1, "disagree: "), ("rigth", 2, "did you mean right?")]:
        claim = ["--gradient", f"sums:{gradient}"]
        done = subprocess.run([*command, *claim], cwd=tmp_path, capture_output=True, text=True)
        assert (done.returncode, text in done.stdout + done.stderr) == (code, True)
        assert "Traceback" not in done.stderr


class Full(io.StringIO):
    """A stream behind which there is no room."""

    def write(self, text):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_output_for_which_there_is_no_room_is_told(monkeypatch, capsys):
    """Exit code 2 and one sentence; nothing is left on stdout that Python would try to write again at its end."""
    monkeypatch.setattr(sys, "stdout", Full())
    assert main(["draw", "x*x", "x=3"]) == 2
    assert sys.stdout is None
    said = "microgrand draw: the output could not be written: No space left on device\n"
    assert capsys.readouterr().err == said


def test_ctrl_c_is_told(monkeypatch):
    """Whatever is interrupted ends with exit code 130 and one sentence."""

    def interrupted(*arguments, **settings):
        raise KeyboardInterrupt

    monkeypatch.setattr("microgrand.training.job.train_classifier", interrupted)
    assert run("train") == (130, "", "microgrand train: stopped, nothing was written\n")


@pytest.mark.parametrize("number", ["inf", "nan", "-1"])
def test_penalties_are_finite_and_not_negative(number):
    """The strength of a penalty may be 0, and is a number from there up."""
    done = run("train", f"--l2={number}")
    assert done.returncode == 2
    assert done.stderr.endswith(f"error: argument --l2: expected a finite number from 0 up; got {number}\n")
