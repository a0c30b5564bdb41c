"""Ctrl-C and SIGTERM in a batch: at once, but never between keeping a result and counting it."""

import signal

import pytest

from helpers.batch import command

SIGNALS = [signal.SIGINT, signal.SIGTERM]


@pytest.fixture
def interrupt(tmp_path):
    handler = command._Interrupt(tmp_path, runs=3, kept=1, forced=False)
    with command._handling(handler):
        yield handler


@pytest.mark.parametrize("number", SIGNALS)
def test_an_interrupt_stops_at_once(interrupt, number):
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(number)


@pytest.mark.parametrize("number", SIGNALS)
def test_a_result_that_is_being_kept_is_counted_before_the_stop(interrupt, number, capsys):
    with pytest.raises(KeyboardInterrupt), interrupt.later():
        signal.raise_signal(number)
        interrupt.kept += 1
    interrupt.say()
    assert "Stopped. 2 of 3 runs are kept" in capsys.readouterr().err


def test_without_an_interrupt_nothing_is_stopped(interrupt):
    with interrupt.later():
        interrupt.kept += 1
    assert interrupt.kept == 2


def test_a_failure_while_keeping_is_told_and_not_the_interrupt(interrupt):
    with pytest.raises(OSError, match="disk"), interrupt.later():
        signal.raise_signal(signal.SIGINT)
        raise OSError("disk")
