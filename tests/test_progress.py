"""What takes long tells how far it has come; a clock that is set by hand takes the place of time."""

import io
import math
import threading
from types import SimpleNamespace

import pytest
from drawings import classifier
from whole_table import read_samples

import microgrand as mg
from microgrand import progress, testing
from microgrand.training.job import predict_table
from microgrand.training.model import Model
from microgrand.training.samples import standardise


class Terminal(io.StringIO):
    """A stream that a person reads."""

    def isatty(self):
        """It is one."""
        return True

    @property
    def screen(self):
        """What stands in its line: each carriage return writes over it."""
        line = ""
        for part in self.getvalue().split("\r"):
            line = part + line[len(part) :]
        return line.rstrip()


class Clock:
    """Shows the seconds that it is set to."""

    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock(monkeypatch):
    """The clock of all tasks, set to 0; no thread looks at it."""
    found = Clock()
    monkeypatch.setattr(progress, "clock", found)
    monkeypatch.setattr(progress.Watcher, "_watch", lambda self: None)
    monkeypatch.setattr(progress, "WATCHER", progress.Watcher())
    return found


@pytest.fixture
def terminal(monkeypatch):
    """A terminal in the place of stderr, for the module alone: pytest sets sys.stderr again after fixtures."""
    found = Terminal()
    monkeypatch.setattr(progress, "sys", SimpleNamespace(stderr=found, platform="linux"))
    monkeypatch.delenv(progress.SWITCH, raising=False)
    return found


def test_a_line_appears_after_two_seconds_and_is_gone_at_the_end(clock, terminal):
    """What is over soon writes nothing; what is not tells its stage, how many are done, and the time; then nothing."""
    with progress.progress("baking", ["dough", "oven", "icing"]) as task:
        clock.now = 1.9
        progress.WATCHER.look()
        assert terminal.getvalue() == ""
        clock.now = 2.0
        progress.WATCHER.look()
        assert terminal.screen == "baking: dough, 0 of 3 done, 0:02"
        task.next()
        task.next()
        clock.now = 75.0
        progress.WATCHER.look()
        assert terminal.screen == "baking: icing, 2 of 3 done, 1:15"
    assert terminal.screen == ""
    assert "\n" not in terminal.getvalue()
    assert not progress.WATCHER.look()


def test_a_task_of_one_stage_tells_the_time_alone(clock, terminal):
    """There is nothing to count; and no line is longer than the terminal is wide, which would make it two."""
    with progress.progress("baking" * 100, ["oven"]):
        clock.now = 9.0
        progress.WATCHER.look()
        assert 9 < len(terminal.screen) < 200
    with progress.progress("baking", ["oven"]):
        clock.now = 18.0
        progress.WATCHER.look()
        assert terminal.screen == "baking: oven, 0:09"


def test_stages_that_are_numbered_are_given_as_a_noun_and_a_count(clock, terminal):
    """Their line is as if each had been named, and no more is kept than these two: there may be a billion."""
    with progress.progress("counting", "row", 10**9) as task:
        clock.now = 2.0
        progress.WATCHER.look()
        assert terminal.screen == "counting: row 1, 0 of 1,000,000,000 done, 0:02"
        task.next()
        progress.WATCHER.look()
        assert terminal.screen == "counting: row 2, 1 of 1,000,000,000 done, 0:02"


@pytest.mark.parametrize("stages", [([],), ("row", 0)])
def test_a_task_without_stages_tells_the_time_alone(clock, terminal, stages):
    """As where a table has no rows."""
    with progress.progress("counting", *stages) as task:
        clock.now = 2.0
        progress.WATCHER.look()
        task.next()
        progress.WATCHER.look()
        assert terminal.screen == "counting, 0:02"


def test_a_task_inside_another_is_silent(clock, terminal):
    """The outer one goes on telling where it stands."""
    with progress.progress("outer", ["first"]), progress.progress("inner", ["second"]):
        clock.now = 3.0
        progress.WATCHER.look()
        assert terminal.screen == "outer: first, 0:03"
    assert terminal.screen == ""


def test_an_error_ends_the_line(clock, terminal):
    """The traceback begins in an empty line, and the next task can tell of itself."""

    def fail():
        with progress.progress("failing", ["once"]):
            clock.now = 3.0
            progress.WATCHER.look()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert terminal.screen == ""
    assert progress.WATCHER.begin(progress.Progress("next", ["once"], terminal))


def test_nobody_needs_to_read_it(clock, terminal):
    """The task goes on where its stream is closed meanwhile."""
    with progress.progress("going on", ["once"]) as task:
        clock.now = 3.0
        terminal.close()
        progress.WATCHER.look()
        progress.WATCHER.look()
        task.next()
    assert task.stream is None


@pytest.mark.parametrize(
    ("switch", "is_terminal", "module", "platform", "told"),
    [
        ("", True, "io", "linux", True), ("", False, "io", "linux", False), ("0", True, "io", "linux", False),
        ("1", False, "io", "linux", True), ("", False, "ipykernel.iostream", "linux", True),
        ("0", False, "ipykernel.iostream", "linux", False), ("1", True, "io", "emscripten", False),
    ],
)  # fmt: skip
def test_it_is_told_where_a_person_reads(clock, monkeypatch, switch, is_terminal, module, platform, told):
    """In terminals and notebooks, not in pipes; the switch turns it off, and on; a page has no thread to write it."""
    stream = type("Stream", (io.StringIO,), {"__module__": module, "isatty": lambda self: is_terminal})()
    monkeypatch.setattr(progress, "sys", SimpleNamespace(stderr=stream, platform=platform))
    monkeypatch.setenv(progress.SWITCH, switch)
    with progress.progress("baking", ["oven"]):
        clock.now = 3.0
        progress.WATCHER.look()
    assert (stream.getvalue() != "") == told


def test_a_thread_writes_it(monkeypatch, terminal):
    """While the task is busy, and does not come back; once there is nothing to watch, the thread ends."""
    monkeypatch.setattr(progress, "PATIENCE", 0.0)
    monkeypatch.setattr(progress, "PULSE", 0.01)
    monkeypatch.setattr(progress, "WATCHER", progress.Watcher())
    written = threading.Event()
    monkeypatch.setattr(terminal, "write", lambda text: written.set())
    with progress.progress("busy", ["once"]):
        thread = progress.WATCHER._thread
        assert written.wait(60.0)
    thread.join(60.0)
    assert not thread.is_alive()
    assert progress.WATCHER._thread is None


# ---- who tells ---------------------------------------------------------------------------------------------------


def rows(folder):
    """A model that was not trained, and a table of five rows for it."""
    path = folder / "table.csv"
    path.write_text("a,b,kind\n" + "".join([f"{k},{-k},{k % 2}\n" for k in range(10)]))
    samples = read_samples(path, None)
    return Model.untrained(samples, standardise(samples)[0], (), False, 1), path


def root():
    """A graph of four nodes."""
    x = mg.Value(2.0, name="x")
    return x * x + mg.log(x)


def trace():
    """Of a network with layers."""
    return classifier().trace([1.0, 2.0, -0.5], 1)


LONG = {
    "recording a function": (lambda folder: mg.record(lambda x: x * x, 3.0), "recording <lambda>"),
    "recording a graph": (lambda folder: mg.record(root()), "recording a graph"),
    "a Jacobian": (lambda folder: mg.jacobian(lambda x: [v * v for v in x])([1.0] * 200), "differentiating"),
    "deriving a program": (lambda folder: mg.record(lambda x: x * x, 3.0).value_and_grad(2.0), "preparing <lambda>"),
    "drawing": (lambda folder: mg.draw(root()), "drawing"),
    "laying out": (lambda folder: mg.draw(root()).svg(), "drawing"),
    "steps": (lambda folder: mg.steps(root()), "walking"),
    "steps of layers": (lambda folder: mg.steps(trace(), "layer"), "walking"),
    "a walkthrough": (lambda folder: mg.walkthrough(trace()), "walking"),
    "a page": (lambda folder: mg.walkthrough(trace()).save(folder / "page.html"), "writing the page"),
    "exercises": (lambda folder: mg.exercises(3, seed=1).save(folder / "page.html"), "writing the page"),
    "a derivation": (lambda folder: mg.derivation(y := root(), mg.leaves(y)[0]), "deriving"),
    "searching": (lambda folder: testing.assert_gradient(math.sin, gradient=math.cos, max_examples=5), "searching"),
    "checking": (lambda folder: testing.check_gradient(math.sin, gradient=math.cos, at=1.0), "checking"),
    "estimating": (lambda folder: testing.estimate(lambda x, y: x * y, at=(2.0, 3.0), order=2), "estimating"),
    "a row": (lambda folder: testing.check_primitive(mg.exp, max_examples=2), "checking exp"),
    "predicting": (lambda folder: predict_table(*rows(folder)), "predicting"),
}  # fmt: skip


@pytest.mark.parametrize("name", LONG)
def test_whatever_may_take_long_tells_of_itself(name, clock, terminal, monkeypatch, tmp_path):
    """It names itself, and goes through the stages that it has said, as far as the last one."""
    act, title = LONG[name]
    told = []

    class Watched(progress.Progress):
        def __init__(self, *arguments):
            super().__init__(*arguments)
            told.append(self)

    monkeypatch.setattr(progress, "Progress", Watched)
    act(tmp_path)
    assert title in [task._title for task in told]
    for task in told:
        most = math.inf if task._title == "searching" else task._count  # it looks at what it found once more
        assert task._count - 1 <= task._done <= most
        assert task._count > 0
    assert terminal.getvalue() == ""
