"""The claims ledger: criteria, verdicts, what is refused, the table and its JSON."""

import json
import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from helpers.claims import (
    CLAIMS_MIME,
    ClaimsFailed,
    Criterion,
    Ledger,
    above,
    at_least,
    at_most,
    below,
    between,
    decimal,
    within,
)
from helpers.stats import Interval, mean_interval

laws = settings(max_examples=30, deadline=None, derandomize=True)
numbers = st.floats(-1e12, 1e12)
not_finite = pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
places = pytest.mark.parametrize("on", ["value", "interval"])
EVERYTHING = (above(-math.inf), below(math.inf), at_least(-math.inf), at_most(math.inf), within(math.inf))


@st.composite
def intervals(draw):
    low, value, high = sorted(draw(st.tuples(numbers, numbers, numbers)))
    return Interval(value, low, high, draw(st.integers(2, 50)))


@st.composite
def criteria(draw, places=("value", "interval")):
    low, high = sorted(draw(st.tuples(numbers, numbers)))
    kinds = {above: (low,), below: (high,), at_least: (low,), at_most: (high,), between: (low, high)}
    kind = draw(st.sampled_from(list(kinds)))
    return kind(*kinds[kind], on=draw(st.sampled_from(places)))


def point(number):
    return Interval(number, number, number, 1)


def ledger(**claims):
    """A ledger with one claim for each `name=(criterion, measured)`; a third entry is why it is not expected."""
    made = Ledger("s4", 3)
    for name, (criterion, here, *reason) in claims.items():
        made.declare(name, "says", "there", criterion, expected=not reason, reason="".join(reason))
        if here is not None:
            made.measure(name, here)
    return made


# Decimals


@laws
@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_decimal_never_looks_like_an_integer(number):
    assert "." in decimal(number)


@laws
@given(st.integers(-(10**15), 10**15))
def test_a_whole_number_gets_a_decimal_point(number):
    assert "." in decimal(number)


@laws
@given(st.floats(1e-300, 9.99e-4) | st.floats(0.1, 1e300), st.sampled_from([-1, 1]))
def test_a_decimal_keeps_three_digits(size, sign):
    assert float(decimal(sign * size)) == pytest.approx(sign * size, rel=5.01e-3)


@pytest.mark.parametrize("number", [0.00149, 0.0125])
def test_a_small_decimal_keeps_three_digits(number):
    assert float(decimal(number)) == pytest.approx(number, rel=5e-3)


@laws
@given(numbers)
def test_a_decimal_has_the_sign_of_its_number(number):
    assume(number)
    assert math.copysign(1, float(decimal(number))) == math.copysign(1, number)


@not_finite
def test_a_number_that_is_not_finite_is_written_in_words(number):
    assert decimal(number) in ("nan", "inf", "-inf")


# Criteria


@pytest.mark.parametrize(
    ("criterion", "at", "inside", "outside"),
    [
        (above(2), False, 2.5, 1.5),
        (below(2), False, 1.5, 2.5),
        (at_least(2), True, 2.5, 1.5),
        (at_most(2), True, 1.5, 2.5),
        (within(2), True, -1.5, -2.5),
        (between(2, 3), True, 2.5, 1.5),
        (between(1, 2), True, 1.5, 2.5),
    ],
    ids=str,
)
def test_a_criterion_is_strict_or_inclusive_at_its_bound(criterion, at, inside, outside):
    assert [criterion.holds(point(number)) for number in (2.0, inside, outside)] == [at, True, False]


@laws
@given(criteria(), intervals(), st.integers(1, 99), st.floats(0.5, 0.99))
def test_a_verdict_does_not_depend_on_count_or_level(criterion, here, n, level):
    other = Interval(here.value, here.low, here.high, n, level)
    assert criterion.holds(other) == criterion.holds(here)


@laws
@given(criteria(["value"]), intervals(), numbers, numbers)
def test_a_criterion_on_the_value_ignores_the_ends(criterion, here, low, high):
    assert criterion.holds(Interval(here.value, low, high, here.n)) == criterion.holds(here)


@laws
@given(criteria(["interval"]), intervals())
def test_a_criterion_on_the_interval_judges_both_ends(criterion, here):
    assert criterion.holds(here) == (criterion.holds(point(here.low)) and criterion.holds(point(here.high)))


@laws
@given(intervals(), st.floats(0, 1e12))
def test_what_holds_for_the_interval_holds_for_the_value(here, tolerance):
    assert within(tolerance).holds(here) or not within(tolerance, on="interval").holds(here)


@laws
@given(numbers, numbers)
def test_above_is_the_opposite_of_at_most(bound, number):
    assert above(bound).holds(point(number)) != at_most(bound).holds(point(number))


@laws
@given(numbers, numbers)
def test_below_is_the_opposite_of_at_least(bound, number):
    assert below(bound).holds(point(number)) != at_least(bound).holds(point(number))


@laws
@given(st.floats(0, 1e12), numbers)
def test_within_ignores_the_sign(tolerance, number):
    assert within(tolerance).holds(point(number)) == within(tolerance).holds(point(-number))


@not_finite
@pytest.mark.parametrize("criterion", EVERYTHING, ids=str)
def test_a_value_that_is_not_finite_never_holds(criterion, number):
    assert not criterion.holds(point(number))


@not_finite
@pytest.mark.parametrize("end", ["low", "high", "value"])
def test_an_interval_with_an_end_that_is_not_finite_never_holds(number, end):
    ends = {"value": 1.0, "low": 0.0, "high": 2.0} | {end: number}
    assert not between(-math.inf, math.inf, on="interval").holds(Interval(**ends, n=3))


@pytest.mark.parametrize(
    ("criterion", "words"),
    [
        (above(0), "above 0, value"),
        (below(0.5), "below 0.5, value"),
        (at_least(10, on="interval"), "at least 10, whole interval"),
        (at_most(1.5), "at most 1.5, value"),
        (within(1e-6), "within 1e-06 of 0, value"),
        (between(-1, 2, on="interval"), "between -1 and 2, whole interval"),
    ],
    ids=str,
)
def test_a_criterion_says_bound_and_what_is_judged(criterion, words):
    assert str(criterion) == words


@pytest.mark.parametrize("kind", [above, below, at_least, at_most, within])
@pytest.mark.parametrize("bound", [True, False, math.nan])
def test_a_bound_is_a_number(kind, bound):
    with pytest.raises(ValueError, match=f"= {bound!r}: allowed is a number"):
        kind(bound)


@pytest.mark.parametrize("bound", [np.True_, None, "0", 1j])
def test_a_criterion_refuses_a_bound_that_is_no_number(bound):
    with pytest.raises(ValueError, match="bound = .*: allowed is a number"):
        Criterion("odd", low=bound)


def test_a_negative_tolerance_is_refused():
    with pytest.raises(ValueError, match=r"tolerance = -0\.1: allowed is a number from 0 up"):
        within(-0.1)


def test_bounds_the_wrong_way_round_are_refused():
    with pytest.raises(ValueError, match="low = 2 is above high = 1"):
        between(2, 1)


@pytest.mark.parametrize("kind", [above, below, at_least, at_most, within])
def test_a_criterion_judges_value_or_interval_only(kind):
    with pytest.raises(ValueError, match="on = 'mean': allowed is 'value' or 'interval'"):
        kind(1, on="mean")


# Declaring and measuring


def test_a_name_is_declared_once():
    with pytest.raises(ValueError, match="name = 'a': a claim of this name is declared already"):
        ledger(a=(above(0), None)).declare("a", "says", "there", below(0))


@pytest.mark.parametrize("criterion", [0.5, None, "above 0", above])
def test_a_criterion_is_a_criterion(criterion):
    with pytest.raises(ValueError, match="criterion = .*: allowed is above, below"):
        ledger().declare("a", "says", "there", criterion)


def test_what_is_not_expected_needs_a_reason():
    with pytest.raises(ValueError, match="reason = '': a claim that is not expected"):
        ledger().declare("a", "says", "there", above(0), expected=False)


def test_a_refused_declaration_leaves_no_claim():
    made = ledger()
    with pytest.raises(ValueError):
        made.declare("a", "says", "there", above(0), expected=False)
    assert made.record()["claims"] == []


def test_measuring_twice_is_refused_and_keeps_the_first():
    made = ledger(a=(above(0), 1.0))
    with pytest.raises(ValueError, match="name = 'a': measured already"):
        made.measure("a", 2.0)
    assert made.record()["claims"][0]["here"]["value"] == 1.0


def test_measuring_what_is_not_declared_is_refused_with_the_names():
    with pytest.raises(ValueError, match="name = 'c': declared are a, b"):
        ledger(a=(above(0), None), b=(above(0), None)).measure("c", 1.0)


@pytest.mark.parametrize("verdict", [True, False, np.True_, np.False_, "holds", None, [1.0], 1j], ids=repr)
def test_a_bare_verdict_is_no_measurement(verdict):
    with pytest.raises(ValueError, match="here = .*: allowed is a number or an Interval, never a bare verdict"):
        ledger(a=(above(0), None)).measure("a", verdict)


def test_a_bare_number_is_refused_where_the_interval_is_judged():
    with pytest.raises(ValueError, match=r"here = 1\.0: 'a' is judged on an interval"):
        ledger(a=(above(0, on="interval"), None)).measure("a", 1.0)


@pytest.mark.parametrize("number", [1, 1.0, np.float32(1), np.float64(1), np.int64(1)], ids=repr)
def test_a_bare_number_is_a_measurement_of_one(number):
    here = ledger(a=(at_least(1), number)).record()["claims"][0]["here"]
    assert here == {"value": 1.0, "low": 1.0, "high": 1.0, "n": 1, "unit": ""}


# Showing and concluding


@pytest.mark.parametrize("end", ["show", "conclude"])
def test_an_unmeasured_claim_is_named_and_stops_the_end(end):
    made = ledger(a=(above(0), 1.0), b=(above(0), None), c=(above(0), None, "too small"))
    with pytest.raises(ValueError, match="^not measured: b, c$"):
        getattr(made, end)()


@pytest.mark.parametrize("end", ["show", "conclude"])
def test_a_ledger_without_claims_does_not_pass(end):
    with pytest.raises(ValueError, match="no claim is declared"):
        getattr(ledger(), end)()


def test_conclude_names_only_the_expected_claims_that_fail():
    made = ledger(good=(above(0), 1.0), bad=(above(0), -1.0), worse=(below(0), 9.0), odd=(above(0), -1.0, "too small"))
    with pytest.raises(ClaimsFailed) as failed:
        made.conclude()
    assert str(failed.value) == "bad: -1.000, criterion: above 0, value; worse: 9.000, criterion: below 0, value"


def test_claims_failed_is_an_assertion_error():
    with pytest.raises(AssertionError):
        ledger(a=(above(0), -1.0)).conclude()


@not_finite
def test_conclude_fails_on_a_number_that_is_not_finite(number):
    with pytest.raises(ClaimsFailed, match="^a: "):
        ledger(a=(between(-math.inf, math.inf), number)).conclude()


def test_conclude_counts_the_expected_and_names_the_others(capsys):
    ledger(a=(above(0), 1.0), b=(below(0), -1.0), c=(above(0), -1.0, "too small")).conclude()
    assert capsys.readouterr().out == "s4: all 2 expected claims hold. Not expected at this scale: c.\n"


def test_an_unexpected_claim_may_hold(capsys):
    ledger(a=(above(0), 1.0, "too small")).conclude()
    assert "Not expected at this scale: a." in capsys.readouterr().out


@places
@laws
@given(intervals(), numbers)
def test_conclude_passes_exactly_when_the_criterion_holds(on, here, bound):
    criterion = at_least(bound, on=on)
    try:
        ledger(a=(criterion, here)).conclude()
    except ClaimsFailed:
        assert not criterion.holds(here)
    else:
        assert criterion.holds(here)


@pytest.mark.parametrize(
    ("here", "reason", "verdict"),
    [
        (None, (), "not measured"),
        (1.0, (), "holds"),
        (-1.0, (), "does not hold"),
        (1.0, ("too small",), "holds (not expected to): too small"),
        (-1.0, ("too small",), "does not hold (not expected to): too small"),
    ],
)
def test_a_verdict_in_words(here, reason, verdict):
    assert ledger(a=(above(0), here, *reason)).rows()[0][-1] == verdict


@laws
@given(intervals())
def test_a_measurement_shows_value_ends_and_count(here):
    assume(here.low < here.high)
    shown = ledger(a=(above(0), here)).rows()[0][3]
    assert shown == f"{decimal(here.value)} [{decimal(here.low)}, {decimal(here.high)}], n = {here.n}"


def test_a_measurement_carries_its_unit():
    made = Ledger("s4", 0)
    made.declare("a", "says", "there", above(0), unit="ms")
    made.measure("a", 12)
    assert made.rows()[0][3] == "12.00 ms"


# The table


def test_the_table_has_a_row_for_each_claim():
    page = ledger(a=(above(0), 1.0), b=(above(0), -1.0))._repr_mimebundle_()["text/html"]
    assert page.count("<tr>") == 3
    assert page.count("<td ") == 2 * page.count("<th ") == 12


@laws
@given(st.text(alphabet="<>&\"'ab/", min_size=1))
def test_the_table_escapes_every_text(text):
    made = Ledger("s4", 0)
    made.declare(text, text, text, Criterion(text), unit=text, expected=False, reason=text)
    made.measure(text, 1.0)
    page = made._repr_mimebundle_()["text/html"]
    tags = {"table", "thead", "tbody", "tr", "th", "td"}
    opened = [part.split(">")[0].split(" ")[0].strip("/") for part in page.split("<")[1:]]
    assert set(opened) == tags
    assert page.count("<td ") == 6


def test_the_plain_form_says_measurement_criterion_and_verdict():
    made = ledger(a=(above(0), 1.0), b=(above(0), -1.0))
    plain = made._repr_mimebundle_()["text/plain"]
    assert plain == "a: 1.000 (above 0, value): holds\nb: -1.000 (above 0, value): does not hold"


def test_the_table_carries_the_record():
    made = ledger(a=(above(0), 1.0))
    assert made._repr_mimebundle_()[CLAIMS_MIME] == made.record()


# The record


def test_the_record_is_exactly_this():
    made = Ledger("s4", 3)
    made.declare("speed", "It is faster.", "60 times", at_least(2, on="interval"), unit="times")
    made.declare("size", "It is smaller.", "half", below(1), expected=False, reason="too small here")
    made.measure("speed", Interval(4.0, 3.0, 5.0, 10))
    assert made.record() == {
        "paper": "s4",
        "seed": 3,
        "claims": [
            {
                "name": "speed",
                "says": "It is faster.",
                "there": "60 times",
                "here": {"value": 4.0, "low": 3.0, "high": 5.0, "n": 10, "unit": "times"},
                "criterion": "at least 2, whole interval",
                "bounds": [2.0, None],
                "holds": True,
                "expected": True,
                "reason": "",
            },
            {
                "name": "size",
                "says": "It is smaller.",
                "there": "half",
                "here": {"value": None, "low": None, "high": None, "n": 0, "unit": ""},
                "criterion": "below 1, value",
                "bounds": [None, 1.0],
                "holds": False,
                "expected": False,
                "reason": "too small here",
            },
        ],
    }


@laws
@given(st.builds(Interval, st.floats(), st.floats(), st.floats(), st.integers(1, 99)), criteria())
def test_the_record_survives_strict_json(here, criterion):
    record = ledger(a=(criterion, here)).record()
    assert json.loads(json.dumps(record, allow_nan=False)) == record


@not_finite
def test_a_number_that_is_not_finite_is_null_in_the_record(number):
    assert ledger(a=(above(0), number)).record()["claims"][0]["here"]["value"] is None


def test_the_record_of_a_sample_survives_strict_json():
    here = mean_interval(np.array([1, 2, 4], dtype=np.float32))
    assert json.dumps(ledger(a=(above(0, on="interval"), here)).record(), allow_nan=False)


def test_a_numpy_seed_survives_strict_json():
    assert json.loads(json.dumps(Ledger("s4", np.int64(7)).record()))["seed"] == 7


@pytest.mark.parametrize("criterion", [at_most(np.log(2)), between(np.float64(0), np.float64(1))], ids=str)
def test_the_record_with_a_numpy_bound_survives_strict_json(criterion):
    assert json.dumps(ledger(a=(criterion, 0.5)).record(), allow_nan=False)


def test_the_record_with_a_numpy_interval_survives_strict_json():
    half = np.float64(0.5)
    assert json.dumps(ledger(a=(between(0, 1), Interval(half, half, half, 3))).record(), allow_nan=False)


def test_the_record_with_a_numpy_count_survives_strict_json():
    assert json.dumps(ledger(a=(above(0), Interval(0.5, 0.4, 0.6, np.int64(3)))).record(), allow_nan=False)


def test_a_verdict_in_an_interval_is_no_measurement():
    with pytest.raises(ValueError, match="never a bare verdict"):
        ledger(a=(above(0), None)).measure("a", Interval(True, True, True, 1))


@pytest.mark.parametrize("tolerance", [np.True_, None, "0"])
def test_a_tolerance_is_a_number(tolerance):
    with pytest.raises(ValueError, match="tolerance = .*: allowed is a number"):
        within(tolerance)
