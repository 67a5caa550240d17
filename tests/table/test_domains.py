"""Laws of domains: an interval holds what lies between its ends, a domain what one of its intervals holds."""

import math
import pickle

from hypothesis import given
from hypothesis import strategies as st

from microgrand import Domain, Interval

LOW = st.sampled_from([-math.inf, -2.0, 0.0, 1.5])
HIGH = st.sampled_from([-2.0, 0.0, 1.5, math.inf])
INTERVALS = st.builds(Interval, LOW, HIGH, st.booleans(), st.booleans())
NUMBERS = st.sampled_from([-math.inf, -1e308, -2.0, -1.0, -0.0, 0.0, 1.5, 7.0, math.inf])


@given(INTERVALS, NUMBERS)
def test_an_interval_holds_what_lies_between_its_ends(interval, x):
    """x lies in it if low ≤ x ≤ high, or < where an end is open."""
    above = interval.low < x or (interval.low == x and not interval.open_low)
    below = x < interval.high or (interval.high == x and not interval.open_high)
    assert interval.holds(x) == interval.contains(x) == (above and below)


@given(st.lists(INTERVALS, max_size=3), NUMBERS)
def test_a_domain_is_the_union_of_its_intervals(intervals, x):
    """A domain holds what one of its intervals holds; NaN always. It is everything if a single interval is."""
    domain = Domain(*intervals)
    assert domain.holds(x) == any([interval.holds(x) for interval in intervals])
    assert domain.holds(math.nan)
    whole = [interval for interval in intervals if interval.holds(-math.inf) and interval.holds(math.inf)]
    assert domain.everything == (len(whole) > 0)


@given(st.lists(INTERVALS, max_size=3))
def test_domains_are_written_and_kept(intervals):
    """A domain prints as code that makes it again, pickles, and in a text has brackets where its ends are included."""
    domain = Domain(*intervals)
    again = [
        eval(repr(domain), {"Domain": Domain, "Interval": Interval, "inf": math.inf}),
        pickle.loads(pickle.dumps(domain)),
    ]
    assert [repr(other) for other in again] == [repr(domain)] * 2
    texts = str(domain).split(" ∪ ") if intervals else []
    assert [text.startswith("[") for text in texts] == [not x.open_low and math.isfinite(x.low) for x in intervals]
    assert [text.endswith("]") for text in texts] == [not x.open_high and math.isfinite(x.high) for x in intervals]
