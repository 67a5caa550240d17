"""Laws of model files: whatever a file holds, it gives the predictions of its model or one sentence about its fault."""

import copy
import functools
import json
import math
import shutil
import tempfile
from pathlib import Path

import numpy
import pytest
from command_line import run
from hypothesis import given
from hypothesis import strategies as st

from microgrand import InputError
from microgrand.training import SoftmaxClassifier, load_classifier, save_classifier
from microgrand.training.contract import checksum
from microgrand.training.job import predict_table, train_classifier
from microgrand.training.model import read_model

OLD = Path(__file__).parent.parent / "data" / "version_0_1"
TABLE = "size,town,smoker,kind\n" + "".join(
    [f"{k}.5,{('Oslo', 'Rome', 'Bonn')[k % 3]},{('yes', 'no')[k % 2]},{'ab'[k % 2]}\n" for k in range(12)]
)
SAMPLES = numpy.array([[k % 3 - k / 8, k % 5 / 4] for k in range(12)])


@functools.cache
def good():
    """A folder with a table, a model that was trained on it, and an estimator with a table of its own."""
    folder = Path(tempfile.mkdtemp(prefix="contract-"))
    (folder / "table.csv").write_text(TABLE)
    train_classifier(folder / "table.csv", folder, epochs=2, hidden=(2,))
    (folder / "numbers.csv").write_text("\n".join(["x0,x1", *[f"{a},{b}" for a, b in SAMPLES.tolist()]]))
    weights = {1: 2.0, 3: 0.5}
    save_classifier(SoftmaxClassifier(tol=0.1, class_weight=weights).fit(SAMPLES, [1, 2, 3] * 4), folder / "saved.json")
    return folder


@pytest.fixture(autouse=True, scope="module")
def _no_folder_is_left():
    yield
    shutil.rmtree(good())
    good.cache_clear()


def predicted(content, table=None):
    """What a model file of this content predicts for the table, or the sentence that refuses it."""
    path = good() / "edited.json"
    path.write_bytes(content)
    return told(lambda: predict_table(read_model(path), table or good() / "table.csv").table)


def loaded(content):
    """All that the estimator in a file of this content says, or the sentence that refuses it."""
    path = good() / "edited.json"
    path.write_bytes(content)
    return told(lambda: all_of(load_classifier(path)))


def all_of(classifier):
    """What an estimator says of the samples, and of itself: two texts, of which the second may be read again."""
    kept = classifier.classes_, getattr(classifier, "feature_names_in_", None), classifier.get_params()
    numbers = classifier.predict_proba(SAMPLES)
    assert numpy.isfinite(numbers).all()
    return f"{numbers.tobytes().hex()}\n{kept!r}"


def told(act):
    """What comes of it: a text, or the sentence of an InputError."""
    try:
        return act()
    except InputError as error:
        return error


def fields(name="model.json"):
    return json.loads((good() / name).read_text())


def written(changed, signed=True):
    """The file of these fields; signed as `microgrand train` would sign it."""
    return json.dumps(changed | ({"checksum": checksum(changed)} if signed else {})).encode()


# ---- the sentences -----------------------------------------------------------------------------------------------


def put(*path, value):
    """What puts a value in the place of another."""

    def change(found):
        for name in path[:-1]:
            found = found[name]
        found[path[-1]] = value

    return change


DEEP = "[" * 100_000
FAULTS = {  # what is changed, and what the sentence says, for a file that is signed after the change
    "no mean": (lambda f: f.pop("mean"), "'mean' is missing"),
    "another field": (put("colour", value="red"), "there is no field 'colour' in this version"),
    "text among numbers": (put("mean", 0, value="x"), "'mean' holds numbers; got 'x'"),
    "true among numbers": (put("mean", 0, value=True), "'mean' holds numbers; got True"),
    "too few numbers": (lambda f: f["mean"].pop(), "'mean' has 5 numbers; got 4"),
    "no theta": (lambda f: f["parameters"].pop("0.theta"), "in 'parameters', '0.theta' is missing"),
    "another theta": (put("parameters", "4.theta", value=[[1.0]]), "in 'parameters', there is no field '4.theta'"),
    "a row too few": (lambda f: f["parameters"]["0.theta"].pop(), "'0.theta' has 2 rows; got 1"),
    "a short row": (lambda f: f["parameters"]["0.theta"][0].pop(), "'0.theta' has 5 numbers; got 4"),
    "parameters that are none": (put("parameters", value=3), "'parameters' has a name for each array; got 3"),
    "a huge number": (put("parameters", "0.theta", 0, 0, value=1e305), "'0.theta' holds 1e+305"),
    "a huge whole number": (put("parameters", "0.theta", 0, 0, value=10**399), "'0.theta' holds 1000"),
    "sizes that are none": (put("hidden", value=["a"]), "'hidden' holds whole numbers from 1 to 1,000,000; got 'a'"),
    "size 0": (put("hidden", value=[0]), "'hidden' holds whole numbers from 1 to 1,000,000; got 0"),
    "a huge size": (put("hidden", value=[10**18]), "'hidden' holds whole numbers from 1 to 1,000,000; got 10000"),
    "another size": (put("hidden", value=[999_999]), "'0.theta' has 999999 rows; got 2"),
    "one size": (put("hidden", value=2), "'hidden' is a list of sizes; got 2"),
    "bias 1": (put("bias", value=1), "'bias' is true or false; got 1"),
    "deviation 0": (put("deviation", 0, value=0.0), "'deviation' holds 0.0, and its numbers are above 0"),
    "a negative deviation": (put("deviation", 0, value=-1.0), "'deviation' holds -1.0, and its numbers are above 0"),
    "classes in a text": (put("classes", value="abc"), "'classes' is a list of 2 names or more; got 'abc'"),
    "one class": (put("classes", value=["a"]), "'classes' is a list of 2 names or more; got ['a']"),
    "a class twice": (put("classes", value=["a", "a"]), "'classes' holds 'a' twice"),
    "a class that is none": (put("classes", 0, value=None), "'classes' is a name; got None"),
    "a class that is no text": (put("classes", 0, value="\ud800"), "'classes' holds '\\ud800', which is no text"),
    "a target that is a feature": (put("target", value="size"), "'target' is 'size', which is a feature as well"),
    "a column twice": (put("columns", 0, "name", value="town"), "'columns' holds 'town' twice"),
    "a column and feature twice": (
        lambda f: f.update(columns=[f["columns"][0]] * 2, features=["size"] * 2), "'columns' holds 'size' twice",
    ),
    "no column": (put("columns", value=[]), "'columns' is a list of one column or more; got []"),
    "a column that is none": (put("columns", 0, value=3), "column 1: 'kind' is one of number, boolean, category, date"),
    "another kind": (put("columns", 0, "kind", value="colour"), "column 1: 'kind' is one of number, boolean,"),
    "a kind in a list": (put("columns", 0, "kind", value=["number"]), "column 1: 'kind' is one of number, boolean,"),
    "a decimal mark of another kind": (put("columns", 0, "decimal", value=";"), "'decimal' is a point or a comma; got"),
    "a unit that is none": (put("columns", 0, "after", value=3), "'after' is a name; got 3"),
    "categories that miss": (lambda f: f["columns"][1].pop("categories"), "column 2: 'categories' is missing"),
    "a category twice": (put("columns", 1, "categories", value=["a", "a"]), "'categories' holds 'a' twice"),
    "a filling of another town": (put("columns", 1, "missing", value="Rio"), "column 2: 'missing' is one of its categ"),
    "a filling in words": (put("columns", 0, "missing", value="Rio"), "missing' holds numbers; got 'Rio'"),
    "features in another order": (lambda f: f["features"].reverse(), "'features' are not those that 'columns' become"),
    "an earlier version": (put("version", value=1), "has version 1 of the format; this microgrand reads 2, 3 and 4"),
    "a later version": (put("version", value=5), "version 5 of the format, a later one; this microgrand reads 2, 3 an"),
    "version 3": (put("version", value=3), "there is no field 'estimator' in this version"),
    "version 2": (put("version", value=2), "there is no field 'columns' in this version"),
    "version 3.0": (put("version", value=3.0), "has version 3.0 of the format; this microgrand reads 2, 3 and 4"),
    "another format": (put("format", value="poem"), "is not a model that `microgrand train` wrote"),
}  # fmt: skip
OF_ESTIMATORS = {  # the same of a file that an estimator was saved to
    "no settings": (lambda f: f["estimator"].pop("settings"), "in 'estimator', 'settings' is missing"),
    "an estimator that is none": (put("estimator", value=3), "'estimator' is null, or what is kept of one; got 3"),
    "another type": (put("estimator", "dtype", value="int8"), "'dtype' is one of bool, int64, uint64, float64, str"),
    "no type": (put("estimator", "dtype", value=[]), "'dtype' is one of bool, int64, uint64, float64, str"),
    "truth values": (put("estimator", "dtype", value="bool"), "in 'estimator', '1' is no class of the type bool"),
    "fractions": (put("estimator", "dtype", value="float64"), "in 'estimator', '1' is no class of the type float64"),
    "a class in words": (put("classes", 0, value="one"), "in 'estimator', 'one' is no class of the type int64"),
    "a class in other digits": (put("classes", 0, value="01"), "in 'estimator', '01' is no class of the type int64"),
    "a large class": (put("classes", 0, value=f"{2**63}"), "'9223372036854775808' is no class of the type int64"),
    "a long class": (put("classes", 0, value="9" * 5000), f"'{'9' * 59} is no class of the type int64"),
    "equal classes": (
        lambda f: (f["estimator"].update(dtype="float64"), f.update(classes=["0.0", "-0.0", "1.0"])),
        "in 'estimator', two of the classes are equal numbers",
    ),
    "a class that ends in nothing": (
        lambda f: (f["estimator"].update(dtype="str"), f.update(classes=["a", "a\0", "b"])),
        "in 'estimator', 'a\\x00' is no class of the type str",
    ),
    "named 1": (put("estimator", "named", value=1), "'named' is true or false; got 1"),
    "settings in a list": (put("estimator", "settings", value=[]), "'settings' has a name for each setting; got []"),
    "another setting": (put("estimator", "settings", "c", value=1), "in 'settings', there is no field 'c' in this ver"),
    "no C": (lambda f: f["estimator"]["settings"].pop("C"), "in 'settings', 'C' is missing"),
    "C 0": (put("estimator", "settings", "C", value=0), "in 'estimator', C is a number above 0; got 0 of type int"),
    "another solver": (put("estimator", "settings", "solver", value="newton"), "there is no solver 'newton': choose"),
    "a step of lbfgs": (put("estimator", "settings", "step", value=1.0), "lbfgs finds its own steps: leave out step=1"),
    "a weight of no class": (
        put("estimator", "settings", "class_weight", "4", value=1.0), "class_weight has '4', which is none of the cl",
    ),
    "a weight in words": (
        put("estimator", "settings", "class_weight", "3", value="x"), "class_weight is None, 'balanced', or a dict",
    ),
}  # fmt: skip
CASES = [("model.json", *case) for case in FAULTS.values()]
CASES += [("saved.json", *case) for case in OF_ESTIMATORS.values()]
TEXTS = {  # the whole content, and what the sentence says
    "empty": (b"", "is not JSON, and no model"),
    "cut": (b"{", "is not JSON, and no model"),
    "binary": (b"\xff\x00", "is not JSON, and no model"),
    "a list": (b"[1]", "is not a model that `microgrand train` wrote"),
    "deep": (DEEP.encode(), "is nested too deeply"),
    "NaN": (b'{"mean": [NaN]}', "it holds NaN, and all numbers of a model are finite"),
    "infinity": (b'{"mean": [-Infinity]}', "it holds -Infinity, and all numbers of a model are finite"),
    "twice": (b'{"mean": [1], "mean": [2]}', "the field 'mean' stands in it twice"),
    "many digits": (b'{"mean": [%s]}' % (b"9" * 5000), "it holds a whole number of 5,000 digits"),
}


def test_the_good_file_predicts():
    """The file that the others are made from is read, and so are its columns of three kinds."""
    assert predicted((good() / "model.json").read_bytes()).startswith("kind,p(a),p(b)\n")
    model = read_model(good() / "model.json")
    assert [column.kind for column in model.columns] == ["number", "category", "boolean"]
    assert model.features == ["size", "town=Bonn", "town=Oslo", "town=Rome", "smoker"]
    assert model.to_json() == (good() / "model.json").read_text()


@pytest.mark.parametrize(("name", "change", "message"), CASES, ids=[*FAULTS, *OF_ESTIMATORS])
def test_a_fault_is_named_with_its_field(name, change, message):
    """Each field's type, shape, range and relation to the others is checked, before the checksum is."""
    found = fields(name)
    change(found)
    error = predicted(written(found))
    assert isinstance(error, InputError)
    assert message in str(error)
    assert len(str(error)) < 300
    assert "\n" not in str(error)


@pytest.mark.parametrize("case", TEXTS)
def test_what_is_no_model_is_refused(case):
    """Whatever JSON cannot say, and whatever says it twice."""
    content, message = TEXTS[case]
    error = predicted(content)
    assert isinstance(error, InputError)
    assert message in str(error)
    assert len(str(error)) < 300


def test_the_command_says_it_in_one_line(tmp_path):
    """`predict`: exit code 2, one line on stderr, nothing on stdout; also where there is no file, or a folder."""
    (tmp_path / "model.json").write_text("{}")
    for path, message in [("model.json", "is not a model"), ("none.json", "there is no file"), ("", "Is a directory")]:
        done = run("predict", tmp_path / path, good() / "table.csv")
        assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (2, "", 1)
        assert message in done.stderr


def test_a_changed_number_is_found_by_the_checksum():
    """A number, a name or a category that was changed into another good one, and a checksum that is none."""
    for change in (
        put("parameters", "0.theta", 0, 0, value=0.25), put("mean", 0, value=1.0), put("classes", value=["b", "a"]),
        put("columns", 1, "missing", value="Rome"), put("checksum", value=7),
    ):  # fmt: skip
        found = fields()
        change(found)
        assert "'checksum' is not that of the other fields" in str(predicted(written(found, signed=False)))


def test_files_of_older_versions_are_read():
    """A file of version 2 has columns of numbers, and none of them may be missing; its faults are named, too."""
    content = (OLD / "model.json").read_bytes()
    expected = (OLD / "predictions.csv").read_text().rstrip("\n")
    assert predicted(content, OLD / "points.csv") == expected
    old = json.loads(content)
    assert "'target' is 'x', which is a feature as well" in str(predicted(json.dumps(old | {"target": "x"}).encode()))
    assert "'features' holds 'x' twice" in str(predicted(json.dumps(old | {"features": ["x", "x"]}).encode()))
    gap = good() / "gap.csv"
    gap.write_text("x,y\n1,\n")
    assert "line 2, column 'y': the number is missing" in str(predicted(content, gap))


# ---- the law -----------------------------------------------------------------------------------------------------

ODD = st.one_of(
    st.none(), st.booleans(), st.integers(), st.sampled_from([0, -1, 10**400, 1e308, -1e308, 5e-324, 1e300]),
    st.floats(allow_nan=False, allow_infinity=False), st.text(max_size=3), st.just([]), st.just({}),
    st.just([[[[1.0]]]]), st.just({"0.theta": {}}), st.sampled_from(["uint64", "object", "1.0", "True"]),
)  # fmt: skip


def places(found, path=()):
    """The paths of everything in lists and fields, and of these themselves."""
    items = found.items() if isinstance(found, dict) else enumerate(found) if isinstance(found, list) else ()
    return [each for key, item in items for each in [(*path, key), *places(item, (*path, key))]]


@st.composite
def edited_fields(draw, original):
    """The fields with one or two of them nudged, replaced, removed, doubled, nested, or swapped with a neighbour."""
    found = copy.deepcopy(original)
    for _ in range(draw(st.integers(1, 2))):
        path = draw(st.sampled_from(places(found) or [("format",)]))
        inside = functools.reduce(lambda item, key: item[key], path[:-1], found)
        how = draw(st.sampled_from(["nudged", "nudged", "replaced", "removed", "doubled", "nested", "swapped"]))
        item = inside.get(path[-1]) if isinstance(inside, dict) else inside[path[-1]]
        if how == "nudged":
            inside[path[-1]] = item * draw(st.floats(0.5, 1e9)) if isinstance(item, float) else item
        elif how == "replaced":
            inside[path[-1]] = draw(ODD)
        elif how == "removed":
            inside.pop(path[-1], None) if isinstance(inside, dict) else inside.pop(path[-1])
        elif how == "nested":
            inside[path[-1]] = [item]
        elif isinstance(inside, list):
            inside.insert(path[-1], copy.deepcopy(inside[path[-1] if how == "doubled" else 0]))
        else:
            inside[f"{path[-1]} again"] = copy.deepcopy(item)
    return found


@st.composite
def edited_bytes(draw, content):
    """The file cut, with a bit flipped, with a line twice or none of it, or with its fields in another order."""
    how = draw(st.sampled_from(["cut", "flipped", "line twice", "no line", "reordered"]))
    if how == "cut":
        return content[: draw(st.integers(0, len(content) - 1))]
    if how == "flipped":
        place, bit = draw(st.integers(0, len(content) - 1)), draw(st.integers(0, 7))
        return content[:place] + bytes([content[place] ^ (1 << bit)]) + content[place + 1 :]
    if how == "reordered":
        names = draw(st.permutations(sorted(json.loads(content))))
        return json.dumps({name: json.loads(content)[name] for name in names}).encode()
    lines = content.splitlines(keepends=True)
    k = draw(st.integers(0, len(lines) - 1))
    return b"".join(lines[:k] + lines[k : k + 1] * (2 if how == "line twice" else 0) + lines[k + 1 :])


@pytest.mark.parametrize(
    ("name", "table", "read"),
    [("model.json", "table.csv", predicted), ("saved.json", "numbers.csv", predicted), ("saved.json", None, loaded)],
)
def test_an_edited_file_predicts_the_same_or_is_refused(name, table, read):
    """Law: however a file is edited, its predictions are those of the good file, or it is refused in one sentence; by
    the command, and as an estimator, whose classes, names and settings are the good ones, too.
    """
    arguments = [] if table is None else [good() / table]
    original = (good() / name).read_bytes()
    expected = read(original, *arguments)
    seen = []

    @given(st.one_of(edited_fields(fields(name)).map(lambda f: json.dumps(f).encode()), edited_bytes(original)))
    def law(content):
        found = read(content, *arguments)
        seen.append(isinstance(found, InputError))
        assert seen[-1] != (found == expected)
        assert len(str(found)) < (300 if seen[-1] else math.inf)

    law()
    assert any(seen)
    assert not all(seen)


def test_no_contract_is_broken_in_another_way():
    """Law: whatever is signed, and whatever a file of version 2 holds, is used or refused in one sentence: nothing else
    is raised, and all probabilities that are predicted are finite.
    """
    old, saved = json.loads((OLD / "model.json").read_text()), fields("saved.json")
    counts = {"used": 0, "refused": 0}

    def of_table(path):
        return lambda content: predicted(content, path)

    @given(st.one_of(st.tuples(st.just(predicted), edited_fields(fields()).map(written)),
                     st.tuples(st.just(loaded), edited_fields(saved).map(written)),
                     st.tuples(st.just(of_table(good() / "numbers.csv")), edited_fields(saved).map(written)),
                     st.tuples(st.just(of_table(OLD / "points.csv")),
                               edited_fields(old).map(lambda f: json.dumps(f).encode()))))  # fmt: skip
    def law(case):
        read, content = case
        found = read(content)
        counts["refused" if isinstance(found, InputError) else "used"] += 1
        assert isinstance(found, InputError) != ("\n" in str(found))
        assert "nan" not in str(found).split("\n", 1)[-1]

    law()
    assert min(counts.values()) > 0
