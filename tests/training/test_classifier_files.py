"""Laws of classifiers as files: what is saved is loaded, bit for bit, and `microgrand predict` says the same."""

import csv
import io
import json
import math
import random
import warnings
from pathlib import Path

import calls
import numpy
import pandas
import pytest
from command_line import run
from hypothesis import given
from hypothesis import strategies as st
from sklearn.datasets import load_iris
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from microgrand import InputError
from microgrand.training import SoftmaxClassifier, load, load_classifier, save, save_classifier
from microgrand.training.columns import Column
from microgrand.training.contract import checksum
from microgrand.training.model import Model, classifier
from microgrand.training.samples import Scale

OLD = Path(__file__).parent.parent / "data" / "version_0_1"
X, Y = load_iris(return_X_y=True)

WORD = st.from_regex(r"[a-zé][a-z0-9 _,;\"'-]{0,5}[a-zé]", fullmatch=True)
TEXTS = st.one_of(WORD, st.text(max_size=3))  # the second may hold what no file of ours can
CLASSES = {  # of each kind that NumPy has, as many as are drawn
    "text": lambda k, texts: st.lists(texts, min_size=k, max_size=k, unique=True).map(numpy.array),
    "objects": lambda k, texts: CLASSES["text"](k, texts).map(lambda names: names.astype(object)),
    "int8": lambda k, texts: whole(k, -128, 127, "int8"),
    "int64": lambda k, texts: whole(k, -(2**63), 2**63 - 1, "int64"),
    "uint64": lambda k, texts: whole(k, 0, 2**64 - 1, "uint64"),
    "float32": lambda k, texts: whole(k, -5, 5, "float32"),
    "float64": lambda k, texts: whole(k, -(10**17), 10**17, "float64"),
    "bool": lambda k, texts: st.just(numpy.array([False, True])),
}
SETTINGS = {
    "C": st.sampled_from([0.01, 1, 30.0, numpy.float32(0.5), math.inf]),
    "fit_intercept": st.booleans(),
    "class_weight": st.sampled_from([None, "balanced"]),
    "solver": st.sampled_from(["lbfgs", "adam"]),
    "tol": st.sampled_from([1e-8, 0.0]),
    "max_iter": st.integers(1, 6),
    "warm_start": st.booleans(),
    "n_jobs": st.sampled_from([None, 1]),
}


def whole(k, low, high, dtype):
    numbers = st.lists(st.integers(low, high), min_size=k, max_size=k)
    return numbers.map(lambda found: numpy.array(found, dtype=dtype)).filter(lambda found: len(set(found)) == k)


@st.composite
def fits(draw, texts=WORD):
    """A fitted classifier, and its samples: of every kind of classes and settings, of features in any unit."""
    k, n = draw(st.integers(2, 4)), draw(st.integers(1, 4))
    classes = draw(CLASSES[draw(st.sampled_from(list(CLASSES)))](k, texts))
    y = [*range(len(classes)), *draw(st.lists(st.integers(0, len(classes) - 1), min_size=1, max_size=9))]
    units = [(10.0 ** draw(st.integers(-6, 6)), draw(st.sampled_from([0.0, -3.0, 1e5]))) for _ in range(n)]
    cells = st.integers(-99, 99)
    rows = [[unit * (draw(cells) / 8 + offset) for unit, offset in units] for _ in y]
    names = draw(st.one_of(st.none(), st.lists(texts, min_size=n, max_size=n, unique=True)))
    settings = {name: draw(setting) for name, setting in SETTINGS.items()}
    if draw(st.booleans()):
        settings["class_weight"] = {classes[0]: numpy.float64(2.5)}
    samples = numpy.array(rows) if names is None else pandas.DataFrame(rows, columns=names)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return SoftmaxClassifier(**settings).fit(samples, classes[y]), samples


def facts(classifier, samples):
    """All that a classifier says: of samples, of its features and classes, and of itself, to the bit."""
    return {
        "probabilities": classifier.predict_proba(samples).tobytes(),
        "scores": classifier.decision_function(samples).tobytes(),
        "classes": (classifier.classes_.tolist(), classifier.classes_.dtype.kind, classifier.predict(samples).tolist()),
        "coefficients": (classifier.coef_.tobytes(), classifier.intercept_.tobytes()),
        "features": (classifier.n_features_in_, list(getattr(classifier, "feature_names_in_", ["none"]))),
        "settings": classifier.get_params(),
        "network": (repr(classifier.network_), [z.data for z in classifier.network_(numpy.array(samples)[0].tolist())]),
    }


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("classifiers")


@given(fits())
def test_what_is_saved_is_loaded(folder, fit):
    """Law: a classifier and the one that is loaded from its file say the same, bit for bit; so does a file of that."""
    classifier, samples = fit
    path = folder / "saved.json"
    save_classifier(classifier, path)
    loaded = load_classifier(str(path))
    assert facts(loaded, samples) == facts(classifier, samples)
    content = path.read_bytes()
    save_classifier(loaded, path)
    assert path.read_bytes() == content


@given(fits())
def test_the_command_predicts_the_same(folder, fit):
    """Law: `microgrand predict` writes, for a table of the samples, the classes that the classifier predicts, and its
    probabilities as printed; the columns may stand in any order.
    """
    classifier, samples = fit
    header = list(samples.columns) if hasattr(samples, "columns") else [f"x{i}" for i in range(samples.shape[1])]
    table, path = folder / "table.csv", folder / "predicts.json"
    save_classifier(classifier, path, target="the kind of it")
    with table.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["the row", *header[::-1]])
        rows.writerows([[f"row {k}", *row[::-1]] for k, row in enumerate(numpy.array(samples).tolist())])
    done = run("predict", path, table)
    found = list(csv.reader(done.stdout.splitlines()))
    names = [str(each) for each in classifier.classes_.tolist()]
    assert (done.returncode, done.stderr, found[0]) == (0, "", ["the kind of it", *[f"p({name})" for name in names]])
    assert [row[0] for row in found[1:]] == [str(each) for each in classifier.predict(samples).tolist()]
    assert [row[1:] for row in found[1:]] == [[f"{p:.6g}" for p in row] for row in classifier.predict_proba(samples)]


def test_a_class_is_that_of_the_largest_score(tmp_path):
    """Where scores differ and probabilities are equal, as their difference is below rounding, both name one class."""
    pair = SoftmaxClassifier(tol=1e-1).fit(X[:100], Y[:100])
    first, second = pair.network_.layers[0].bias
    for theta in pair.network_.parameters():
        theta.data = 0.0
    (tmp_path / "t.csv").write_text("x0,x1,x2,x3\n1,2,3,4\n")
    for bias, label in ((first, 0), (second, 1)):
        first.data, second.data, bias.data = 0.0, 0.0, 1e-17
        save_classifier(pair, tmp_path / "a.json")
        assert pair.predict([[1.0, 2.0, 3.0, 4.0]]).tolist() == [label]
        assert run("predict", tmp_path / "a.json", tmp_path / "t.csv").stdout == f"class,p(0),p(1)\n{label},0.5,0.5\n"


def test_whatever_text_there_is_is_kept_or_refused(folder):
    """Law: classes and features of any text are kept, or the classifier is refused in one sentence and no file is
    written.
    """
    counts = {"kept": 0, "refused": 0}

    @given(fits(TEXTS))
    def law(fit):
        classifier, samples = fit
        path = folder / "any.json"
        path.unlink(missing_ok=True)
        said = calls.told(lambda: save_classifier(classifier, path))
        counts["kept" if path.exists() else "refused"] += 1
        assert said.startswith("None" if path.exists() else "InputError: the model cannot be kept in a file: ")
        assert "\n" not in said
        found = [facts(load_classifier(kept), samples) for kept in folder.glob("any.json")]
        assert found == [facts(classifier, samples)] * path.exists()

    law()
    assert min(counts.values()) > 0


def test_a_pipeline_is_saved_with_its_scale(tmp_path):
    """A pipeline with StandardScaler is one file: `predict` standardises, and the loaded classifier needs no scaler."""
    frame = pandas.DataFrame(X * [1.0, 1e3, 1e-3, 7.0] + 20.0, columns=["a", "b", "c", "d"])
    frame.assign(kind=Y).to_csv(tmp_path / "iris.csv", index=False)
    for scaler in (StandardScaler(), StandardScaler(with_mean=False), StandardScaler(with_std=False)):
        for fit_intercept in (True, False):
            pipeline = make_pipeline(scaler, SoftmaxClassifier(tol=1e-2, fit_intercept=fit_intercept)).fit(frame, Y)
            save_classifier(pipeline, tmp_path / "iris.json", target="kind")
            loaded = load_classifier(tmp_path / "iris.json")
            assert loaded.feature_names_in_.tolist() == ["a", "b", "c", "d"]
            assert numpy.allclose(loaded.predict_proba(frame), pipeline.predict_proba(frame), rtol=1e-9, atol=1e-12)
            done = run("predict", tmp_path / "iris.json", tmp_path / "iris.csv")
            rows = [line.split(",")[1:] for line in done.stdout.splitlines()[1:]]
            assert rows == [[f"{p:.6g}" for p in row] for row in pipeline.predict_proba(frame)]
            assert done.stderr == f"accuracy: {pipeline.score(frame, Y):.3f}\n"


NUMBER = st.integers(-99, 99).map(lambda k: k / 8)
DEVIATION = st.sampled_from([1e-6, 0.5, 1.0, 300.0])


@st.composite
def models(draw):
    """A model as the command trains it, of a column of numbers and one of answers, with two classes or three."""
    classes = draw(st.permutations(["9", "10", "a word"]))[: draw(st.integers(2, 3))]
    network = classifier([2, len(classes)], bias := draw(st.booleans()), random.Random(0))
    for parameter in network.parameters():
        parameter.data = draw(NUMBER)
    scale = Scale([draw(NUMBER), draw(NUMBER)], [draw(DEVIATION), draw(DEVIATION)])
    return Model([Column("size"), Column("smoker", "boolean")], classes, "kind", scale, [], bias, network)


@given(models(), st.lists(st.tuples(NUMBER, st.booleans()), min_size=1, max_size=5))
def test_what_the_command_wrote_is_loaded(folder, model, rows):
    """Law: a model of the command's predicts as an estimator too, for numbers and answers as they are, but for the
    rounding. Its classes are text, in their order by the alphabet; and it has the settings of the constructor.
    """
    (folder / "model.json").write_text(model.to_json())
    loaded = load_classifier(folder / "model.json")
    assert (loaded.classes_.tolist(), loaded.get_params()) == (sorted(model.classes), SoftmaxClassifier().get_params())
    found = loaded.predict_proba(pandas.DataFrame(rows, columns=["size", "smoker"]))
    places = [model.classes.index(name) for name in loaded.classes_]
    expected = numpy.array([probabilities for _, probabilities in model.predictions(rows)])[:, places]
    assert numpy.allclose(found, expected, rtol=1e-6, atol=1e-9)


def test_what_the_command_trained_is_loaded(tmp_path):
    """Of a table with numbers and answers, `train` makes a file that is an estimator for the same table."""
    frame = pandas.DataFrame(X[:, :2], columns=["length", "width"]).assign(large=X[:, 2] > 4.0)
    frame.assign(kind=[f"kind {k}" for k in Y]).to_csv(tmp_path / "t.csv", index=False)
    assert run("train", tmp_path / "t.csv", "--out", tmp_path).returncode == 0
    loaded = load_classifier(tmp_path / "model.json")
    printed = pandas.read_csv(io.StringIO(run("predict", tmp_path / "model.json", tmp_path / "t.csv").stdout))
    assert numpy.allclose(loaded.predict_proba(frame), printed.iloc[:, 1:], rtol=1e-5)
    assert (loaded.predict(frame) == printed["kind"]).all()


def written(path, change):
    """Change the fields of a model file, and sign it."""
    found = json.loads(path.read_text())
    change(found)
    path.write_text(json.dumps(found | {"checksum": checksum(found)}))
    return path


def test_files_of_older_versions_are_loaded(tmp_path):
    """Version 3 had no estimator, and version 2 no kinds of columns: both are a command's models."""
    save_classifier(SoftmaxClassifier(tol=1e-3).fit(X, Y), tmp_path / "a.json")
    expected = load_classifier(tmp_path / "a.json")
    older = load_classifier(written(tmp_path / "a.json", lambda f: (f.pop("estimator"), f.update(version=3))))
    frame = pandas.DataFrame(X, columns=["x0", "x1", "x2", "x3"])
    assert older.predict_proba(frame).tobytes() == expected.predict_proba(X).tobytes()
    assert (older.classes_.tolist(), older.get_params()) == (["0", "1", "2"], SoftmaxClassifier().get_params())
    with pytest.raises(InputError, match="has hidden layers, and a SoftmaxClassifier has none: use `microgrand predi"):
        load_classifier(OLD / "model.json")


def test_models_that_are_no_estimator_are_refused(tmp_path):
    """Of the command's, those with words or dates: one sentence says what reads them."""
    for header, cells, what in [("town", ("Oslo", "Rome"), "category"), ("day", ("2023-02-03", "2023-03-04"), "date")]:
        rows = [f"{k}.5,{cells[k % 2]},{'ab'[k // 3 % 2]}" for k in range(12)]
        (tmp_path / "t.csv").write_text("\n".join([f"size,{header},kind", *rows]))
        run("train", tmp_path / "t.csv", "--out", tmp_path, "--epochs", 2, "--use", header)
        with pytest.raises(InputError) as error:
            load_classifier(tmp_path / "model.json")
        sentence = f"has the {what} columns '{header}', and a SoftmaxClassifier has none: use `microgrand predict`"
        assert str(error.value) == f"{tmp_path / 'model.json'} {sentence}"


def fitted(y=Y, **settings):
    return SoftmaxClassifier(tol=1e-1).fit(X, y).set_params(**settings)


BLANK = pandas.DataFrame(X, columns=["a", "b", "", "c"])
KEPT = "InputError: the classifier cannot be kept in a file: "
MODEL = "InputError: the model cannot be kept in a file: "
REFUSED = {  # what is saved, where to, and what is said of it
    "not fitted": (SoftmaxClassifier, "a.json", "NotFittedError: the classifier is not fitted, so there is nothing to"),
    "pipeline": (lambda: make_pipeline(StandardScaler(), SoftmaxClassifier()), "a.json", "NotFittedError: the classif"),
    "another": (LogisticRegression, "a.json", "TypeError: save_classifier takes a SoftmaxClassifier, or a pipeline of"),
    "two scalers": (lambda: make_pipeline(StandardScaler(), StandardScaler(), SoftmaxClassifier()), "a.json",
                    "TypeError: save_classifier takes a SoftmaxClassifier, or a pipeline of StandardScaler and one; "
                    "got StandardScaler → StandardScaler → SoftmaxClassifier"),
    "ending": (fitted, "a.pickle", "InputError: a classifier is kept in a file that ends in .json; got 'a.pickle'"),
    "folder": (fitted, "no/a.json", "could not be written: there is no such folder"),
    "dates": (lambda: fitted(Y.astype("datetime64[s]")), "a.json", f"{KEPT}its classes are of the type datetime64[s];"),
    "weights": (lambda: fitted(class_weight={7: 1.0}), "a.json", f"{KEPT}class_weight has 7, which is none of the c"),
    "setting": (lambda: fitted(C="x"), "a.json", f"{KEPT}C is a number above 0; got 'x' of type str"),
    "no name": (lambda: fitted(numpy.array(["", "b", "c"])[Y]), "a.json", f"{MODEL}'classes' is a name; got ''"),
    "blank": (lambda: SoftmaxClassifier(tol=1e-1).fit(BLANK, Y), "a.json", f"{MODEL}'columns' is a name; got ''"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_no_file_keeps_is_refused(case, tmp_path):
    """One sentence says why, and no file is written."""
    make, name, sentence = REFUSED[case]
    said = calls.told(lambda: save_classifier(make(), tmp_path / name))
    assert sentence in said
    assert list(tmp_path.iterdir()) == []


def test_a_target_is_no_feature(tmp_path):
    """The column of classes has a name, and one of its own."""
    for target, sentence in [("x1", "a feature is called 'x1' too: give save_classifier another target"),
                             (3, "'target' is a name; got 3")]:  # fmt: skip
        with pytest.raises(InputError, match=sentence):
            save_classifier(fitted(), tmp_path / "a.json", target)


def test_parameters_that_are_no_numbers_are_refused(tmp_path):
    """θ that is NaN or beyond 1e300 is not written; a deviation that makes θ infinite is not loaded."""
    for number in (math.nan, -math.inf, 1e301):
        classifier = fitted()
        classifier.network_.layers[0].theta[1][2].data = number
        with pytest.raises(InputError, match=r"'0\.theta' holds .*, and its numbers are finite"):
            save_classifier(classifier, tmp_path / "a.json")
    save_classifier(fitted(), tmp_path / "a.json")
    path = written(tmp_path / "a.json", lambda found: found.update(deviation=[5e-324] * 4))
    with pytest.raises(InputError, match="has a scale by which θ and b are not finite for features as they are"):
        load_classifier(path)


def test_parameters_and_classifiers_have_functions_of_their_own(tmp_path):
    """`save` and `load`, which keep the parameters of a layer, name those that keep a classifier."""
    for call, name in [(save, "save_classifier"), (load, "load_classifier")]:
        with pytest.raises(TypeError, match=f"{name} keeps an estimator"):
            call(SoftmaxClassifier(), tmp_path / "a.json")


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_a_loaded_classifier_goes_on(tmp_path):
    """A warm start goes on from what was loaded; another fit forgets it; what a fit tells of itself is not kept."""
    settings = {"solver": "gradient-descent", "warm_start": True, "max_iter": 5}
    classifier = SoftmaxClassifier(**settings).fit(X, Y)
    save_classifier(classifier, tmp_path / "a.json")
    loaded = load_classifier(tmp_path / "a.json")
    assert not hasattr(loaded, "history_")
    assert not hasattr(loaded, "n_iter_")
    assert loaded.fit(X, Y).predict_proba(X).tobytes() == classifier.fit(X, Y).predict_proba(X).tobytes()
    cold = loaded.set_params(warm_start=False).fit(X, Y)
    assert cold.coef_.tobytes() == SoftmaxClassifier(**settings).fit(X, Y).coef_.tobytes()
