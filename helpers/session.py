"""The start of a notebook: parameter checks, seeds, one thread, one plot style."""

import os
import random
import sys
from collections.abc import Collection
from typing import Any

import numpy as np
import threadpoolctl

SEED_LIMIT = 2**32 - 1
THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")


def parameter_fault(name: str, value: Any, allowed: tuple) -> str | None:
    """Say in one line what is wrong with a parameter, or return None.

    `allowed` is `(low, high)`, both inclusive and `None` where there is no bound, or `(choices,)` with a
    collection of allowed values. The type of the bounds is the type of the parameter: two integers (or
    none) allow integers only, a float among them allows any finite real number.
    """
    if len(allowed) == 1:
        choices = sorted(allowed[0], key=lambda choice: (str(type(choice)), choice))
        chosen = any(value == choice and type(value) is type(choice) for choice in choices)
        return None if chosen else f"{name} = {value!r}: allowed is one of {', '.join(map(repr, choices))}"
    low, high = allowed
    real = isinstance(low, float) or isinstance(high, float)
    kinds = (int, float, np.integer, np.floating) if real else (int, np.integer)
    right_type = isinstance(value, kinds) and not isinstance(value, bool)
    finite = right_type and (isinstance(value, int) or np.isfinite(value))
    inside = finite and (low is None or value >= low) and (high is None or value <= high)
    if inside:
        return None
    lower = "" if low is None else f" from {low}"
    upper = "" if high is None else f" up to {high}"
    return f"{name} = {value!r}: allowed is {'a number' if real else 'an integer'}{lower}{upper}"


def check_parameters(**parameters: tuple[Any, ...]) -> None:
    """Check a notebook's parameters: `name=(value, low, high)` or `name=(value, choices)`.

    Bounds are inclusive, `None` means no bound; float bounds allow real numbers, integer bounds only
    integers. `seed` has the bounds of a seed whatever is written.

    Raises ValueError, in one line, naming every parameter that is out of its range or of the wrong type.
    """
    faults = []
    for name, (value, *allowed) in parameters.items():
        limits = (0, SEED_LIMIT) if name == "seed" else tuple(allowed)
        if len(limits) not in (1, 2) or (len(limits) == 1 and not isinstance(limits[0], Collection)):
            raise TypeError(f"{name}: write (value, low, high) or (value, choices), not {(value, *allowed)!r}")
        fault = parameter_fault(name, value, limits)
        if fault:
            faults.append(fault)
    if faults:
        raise ValueError("; ".join(faults))


def start(seed: int) -> np.random.Generator:
    """Seed Python, NumPy and (where it is imported) PyTorch, use one thread, set the plot style.

    Returns a NumPy generator seeded with `seed`. Import torch before this call if the notebook uses it.
    One thread, because results then do not depend on the number of cores and because several
    notebooks run side by side.

    Raises ValueError when `seed` is not an integer from 0 to 2**32 - 1.
    """
    check_parameters(seed=(seed, 0, SEED_LIMIT))
    for variable in THREAD_VARIABLES:
        os.environ[variable] = "1"
    threadpoolctl.threadpool_limits(1)
    random.seed(seed)
    np.random.seed(seed)
    if "torch" in sys.modules:
        import torch

        torch.set_num_threads(1)
        torch.manual_seed(seed)
    if "matplotlib" in sys.modules:
        from helpers import plots

        plots.use_style()
    return np.random.default_rng(seed)
