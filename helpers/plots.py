"""One plot style, and small pictures that are the same bytes at every run."""

import io
from collections.abc import Sequence
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike
from PIL import Image

from helpers.stats import Interval

# Okabe and Ito (2008): told apart by colour-blind readers; ordered so that neighbours also differ in grey.
COLOURS = ("#0072B2", "#D55E00", "#E69F00", "#CC79A7", "#000000", "#56B4E9", "#009E73", "#999999")
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")
STYLE = {
    "figure.dpi": 90,
    "savefig.dpi": 90,
    "figure.figsize": (6.4, 3.2),
    "figure.constrained_layout.use": True,
    "figure.facecolor": "white",
    "axes.prop_cycle": mpl.cycler(color=COLOURS),
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 10,
    "axes.titlelocation": "left",
    "axes.labelsize": 9,
    "xtick.labelsize": 8,
    "ytick.labelsize": 8,
    "legend.fontsize": 8,
    "legend.frameon": False,
    "lines.linewidth": 1.5,
    "lines.markersize": 4,
    "image.cmap": "viridis",
    "image.interpolation": "nearest",
    "font.family": "DejaVu Sans",
}
DIVERGING = "RdBu_r"
PALETTE_COLOURS = 48


def use_style() -> None:
    """Set the collection's plot style for every figure that follows."""
    mpl.rcParams.update(STYLE)


def png(figure: Figure) -> bytes:
    """Render `figure` as a small PNG: a palette of 48 colours, no dates, no version text."""
    raw = io.BytesIO()
    figure.savefig(raw, format="png", metadata={"Software": None})
    raw.seek(0)
    picture = Image.open(raw).convert("RGB").quantize(PALETTE_COLOURS, dither=Image.Dither.NONE)
    small = io.BytesIO()
    picture.save(small, format="png", optimize=True)
    return small.getvalue()


def bundle(figure: Figure, words: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The figure as Jupyter display data and metadata; closes the figure.

    Raises ValueError when `words` is blank.
    """
    if not words.strip():
        raise ValueError(f"words = {words!r}: say in a sentence what the picture shows")
    data = png(figure)
    plt.close(figure)
    return {"image/png": data, "text/plain": f"Picture: {words}"}, {"image/png": {"alt": words}}


def show(figure: Figure, words: str) -> None:
    """Show `figure` and close it. `words` say what a reader should see, for those who cannot see it.

    Raises ValueError when `words` is blank.
    """
    from IPython.display import display

    data, metadata = bundle(figure, words)
    display(data, metadata=metadata, raw=True)


def band(ax: Axes, x: ArrayLike, runs: ArrayLike, label: str, index: int = 0, **style: Any) -> None:
    """Draw the mean of `runs` [seeds, points] over `x` [points] with a band from the least to the greatest run."""
    runs = np.asarray(runs, dtype=float)
    x = np.asarray(x)
    if runs.ndim != 2 or runs.shape[1] != len(x):
        raise ValueError(f"runs: shape [seeds, {len(x)}] is needed for x of length {len(x)}, got {runs.shape}")
    colour = style.pop("color", COLOURS[index % len(COLOURS)])
    line = {"color": colour, "marker": MARKERS[index % len(MARKERS)], "label": label, **style}
    ax.plot(x, runs.mean(axis=0), **line)
    ax.fill_between(x, runs.min(axis=0), runs.max(axis=0), color=colour, alpha=0.2, linewidth=0)


def matrix(
    ax: Axes, values: ArrayLike, title: str = "", *, diverging: bool = False, numbers: str | None = None, **style: Any
) -> Any:
    """Draw a matrix [rows, columns] as a heat map with a colour bar; `numbers` is a format for the cells."""
    values = np.asarray(values, dtype=float)
    if values.ndim != 2:
        raise ValueError(f"values: a matrix [rows, columns] is needed, got shape {values.shape}")
    if diverging:
        limit = float(np.nanmax(np.abs(values))) or 1.0
        style = {"cmap": DIVERGING, "vmin": -limit, "vmax": limit, **style}
    image = ax.imshow(values, aspect=style.pop("aspect", "equal"), **style)
    for (row, column), value in np.ndenumerate(values) if numbers else ():
        dark = np.dot(image.cmap(image.norm(value))[:3], (0.299, 0.587, 0.114)) < 0.5
        ax.text(column, row, format(value, numbers), ha="center", va="center", fontsize=7, color="w" if dark else "k")
    ax.set_title(title)
    ax.figure.colorbar(image, ax=ax, fraction=0.046, pad=0.03)
    return image


def image_grid(
    images: ArrayLike, columns: int, titles: Sequence[str] = (), *, size: float = 0.8, title: str = "", **style: Any
) -> Figure:
    """Draw grey [n, height, width] or colour [n, height, width, 3] images in a grid and return the figure."""
    images = np.asarray(images)
    if images.ndim not in (3, 4) or len(images) == 0:
        raise ValueError(f"images: shape [n, height, width] or [n, height, width, 3] is needed, got {images.shape}")
    if columns < 1:
        raise ValueError(f"columns = {columns!r}: allowed is an integer from 1 up")
    rows = -(-len(images) // columns)
    height = rows * size * (1.25 if titles else 1.0) + (0.3 if title else 0)
    figure, axes = plt.subplots(rows, columns, figsize=(columns * size, height), squeeze=False)
    for place, ax in enumerate(axes.flat):
        ax.axis("off")
        if place < len(images):
            ax.imshow(images[place], **({"cmap": "gray_r"} if images.ndim == 3 else {}) | style)
        if place < len(titles):
            ax.set_title(titles[place], fontsize=7, loc="center")
    if title:
        figure.suptitle(title, fontsize=10, x=0.01, ha="left")
    return figure


def intervals(ax: Axes, names: Sequence[str], measured: Sequence[Interval], title: str = "") -> None:
    """Draw named intervals as points with whiskers, the first one on top."""
    if len(names) != len(measured):
        raise ValueError(f"names and measured must have one length, got {len(names)} and {len(measured)}")
    for place, interval in enumerate(measured):
        colour = COLOURS[place % len(COLOURS)]
        ax.plot([interval.low, interval.high], [place, place], color=colour)
        ax.plot(interval.value, place, MARKERS[place % len(MARKERS)], color=colour)
    ax.set_yticks(range(len(names)), names)
    ax.set_ylim(len(names) - 0.5, -0.5)
    ax.set_title(title)
