"""A progress bar for loops of more than two seconds: a widget in a notebook, tqdm in a terminal.

The widget's text form is fixed, so that a committed notebook shows what ran and not a frozen bar, and
nothing goes to stderr.
"""

import time
from collections.abc import Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")
REFRESH_SECONDS = 0.2


def in_notebook() -> bool:
    """Whether this runs in a Jupyter kernel."""
    try:
        from IPython import get_ipython
    except ImportError:
        return False
    shell = get_ipython()
    return shell is not None and hasattr(shell, "kernel")


def track(steps: Iterable[T], label: str, total: int | None = None) -> Iterator[T]:
    """Yield from `steps` while showing progress under `label`.

    Raises ValueError when `total` is not given and `steps` has no length.
    """
    if total is None:
        if not hasattr(steps, "__len__"):
            raise ValueError("total = None: steps has no length, so total must be given")
        total = len(steps)
    return _widget(steps, label, total) if in_notebook() else _terminal(steps, label, total)


def _terminal(steps: Iterable[T], label: str, total: int) -> Iterator[T]:
    from tqdm import tqdm

    yield from tqdm(steps, desc=label, total=total)


def _widget(steps: Iterable[T], label: str, total: int) -> Iterator[T]:
    import ipywidgets
    from IPython.display import display

    bar = ipywidgets.IntProgress(max=total, layout={"width": "16em"})
    text = ipywidgets.Label(f"{label}: 0 of {total}")
    bundle = ipywidgets.HBox([bar, text])._repr_mimebundle_()
    display({**bundle, "text/plain": f"{label}: {total} steps"}, raw=True)
    began = shown = time.monotonic()
    done = 0
    for done, step in enumerate(steps, start=1):
        yield step
        now = time.monotonic()
        if now - shown > REFRESH_SECONDS:
            bar.value, text.value, shown = done, f"{label}: {done} of {total}, {now - began:.0f} s", now
    bar.value, text.value = done, f"{label}: {done} of {total}, {time.monotonic() - began:.1f} s"
