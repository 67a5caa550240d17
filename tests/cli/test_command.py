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
"""

CALLS = [
    (["sums:f", "--gradient", "sums:right", "--domain", "x=positive"], 0, "agree: at "),
    (["sums:f", "--gradient", "sums:right", "--domain", "x=0.5,9", "y=-1,1", "--examples", "9"], 0, "agree: at 9"),
    (["--domain", "x=0.5,9", "y=-1,1", "sums:f", "--gradient", "sums:right"], 0, "agree: at "),
    (["--gradient", "sums:right", "--examples", "9", "--domain", "x=positive", "sums:f"], 0, "agree: at "),
    (["sums:f", "--gradient", "sums:wrong", "--domain", "x=positive"], 1, "disagree: at (0.5, 0.0) the gradient is wrong"),
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
    (["sums"], 2, "name a function as module:function"),
    (["sums:f", "--gradient", "sums:right", "--domain", "z=positive"], 2, "the function has no argument 'z', but x, y"),
    (["sums:f", "--gradient", "sums:right", "--domain", "x=quark"], 2, "no domain is called 'quark'"),
    (["sums:f", "--gradient", "sums:right", "--domain", "x=2,1"], 2, "no finite float lies in [2, 1]"),
    (["sums:f", "--gradient", "sums:right", "--domain", "x"], 2, "a domain is given as argument=domain"),
    (["sums:f", "--gradient", "sums:zero"], 2, "zero() takes 1 positional argument"),
    (["sums:f", "--gradeint", "sums:right"], 2, "usage: microgrand check"),
    ([], 2, "the following arguments are required: MODULE:FUNCTION"),
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
