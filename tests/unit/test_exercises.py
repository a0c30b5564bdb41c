"""Exercises: a check survives every answer, and `prove` finds a check that is wrong."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.exercises import Exercise

laws = settings(max_examples=25, deadline=None, derandomize=True)
# Every plain exception, made with one argument as most code makes them.
PLAIN = [
    ArithmeticError,
    AssertionError,
    AttributeError,
    IndexError,
    KeyError,
    MemoryError,
    NameError,
    OSError,
    RecursionError,
    RuntimeError,
    StopIteration,
    SyntaxError,
    TypeError,
    ValueError,
    Warning,
    ZeroDivisionError,
]


def doubles(answer):
    got = answer(3)
    return None if got == 6 else f"for 3 it gives {got}, not 6"


def double(x):
    return 2 * x


def square(x):
    return x * x


def unwritten(x):
    raise NotImplementedError


def raising(error):
    def answer(x):
        raise error

    return answer


exercise = Exercise("Exercise 1", doubles)


# Checking


def test_a_right_answer_is_right(capsys):
    exercise.check(double)
    assert capsys.readouterr().out == "Exercise 1: right.\n"


def test_a_wrong_answer_is_told_what_is_wrong(capsys):
    exercise.check(square)
    assert capsys.readouterr().out == "Exercise 1: not yet. For 3 it gives 9, not 6.\n"


@pytest.mark.parametrize("empty", [None, ..., unwritten])
def test_an_empty_answer_is_no_answer_yet(empty, capsys):
    exercise.check(empty)
    assert capsys.readouterr().out == "Exercise 1: not yet. There is no answer yet.\n"


@pytest.mark.parametrize("kind", PLAIN)
def test_an_answer_that_raises_is_told_so(kind):
    assert exercise.fault(raising(kind("no luck"))).startswith(f"it stops with {kind.__name__}: ")


def test_an_answer_without_end_is_told_so():
    def endless(x):
        return endless(x)

    assert exercise.fault(endless).startswith("it stops with RecursionError")


@laws
@given(st.one_of(st.integers(), st.text(), st.lists(st.floats()), st.dictionaries(st.text(), st.none())))
def test_an_answer_of_another_type_is_told_so(answer):
    assert "TypeError" in exercise.fault(answer)


@pytest.mark.parametrize("returned", [np.array([6, 7]), "six", None, object()], ids=type)
def test_an_answer_that_returns_another_type_is_wrong(returned):
    assert exercise.fault(lambda x: returned)


def test_an_array_is_an_answer():
    assert Exercise("sum", lambda a: None if a.sum() == 3 else "no").fault(np.array([1, 2])) is None


def test_a_check_that_raises_does_not_escape():
    assert Exercise("broken", lambda answer: 1 / 0).fault(5) == "it stops with ZeroDivisionError: division by zero"


def test_a_hand_stop_goes_through():
    with pytest.raises(KeyboardInterrupt):
        exercise.fault(raising(KeyboardInterrupt()))


def test_an_answer_that_exits_is_told_so():
    assert "SystemExit" in exercise.fault(raising(SystemExit(1)))


def test_an_error_without_words_is_told_by_its_name():
    class Mute(Exception):
        def __str__(self):
            raise KeyError("words")

    assert "Mute" in exercise.fault(raising(Mute()))


@pytest.mark.parametrize(("said", "shown"), [("too big.", "Too big."), ("why?", "Why?"), ("a b", "A b."), ("X", "X.")])
def test_a_fault_is_printed_as_a_sentence(said, shown, capsys):
    Exercise("E", lambda answer: said).check(1)
    assert capsys.readouterr().out == f"E: not yet. {shown}\n"


# Proving the check


def test_prove_says_what_the_check_says_of_each(capsys):
    exercise.prove(double, stub=unwritten, wrong={"squares": square, "adds": lambda x: x + 2})
    assert capsys.readouterr().out == (
        "Exercise 1: the solution passes, an empty answer does not.\n"
        "  squares: For 3 it gives 9, not 6.\n"
        "  adds: For 3 it gives 5, not 6.\n"
    )


def test_prove_finds_a_check_that_passes_a_wrong_answer():
    lax = Exercise("lax", lambda answer: None if answer(2) == 4 else "no")
    with pytest.raises(AssertionError, match="lax: the check passes the wrong answer 'squares'"):
        lax.prove(double, wrong={"adds": lambda x: x + 1, "squares": square})


def test_prove_finds_a_check_that_passes_the_stub():
    lax = Exercise("lax", lambda answer: None if answer(0) in (0, 1) else "no")
    with pytest.raises(AssertionError, match="lax: the check passes the empty stub"):
        lax.prove(double, stub=lambda x: 0, wrong={"shifts": lambda x: x + 9})


def test_prove_finds_a_check_that_turns_the_solution_away():
    strict = Exercise("strict", lambda answer: "too slow")
    with pytest.raises(AssertionError, match="strict: the check turns the solution away: too slow"):
        strict.prove(double, wrong={"squares": square})


def test_prove_finds_a_check_that_raises_on_the_solution():
    with pytest.raises(AssertionError, match="turns the solution away: it stops with ZeroDivisionError"):
        Exercise("broken", lambda answer: 1 / 0).prove(double, wrong={"squares": square})


def test_an_empty_answer_is_no_solution():
    with pytest.raises(AssertionError, match="turns the solution away: there is no answer yet"):
        Exercise("lax", lambda answer: None).prove(None, wrong={"squares": square})


def test_prove_needs_a_wrong_answer():
    with pytest.raises(ValueError, match="wrong = {}: at least one named plausible wrong answer is needed"):
        exercise.prove(double, wrong={})
