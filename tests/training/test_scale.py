"""Laws of `python -m benchmarks.scale`: what is measured beside each other computes the same."""

import pytest

from benchmarks import scale


@pytest.mark.parametrize("count", [10, 1000])
def test_what_is_compared_computes_the_same(count):
    """The cost and its gradient by microgrand are those by hand; two classifiers come to the same θ."""
    x, y = scale.samples(count)
    signs = (y % 2) * 2.0 - 1.0
    assert scale.replayed(x, signs) == pytest.approx(scale.by_hand(x, signs), rel=1e-9)
    assert scale.replayed(x.astype("float32"), signs) == pytest.approx(scale.by_hand(x, signs), rel=1e-5)


def test_two_classifiers_come_to_the_same_parameters():
    """With epochs enough, scikit-learn's and microgrand's."""
    pytest.importorskip("sklearn", reason="scikit-learn is not installed: pip install scikit-learn")
    x, y = scale.samples(500)
    ours, theirs = [make().set_params(max_iter=500, tol=1e-8).fit(x, y) for make in (scale.ours, scale.scikit_learns)]
    assert ours.coef_ == pytest.approx(theirs.coef_, abs=1e-4)


def test_a_line_says_what_it_took_or_why_there_is_nothing():
    """Megabytes of data, seconds and megabytes beyond; or a reason in their place."""
    line = scale.described("logistic cost, mapped file: microgrand", 10**6, scale.Cost(1.25, 3e6))
    assert line.split()[-4:] == ["1,000,000", "40", "1.25", "3"]
    assert scale.described("x", 1000, scale.Cost(failed="out of memory")).endswith("out of memory")


def test_too_few_samples_are_refused(capsys):
    """The sentence says how many there are at least."""
    with pytest.raises(SystemExit) as stop:
        scale.main(["--samples", "10"])
    assert stop.value.code == 2
    assert "there are 1,000 samples at least" in capsys.readouterr().err
