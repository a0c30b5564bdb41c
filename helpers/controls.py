"""One control to play with, whose default picture also shows where no kernel runs."""

from collections.abc import Callable
from typing import Any

from matplotlib.figure import Figure

from helpers import plots


def explore(draw: Callable[..., Figure], words: str, **controls: Any) -> None:
    """Show `draw(**values)` and redraw it whenever one of the ipywidgets `controls` moves.

    The picture for the controls' first values is an ordinary output of the cell, so it is there in a static
    view too; moving a control replaces it.

    Raises ValueError without controls, when a control has no value, or when `words` is blank.
    """
    import ipywidgets
    from IPython.display import display

    if not controls:
        raise ValueError("controls: at least one ipywidgets control is needed")
    without = [name for name, control in controls.items() if not hasattr(control, "value")]
    if without:
        raise ValueError(f"controls: {', '.join(without)} must be ipywidgets controls with a value")

    def picture() -> tuple[dict[str, Any], dict[str, Any]]:
        return plots.bundle(draw(**{name: control.value for name, control in controls.items()}), words)

    box = ipywidgets.VBox(list(controls.values()))
    display({**box._repr_mimebundle_(), "text/plain": f"Controls: {', '.join(controls)}"}, raw=True)
    data, metadata = picture()
    handle = display(data, metadata=metadata, raw=True, display_id=True)

    def redraw(change: Any) -> None:
        data, metadata = picture()
        handle.update(data, metadata=metadata, raw=True)

    for control in controls.values():
        control.observe(redraw, names="value")
