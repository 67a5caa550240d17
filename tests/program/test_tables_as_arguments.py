"""Laws of tables and columns of other libraries as arguments: what their numbers as a NumPy array give, they give."""

import numpy
import pytest
from calls import told
from hypothesis import given, settings
from hypothesis import strategies as st

from microgrand import Value, record

pandas = pytest.importorskip("pandas", reason="pandas is not installed: pip install pandas")

OF_ROWS = record(lambda w, x: w * (x[0] * x[1] - x[1]), 1.0, [1.0, 2.0])
OF_COLUMNS = record(lambda w, x: w * (x["a"] * x["b"] - x["b"]), 1.0, {"a": 1.0, "b": 2.0})
numbers = st.lists(st.tuples(st.integers(-9, 9), st.integers(-9, 9)), min_size=1, max_size=6)


def polars(frame):
    return pytest.importorskip("polars", reason="polars is not installed: pip install polars").DataFrame(
        {name: frame[name].to_numpy() for name in frame}
    )


def arrow(frame):
    return pytest.importorskip("pyarrow", reason="pyarrow is not installed: pip install pyarrow").table(
        {name: frame[name].to_numpy() for name in frame}
    )


def backed_by_arrow(frame):
    pytest.importorskip("pyarrow", reason="pyarrow is not installed: pip install pyarrow")
    return frame.astype("double[pyarrow]")


TABLES = {
    "pandas": lambda frame: frame,
    "of whole numbers": lambda frame: frame.astype("int64"),
    "nullable": lambda frame: frame.astype("Float64"),
    "nullable whole numbers": lambda frame: frame.astype("Int64"),
    "one column nullable": lambda frame: frame.assign(b=frame["b"].astype("Int64")),
    "sparse": lambda frame: frame.astype(pandas.SparseDtype("float64", 0.0)),
    "of objects": lambda frame: frame.astype(object),
    "backed by Arrow": backed_by_arrow,
    "Arrow": arrow,
    "Arrow's batch": lambda frame: arrow(frame).to_batches()[0],
    "polars": polars,
    "masked": lambda frame: numpy.ma.masked_array(frame.to_numpy(), False),
}


@settings(max_examples=5)
@given(numbers)
@pytest.mark.parametrize("kind", TABLES)
def test_a_table_and_its_columns_are_their_numbers(kind, rows):
    """As one argument, and column by column inside one: values and gradients, bit for bit."""
    frame = pandas.DataFrame(rows, columns=["a", "b"], dtype=float)
    table, array = TABLES[kind](frame), frame.to_numpy()
    values, gradients = OF_ROWS.value_and_grad(2.0, table, argnums=1)
    expected, slopes = OF_ROWS.value_and_grad(2.0, array, argnums=1)
    assert (values == expected).all()
    assert (gradients == slopes).all()
    columns = {"a": array[:, 0], "b": array[:, 1]} if kind == "masked" else {name: table[name] for name in "ab"}
    values, by_column = OF_COLUMNS.value_and_grad(2.0, columns, argnums=1)
    assert (values == expected).all()
    assert (numpy.stack([by_column["a"], by_column["b"]], axis=1) == slopes).all()


@pytest.mark.parametrize("kind", ["nullable", "nullable whole numbers", "backed by Arrow", "Arrow", "polars"])
def test_what_is_missing_is_nan(kind):
    """A missing number is found and named as NaN is."""
    frame = pandas.DataFrame({"a": [1.0, 2.0], "b": [1.0, numpy.nan]})
    message = "NonFiniteError: row 1: the argument x[1] is nan; allow_nonfinite=True lets it through"
    assert told(lambda: OF_ROWS(2.0, TABLES[kind](frame))) == message


@pytest.mark.parametrize("kind", ["float32", "Float32"])
def test_single_precision_stays(kind):
    """A table of single precision gives values of single precision."""
    table = pandas.DataFrame({"a": [1.0, 2.0], "b": [3.0, 4.0]}).astype(kind)
    assert OF_ROWS(2.0, table).dtype == numpy.float32


def frame_of(**columns):
    return pandas.DataFrame({"a": [1.0, 2.0], **columns})


REFUSED = {
    "words": (lambda: frame_of(b=["u", "v"]), "TypeError: x "),
    "categories": (lambda: frame_of(b=pandas.Categorical(["u", "v"])),
                   "TypeError: x is numbers, and its column 'b' is of the type category: leave it out"),
    "objects": (lambda: frame_of(b=numpy.array(["u", 2.0], dtype=object)),
                "TypeError: x holds the text 'u', and a program takes numbers"),
    "times": (lambda: pandas.DataFrame({name: pandas.to_datetime(["2026-01-01"] * 2) for name in "ab"}),
              "TypeError: x holds datetime64["),
    "masked": (lambda: numpy.ma.masked_array([[1.0, 2.0]], [[True, False]]),
               "ValueError: x is a masked array, of which 1 are masked: x.filled(0.0) fills them in"),
    "lists of rows": (lambda: [[1.0, 2.0]] * 5, "ValueError: x was recorded as a list of 2; got a list of 5: "
                      "numpy.asarray(x) has a lane for each of its items"),
    "text": (lambda: "ab", "ValueError: x was recorded as a list of 2; got a str"),
    "another object": (lambda: object(), "ValueError: x was recorded as a list of 2; got an object"),
    "lazy": (lambda: polars(frame_of()).lazy(),
             "TypeError: x is a LazyFrame, which holds no numbers yet: x.collect() makes a table"),
}  # fmt: skip


@pytest.mark.parametrize("kind", REFUSED)
def test_what_holds_no_numbers_says_so(kind):
    """One sentence with the argument, what is in it, and where there is a way out, the call to make."""
    make, sentence = REFUSED[kind]
    given_argument = make()
    assert told(lambda: OF_ROWS(2.0, given_argument)).startswith(sentence)


def test_a_list_in_the_place_of_a_number_is_told_how_it_becomes_lanes():
    """A list is taken as it was recorded; an array has lanes."""
    found = told(lambda: record(lambda w, x: w * x, 1.0, 1.0)(2.0, [1.0, 2.0]))
    assert found == (
        "ValueError: x was recorded as a number; got a list of 2: numpy.asarray(x) has a lane for each of its items"
    )


def test_a_column_of_values_is_taken():
    """Values in a table keep their graph."""
    column = pandas.Series([Value(1.0), Value(2.0)])
    product = record(lambda x: x[0] * x[1], [1.0, 2.0])(column)
    assert (product.data, len(product.parents)) == (2.0, 2)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (pandas.NA, "got <NA>"),
        (pandas.Timestamp(2026, 1, 1), "got Timestamp"),
        (pandas.Series(["1", "002"], dtype=object), "holds the text '1', and a program takes numbers"),
    ],
)  # fmt: skip
def test_what_is_no_column_of_numbers_is_told(given, words):
    """A single cell is no column, and text is no number, even where it could be read as one."""
    with pytest.raises(TypeError, match=words):
        record(lambda w, x: w * x, 1.0, 2.0)(1.0, given)
