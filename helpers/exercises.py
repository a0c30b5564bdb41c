"""Exercises that check themselves, with checks that are themselves tested when the notebook runs."""

from collections.abc import Callable
from typing import Any

Check = Callable[[Any], str | None]


class Exercise:
    """An exercise with a check.

    `check` takes the reader's answer (usually a function, sometimes a value) and returns None when it is
    right, or says in words what is wrong.
    """

    def __init__(self, name: str, check: Check) -> None:
        self.name = name
        self._check = check

    def fault(self, answer: Any) -> str | None:
        """What is wrong with `answer`, in words, or None. Never raises, whatever the answer does."""
        if answer is None or answer is ...:
            return "there is no answer yet"
        try:
            return self._check(answer)
        except NotImplementedError:
            return "there is no answer yet"
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # a reader's answer may raise anything, also SystemExit; the check says so
            return f"it stops with {type(error).__name__}: {_words(error)}"

    def check(self, answer: Any) -> None:
        """Print whether `answer` is right and, if not, what is wrong."""
        fault = self.fault(answer)
        print(f"{self.name}: right." if fault is None else f"{self.name}: not yet. {_sentence(fault)}")

    def prove(self, solution: Any, *, stub: Any = None, wrong: dict[str, Any]) -> None:
        """Test the check itself: it must pass `solution` and turn away `stub` and every `wrong` answer.

        `wrong` maps a name for a plausible mistake to an answer that makes it. Prints what the check says
        of each.

        Raises AssertionError when the check is wrong, ValueError when `wrong` is empty.
        """
        if not wrong:
            raise ValueError("wrong = {}: at least one named plausible wrong answer is needed")
        fault = self.fault(solution)
        assert fault is None, f"{self.name}: the check turns the solution away: {fault}"
        assert self.fault(stub) is not None, f"{self.name}: the check passes the empty stub"
        print(f"{self.name}: the solution passes, an empty answer does not.")
        for mistake, answer in wrong.items():
            fault = self.fault(answer)
            assert fault is not None, f"{self.name}: the check passes the wrong answer {mistake!r}"
            print(f"  {mistake}: {_sentence(fault)}")


def _words(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:  # an exception whose own message fails is still only a wrong answer
        return "(it has no message)"


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:] + ("" if words.endswith((".", "!", "?")) else ".")
