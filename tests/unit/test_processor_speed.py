"""A limit in CPU seconds grows on a slower machine and never shrinks."""

import pytest

from tests import processor_speed


@pytest.mark.parametrize(("reference", "slower"), [(1e9, False), (1e-3, True)])
def test_only_a_slower_machine_has_more_time(monkeypatch, reference, slower):
    monkeypatch.setattr(processor_speed, "REFERENCE_CPU_SECONDS", reference)
    slowness = processor_speed.slowness.__wrapped__()
    assert slowness > 1 if slower else slowness == 1
