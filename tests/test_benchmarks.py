"""Laws of the benchmarks: all engines compute the same, and what is asked for wrongly is said. No time is a test."""

from functools import cache
from importlib.util import find_spec
from random import Random

import pytest

import microgrand
from benchmarks import calls, checkers, small, table, training
from benchmarks.__main__ import main
from benchmarks.engines import ENGINES, floats_engine, microgrand_engine
from benchmarks.judges import LIBRARIES, judges
from benchmarks.small_functions import CASES
from benchmarks.speed import Results, Timing, as_csv, described, noise
from benchmarks.worker import Worker
from benchmarks.workloads import WORKLOADS, operations

BUILDS = ("microgrand compiled", "microgrand plain")
SIZES = {name: 200 if name == "chain" else workload.small for name, workload in WORKLOADS.items()}
ULP = 2.0**-52
CORPUS = {case.name: case for case in checkers.corpus()}
HAVE_THE_TABLE = ("plain floats", *BUILDS)
WAYS_OUT = {
    "microgrand compiled": "build one, see CONTRIBUTING.md", "microgrand plain": "run this in a checkout",
    "PyTorch": "pip install torch", "JAX": "pip install jax", "xad": "pip install xad",
    "autograd": "pip install autograd", "micrograd": "pip install micrograd",
}  # fmt: skip


@cache
def answers(engine):
    """What an engine finds for every workload, or the reason why it is not measured."""
    worker = Worker(engine)
    try:
        if worker.version is None:
            return worker.missing
        return {name: worker.ask(name, size) for name, size in SIZES.items()}
    finally:
        worker.close()


def reference():
    """The answers of whichever microgrand there is."""
    return next(found for found in map(answers, BUILDS) if not isinstance(found, str))


@pytest.mark.parametrize("engine", [engine for engine in ENGINES if engine != "plain floats"])
def test_the_gradient_is_equal_in_every_engine(engine):
    """Value and gradient of every workload agree within one rounding per elementary operation, relative to the largest
    derivative; between microgrand's own builds bit for bit. An engine that lacks functions of the table says so.
    """
    found = answers(engine)
    if isinstance(found, str):
        pytest.skip(f"{engine}: {found}: {WAYS_OUT[engine]}")
    if engine not in HAVE_THE_TABLE:
        reason = "it has no such functions: some of microgrand's table are missing"
        assert found["table"] == {"failed": reason}
    for workload in [name for name in WORKLOADS if name != "table" or engine in HAVE_THE_TABLE]:
        ours, theirs = reference()[workload], found[workload]
        roundings = 0 if engine in BUILDS else operations(WORKLOADS[workload], SIZES[workload])
        largest = max([abs(derivative) for derivative in ours["gradient"]])
        assert largest > 0.0
        assert theirs["value"] == pytest.approx(ours["value"], rel=roundings * ULP, abs=0.0), workload
        assert theirs["gradient"] == pytest.approx(ours["gradient"], rel=0.0, abs=roundings * ULP * largest), workload


@pytest.mark.parametrize("workload", [name for name, each in WORKLOADS.items() if not each.twin and name != "table"])
def test_operators_compute_what_floats_compute(workload):
    """A program of operators has on Values the value that it has on plain floats, bit for bit."""
    assert reference()[workload]["value"] == answers("plain floats")[workload]["value"]


def test_operations_are_counted_once_for_a_workload():
    """A workload with layers is as large as its twin with operators; the sizes of simple ones are what they say."""
    for workload in WORKLOADS.values():
        if workload.twin is not None:
            assert operations(workload, 3) == operations(WORKLOADS[workload.twin], 3)
    assert operations(WORKLOADS["chain"], 7) == 7
    assert operations(WORKLOADS["wide"], 7) == 7 + 6
    assert operations(WORKLOADS["network"], 2) == 2 * (2 * (2 * 16 + 16 * 16 + 16) + 16 + 16 + 1 + 2)


# ---- the whole table; the network with dot ---------------------------------------------------------------------------
def forward(workload, numbers, size):
    """The workload's value on plain floats."""
    return WORKLOADS[workload].instance(size).prepare(floats_engine(), numbers)()


def applied(size):
    """The terms of the workload `table`, with the numbers that its functions are applied to; and their root."""
    numbers, prepare = WORKLOADS["table"].instance(size)
    terms = []
    root = prepare(microgrand_engine(), [microgrand.Value(x) for x in numbers])()
    for node in root.operands:
        operands = [each.data if isinstance(each, microgrand.Value) else each for each in node.operands]
        terms.append((node, operands))
    return terms, root


def test_the_table_is_the_whole_table():
    """Every public row of microgrand's table can be drawn, and nothing else."""
    public = {name for name, row in microgrand.TABLE.items() if getattr(microgrand, name, None) is row}
    assert set(table.FUNCTIONS) == public


def test_every_function_is_drawn_at_the_measured_size():
    """The measured sum holds each function at least once, one node a term, and no other operation than its sum."""
    size = WORKLOADS["table"].size
    terms, root = applied(size)
    assert {node.primitive.name for node, _ in terms} == set(table.FUNCTIONS)
    assert root.primitive.name == "sum"
    assert operations(WORKLOADS["table"], size) == len(terms) + 1 == size + 1


def test_the_functions_of_the_table_are_applied_inside_their_domains():
    """No operand lies outside its row's domain, at a pole or at a kink; the condition of `where` is a plain number."""
    for node, operands in applied(WORKLOADS["table"].size)[0]:
        row = node.primitive
        assert row.allows(*operands), (row, operands)
        specials = (row.pole, None if row.name == "where" else row.kink)
        assert [special for special in specials if special is not None and special(*operands)] == [], (row, operands)


@pytest.mark.parametrize("name", table.FUNCTIONS)
def test_the_yardstick_of_a_function_is_the_function(name):
    """Plain floats and the row agree to 1e-12 at every point that is drawn."""
    source = Random(name)
    terms = [term for term in table.drawn(source, table.leaf_numbers(source), 2000) if term.name == name]
    assert len(terms) > 9
    for term in terms:
        expected = getattr(microgrand, name)(*term.arguments)
        assert table.FUNCTIONS[name].on_floats(*term.arguments) == pytest.approx(expected, rel=1e-12, abs=1e-15)


@pytest.mark.parametrize("workload", ["table", "network-dot"])
def test_the_gradient_is_the_slope_of_plain_floats(workload):
    """Value and gradient are plain floats' value and its central differences."""
    size = WORKLOADS[workload].size
    numbers, prepare = WORKLOADS[workload].instance(size)
    leaves = [microgrand.Value(x) for x in numbers]
    root = prepare(microgrand_engine(), leaves)()
    root.backward()
    assert root.data == pytest.approx(forward(workload, numbers, size), rel=1e-12)
    largest = max([abs(leaf.grad) for leaf in leaves])
    for k, leaf in enumerate(leaves):
        above, below = [[*numbers[:k], numbers[k] + h, *numbers[k + 1 :]] for h in (1e-5, -1e-5)]
        slope = (forward(workload, above, size) - forward(workload, below, size)) / 2e-5
        assert leaf.grad == pytest.approx(slope, rel=1e-6, abs=1e-7 * largest)


def test_dot_records_less_than_operators():
    """The network with `dot` is written with `dot`: one node for each output where operators record 2n - 1."""
    numbers, prepare = WORKLOADS["network-dot"].instance(1)
    root = prepare(microgrand_engine(), [microgrand.Value(x) for x in numbers])()
    names = [node.primitive.name for node in microgrand.topological_order(root) if not node.is_leaf]
    assert (names.count("dot"), names.count("tanh"), names.count("mul")) == (16 + 16 + 1, 16 + 16, 1)


def test_an_engine_that_recurses_is_told_from_one_that_computes():
    """micrograd cannot sweep a chain of 10,000: the answer is the reason, and its process answers the next question."""
    worker = Worker("micrograd")
    try:
        if worker.version is None:
            pytest.skip(f"micrograd: {worker.missing}: {WAYS_OUT['micrograd']}")
        assert "recursion limit" in worker.ask("chain", 10_000)["failed"]
        assert worker.ask("chain", 10)["gradient"]
    finally:
        worker.close()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--workloads", "nework"], "there is no workload 'nework'; there are network, "),
        (["--engines", "numpy"], "there is no engine 'numpy'; there are plain-floats, "),
        (["--rounds", "0"], "expected a whole number from 1 up; got '0'"),
        (["--chart", "speed.txt"], "a chart is a file with the ending .svg, .png, .pdf; got 'speed.txt'"),
        (["--csv", "no/such/folder/speed.csv"], "there is no folder 'no/such/folder' to write 'speed.csv' in"),
    ],
)
def test_what_is_asked_for_wrongly_is_said_in_a_sentence(arguments, sentence, capsys):
    """Nothing is measured, the exit code is 2, and the sentence names what is wrong and what there is."""
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    assert stop.value.code == 2
    assert sentence in capsys.readouterr().err


def test_the_command_prints_a_table_and_writes_it(tmp_path, capsys):
    """Every workload has a line for every engine that is there, in the table, in the CSV and in the chart."""
    pytest.importorskip("matplotlib", reason="matplotlib is not installed: pip install matplotlib")
    table, chart = tmp_path / "speed.csv", tmp_path / "speed.svg"
    arguments = ["--workloads", "powers", "--engines", "microgrand-plain", "--rounds", "2", "--seconds", "0"]
    assert main([*arguments, "--csv", str(table), "--chart", str(chart)]) == 0
    printed = capsys.readouterr().out
    head, *lines = table.read_text(encoding="utf-8").splitlines()
    assert head.startswith(
        "workload,engine,version,failed,operations,forward,backward,release,total,ratio,to_ours,noise"
    )
    engines = [line.split(",")[1] for line in lines]
    assert engines == (["plain floats", "microgrand plain"] if "not measured" not in printed else ["plain floats"])
    assert [engine in printed for engine in engines] == [True] * len(engines)
    assert chart.stat().st_size > 1000


def test_a_row_without_figures_says_why():
    """An engine that cannot run a workload has dashes in the table, empty cells in the CSV, and a footnote."""
    timings = [Timing("chain", "micrograd", "0.1.0", failed="it recurses")]
    results = Results(timings, {"JAX": "not installed"}, 3, "a machine", "2026-01-01")
    text = described(results)
    assert "[1] micrograd: it recurses" in text
    assert "not measured: JAX: not installed" in text
    assert "chain,micrograd,0.1.0,it recurses,,,,,,,,,3,a machine,2026-01-01" in as_csv(results)


def test_noise_is_half_the_interquartile_range():
    """One stray round in five changes nothing; of a single round there is nothing to be said."""
    assert noise([90.0, 95.0, 100.0, 105.0, 200.0]) == 0.05
    assert noise([7.0]) == 0.0


# Those that are not installed are skipped once already, as engines.
@pytest.mark.parametrize("library", [library.name for library in LIBRARIES if find_spec(library.package)])
def test_a_library_is_asked_fairly(library):
    """A library's checker agrees with plain right claims, disagrees with plain wrong ones and with NaN, whatever the
    structure of inputs and outputs; where f raises, or steps lead to NaN, its error is no verdict. JAX, asked with 64
    bits, sees a relative error of 1e-3, which its tolerance for 32 bits, 2e-3, would let pass.
    """
    found = {judge.name: judge for judge in judges()[0]}
    plain = ["helix", "helix-order", "from-polar", "from-polar-transposed", "softmax", "softmax-sign", "dot"]
    plain += ["dot-own-list", "cosine-similarity", "cosine-unprojected", "softplus-at-800-nan"]
    plain += ["off-by-1e-3"] if library == "JAX" else []
    cases = [CORPUS[name] for name in [*plain, "pole", "nan-around", "complex-result", "isolated-point"]]
    outcomes = checkers.score(found[library], cases)
    assert checkers.detailed(outcomes) == ""


def test_the_checkers_are_told_in_a_table_and_in_a_file(tmp_path, capsys):
    """Every checker has a line in the table, or is said to be missing, and a line for each case in the CSV."""
    file = tmp_path / "checkers.csv"
    assert checkers.main(["--cases", "helix", "helix-order", "pole", "--details", "--csv", str(file)]) == 0
    title, _, _, *lines = capsys.readouterr().out.splitlines()
    assert title.split() == ["1", "right", "1", "wrong", "1", "unjudgeable"]
    assert lines[0].split()[:-1] == ["microgrand", "1", "0", "0", "1", "0", "0", "1", "0"]
    asked, missing = judges()
    assert [line.split()[0] for line in lines[: len(asked)]] == [judge.name for judge in asked]
    assert {line for line in lines if "not asked" in line} == {f"not asked: {name}: not installed" for name in missing}
    assert len(file.read_text(encoding="utf-8").splitlines()) == 1 + 3 * len(asked)


def test_an_unknown_case_and_a_missing_corpus_are_said_in_a_sentence(tmp_path, capsys, monkeypatch):
    """Nobody is asked, the exit code is 2, and the sentence names the way out."""
    with pytest.raises(SystemExit) as stop:
        checkers.main(["--cases", "helixx"])
    assert stop.value.code == 2
    assert "there is no case 'helixx'; did you mean 'helix'" in capsys.readouterr().err
    monkeypatch.setattr(checkers, "TESTS", tmp_path)
    with pytest.raises(SystemExit) as stop:
        checkers.main([])
    assert stop.value.code == 2
    assert "run this in a checkout of the repository" in capsys.readouterr().err


def test_small_prices_are_told_for_each_build(capsys):
    """Each build has a line for each price, or is said to be missing; the last line has machine and date."""
    small.main(["--rounds", "2", "--calls", "3"])
    *tables, footer = capsys.readouterr().out.strip().split("\n\n")
    assert footer.splitlines()[-1].startswith("medians of 2 rounds in turns; ")
    assert len(tables) == len(small.BUILDS)
    assert [text.startswith(build) for build, text in zip(small.BUILDS, tables, strict=True)] == [True] * len(tables)
    measured = [text.splitlines()[1:] for text in tables if "ratio" in text]
    assert measured
    for lines in measured:
        assert len(lines) == 2 + len(small.ROWS) + 1
        assert lines[-1].startswith("import microgrand: ")
    assert {len(text.splitlines()) for text in tables if "ratio" not in text} <= {1}


def test_a_derivative_by_hand_is_the_derivative():
    """What `value_and_grad` is compared with finds the same value and gradient."""
    assert microgrand.value_and_grad(small.rosenbrock)(small.POINT) == small.by_hand(small.POINT)


@pytest.mark.parametrize("arguments", [["--rounds", "0"], ["--calls", "0"]])
def test_small_prices_need_a_round_and_a_call(arguments, capsys):
    """Nothing is measured, and the sentence says what there has to be."""
    with pytest.raises(SystemExit) as stop:
        small.main(arguments)
    assert stop.value.code == 2
    assert "there is at least one round, and at least one call in a round" in capsys.readouterr().err


def test_training_computes_the_yardsticks_cost():
    """The epoch that is timed and the plain floats beside it compute the same cost."""
    pace = training.pace("breast_cancer", rounds=1)
    assert pace.error < 1e-12
    assert "breast_cancer" in training.described("microgrand", "breast_cancer", pace)


@pytest.mark.parametrize("name", ["option's price", "neuron's ODE", "Rosenbrock 10"])
def test_all_callers_find_the_same_derivatives(name):
    """Whoever computes a case finds the value and the derivatives that the graph finds, the C written by hand too."""
    made, missing = calls.callers(CASES[name])
    assert calls.difference(CASES[name], made) <= calls.WITHIN
    assert set(made) | set(missing) == set(calls.CALLERS)
    assert {calls.FLOATS, "graph, built and swept", "replay"} <= set(made)


def test_a_wrong_derivative_is_seen():
    """One derivative that is off by a billionth is further from the others than is let through."""
    case = CASES["Rosenbrock 2"]
    made = {name: calls.CALLERS[name](case) for name in ("graph, built and swept", "replay")}
    value, (first, second) = made["replay"].answer
    made["replay"] = made["replay"]._replace(answer=(value, [first, second * (1.0 + 1e-9)]))
    assert calls.difference(case, made) > calls.WITHIN


def test_the_softmax_cost_is_the_same_in_operators_and_in_rows():
    """Written in microgrand's `dot` and `log_softmax`, it has the value and the gradient that it has in operators."""
    found = [calls.CALLERS["replay"](CASES[f"softmax 60 × 30, {how}"]).answer for how in ("operators", "rows")]
    assert found[0][0] == pytest.approx(found[1][0], rel=1e-13)
    assert found[0][1] == pytest.approx(found[1][1], rel=1e-12)


def test_a_limit_is_judged_by_the_median_of_the_rounds():
    """A ratio is formed within a round; above the limit it is told; who was not measured is not judged."""
    case = CASES["Rosenbrock 10"]
    seconds = {calls.FLOATS: [1.0, 2.0, 10.0], calls.LIST: [0.1, 0.2, 5.0], calls.ARRAY: [0.3, 0.6, 1.0]}
    lines = calls.judged(case, calls.Outcome(seconds, {}, {}))
    assert [line.split("  ")[-1] for line in lines] == ["kept", "NOT kept"]
    assert " 0.1000 " in lines[0]
    assert " 0.3000 " in lines[1]


def test_calls_are_told_in_tables(capsys):
    """Every case has a table of all callers, those included that are not there; then the limits, machine and date."""
    calls.main(["--cases", "Rosenbrock 2", "--rounds", "2", "--seconds", "0"])
    table, footer = capsys.readouterr().out.split("\n\n")
    assert {line[2:44].strip() for line in table.splitlines()[1:]} == set(calls.CALLERS)
    assert "limits are kept" in footer
    assert footer.splitlines()[-1].startswith("medians of 2 rounds in turns; ")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [(["--rounds", "0"], "there is at least one round"), (["--cases", "x"], "invalid choice: 'x'")],
)
def test_calls_that_cannot_be_measured_are_refused(arguments, sentence, capsys):
    """Nothing is measured, and the sentence says what there has to be."""
    with pytest.raises(SystemExit) as stop:
        calls.main(arguments)
    assert stop.value.code == 2
    assert sentence in capsys.readouterr().err
