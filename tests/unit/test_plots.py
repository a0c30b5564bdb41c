"""The plot style and its pictures: small, the same bytes at every run, and what the drawings hold."""

import io
import os
import subprocess
import sys

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from IPython.utils.capture import capture_output
from matplotlib.colors import to_hex, to_rgb
from PIL import Image, ImageColor

from helpers import plots
from helpers.stats import Interval

plt.switch_backend("agg")  # no screen
laws = settings(max_examples=10, deadline=None, derandomize=True)
CURVES = """if True:
    import matplotlib.pyplot as plt, numpy as np
    from helpers import plots
    plots.use_style()
    figure, ax = plt.subplots()
    x = np.linspace(0, 6, 50)
    for index in range(2):
        plots.band(ax, x, np.sin(x + np.arange(5)[:, None] / 9 + index), f"method {index}", index)
    ax.set(title="Two methods", xlabel="time", ylabel="error")
    ax.legend()
"""


@pytest.fixture(autouse=True)
def clean_style():
    """Every test draws in the collection's style and leaves no figure and no style behind."""
    with mpl.rc_context():
        plots.use_style()
        yield
        plt.close("all")


def curves():
    names = {}
    exec(CURVES, names)
    return names["figure"]


@pytest.fixture(scope="module")
def picture():
    """The bytes of one render."""
    with mpl.rc_context():
        data = plots.png(curves())
    plt.close("all")
    return data


def grid_of(figure):
    """The axes of `figure` that hold a picture."""
    return [ax for ax in figure.axes if ax.images]


# Pictures as bytes


def test_two_renders_are_the_same_bytes(picture):
    assert plots.png(curves()) == picture


def test_another_run_gives_the_same_bytes(picture):
    code = CURVES + "    import sys; sys.stdout.buffer.write(plots.png(figure))"
    elsewhere = {**os.environ, "PYTHONHASHSEED": "1", "TZ": "Asia/Tokyo", "MPLBACKEND": "agg"}
    run = subprocess.run([sys.executable, "-c", code], env=elsewhere, capture_output=True, check=True)
    assert run.stdout == picture


def test_a_simple_picture_is_small(picture):
    assert len(picture) < 30_000


def test_a_picture_is_a_palette_of_at_most_48_colours(picture):
    opened = Image.open(io.BytesIO(picture))
    assert opened.mode == "P"
    assert len(opened.getcolors()) <= 48


def test_a_picture_carries_no_text(picture):
    assert Image.open(io.BytesIO(picture)).text == {}


def test_a_picture_keeps_the_colours_of_its_lines():
    figure, ax = plt.subplots()
    for row, colour in enumerate(plots.COLOURS):
        ax.axhline(row, color=colour, linewidth=9)
    picture = Image.open(io.BytesIO(plots.png(figure))).convert("RGB")
    drawn = np.array([colour for _, colour in picture.getcolors(10**6)], dtype=float)
    for colour in plots.COLOURS:
        assert np.abs(drawn - ImageColor.getrgb(colour)).max(axis=1).min() <= 4


def test_neighbouring_colours_differ_in_grey():
    greys = [np.dot(to_rgb(colour), (0.299, 0.587, 0.114)) for colour in plots.COLOURS]
    assert min(np.abs(np.diff(greys))) > 0.04


def test_no_colour_and_no_marker_comes_twice():
    assert len(set(plots.COLOURS)) == len(plots.COLOURS)
    assert len(set(plots.MARKERS)) == len(plots.MARKERS)


# Showing


def test_a_shown_picture_has_words_for_those_who_cannot_see_it(shell):
    with capture_output() as captured:
        plots.show(plt.figure(), "Two waves.")
    (output,) = captured.outputs
    assert output.data["text/plain"] == "Picture: Two waves."
    assert output.metadata["image/png"]["alt"] == "Two waves."


def test_a_shown_picture_is_its_png(shell, picture):
    with capture_output() as captured:
        plots.show(curves(), "Two waves.")
    assert captured.outputs[0].data["image/png"] == picture


def test_show_closes_its_figure_and_no_other(shell):
    other, figure = plt.figure(), plt.figure()
    with capture_output():
        plots.show(figure, "Two waves.")
    assert plt.get_fignums() == [other.number]


@pytest.mark.parametrize("words", ["", " ", "\n"])
def test_show_needs_words(words):
    with pytest.raises(ValueError) as refused:
        plots.show(plt.figure(), words)
    assert str(refused.value).startswith(f"words = {words!r}: say in a sentence")


# Bands


@laws
@given(st.integers(1, 5), st.integers(1, 6), st.integers(0, 99))
def test_a_band_is_the_mean_between_least_and_greatest(seeds, points, seed):
    runs = np.random.default_rng(seed).normal(size=(seeds, points))
    figure, ax = plt.subplots()
    plots.band(ax, np.arange(points), runs, "method")
    edges = ax.collections[0].get_paths()[0].vertices
    assert ax.lines[0].get_ydata() == pytest.approx(runs.mean(axis=0))
    assert (edges[:, 1].min(), edges[:, 1].max()) == pytest.approx((runs.min(), runs.max()))
    plt.close(figure)


def test_bands_of_neighbouring_index_differ_in_colour_and_marker():
    _, ax = plt.subplots()
    for index in range(2):
        plots.band(ax, [0, 1], [[0, 1]], "method", index)
    one, other = ax.lines
    assert one.get_color() != other.get_color()
    assert one.get_marker() != other.get_marker()


def test_the_index_of_a_band_starts_over():
    _, ax = plt.subplots()
    for index in (1, 1 + len(plots.COLOURS)):
        plots.band(ax, [0, 1], [[0, 1]], "method", index)
    assert ax.lines[0].get_color() == ax.lines[1].get_color()


def test_a_band_is_labelled_once():
    _, ax = plt.subplots()
    plots.band(ax, [0, 1], [[0, 1], [1, 2]], "method")
    assert ax.get_legend_handles_labels()[1] == ["method"]


def test_a_band_has_one_colour():
    _, ax = plt.subplots()
    plots.band(ax, [0, 1], [[0, 1], [1, 2]], "method", color="#123456")
    assert to_hex(ax.collections[0].get_facecolor()[0]) == to_hex(ax.lines[0].get_color())


@pytest.mark.parametrize("runs", [[0, 1, 2], [[0, 1]], [[[0, 1, 2]]], []], ids=repr)
def test_a_band_refuses_runs_of_another_shape(runs):
    with pytest.raises(ValueError) as refused:
        plots.band(plt.figure().subplots(), [0, 1, 2], runs, "method")
    assert str(refused.value) == f"runs: shape [seeds, 3] is needed for x of length 3, got {np.shape(runs)}"


# Matrices


def test_a_matrix_shows_its_values_and_title():
    _, ax = plt.subplots()
    plots.matrix(ax, [[1, 2, 3], [4, 5, 6]], "numbers")
    assert ax.images[0].get_array().tolist() == [[1, 2, 3], [4, 5, 6]]
    assert ax.get_title(loc="left") == "numbers"


@laws
@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=6))
def test_a_diverging_matrix_has_zero_in_the_middle(values):
    figure, ax = plt.subplots()
    low, high = plots.matrix(ax, [values], diverging=True).get_clim()
    assert low == -high
    assert high >= max(map(abs, values))
    plt.close(figure)


def test_a_missing_cell_leaves_the_limits_of_a_diverging_matrix():
    _, ax = plt.subplots()
    assert plots.matrix(ax, [[1.0, np.nan, -2.0]], diverging=True).get_clim() == (-2.0, 2.0)


def test_the_numbers_of_a_matrix_stand_in_their_cells():
    _, ax = plt.subplots()
    plots.matrix(ax, [[0.25, 1], [2, 3]], numbers=".1f")
    there = {text.get_position(): text.get_text() for text in ax.texts}
    assert there == {(0, 0): "0.2", (1, 0): "1.0", (0, 1): "2.0", (1, 1): "3.0"}


@pytest.mark.parametrize("cmap", ["viridis", "gray", "gray_r", "RdBu_r"])
def test_the_numbers_of_a_matrix_can_be_read_on_their_cells(cmap):
    _, ax = plt.subplots()
    values = np.linspace(0, 1, 11)
    image = plots.matrix(ax, [values], numbers=".1f", cmap=cmap)
    grey = (0.299, 0.587, 0.114)
    for value, text in zip(values, ax.texts, strict=True):
        contrast = np.dot(image.cmap(image.norm(value))[:3], grey) - np.dot(to_rgb(text.get_color()), grey)
        assert abs(contrast) >= 0.49


@pytest.mark.parametrize("values", [[1, 2], 1, [[[1]]]], ids=repr)
def test_a_matrix_has_two_dimensions(values):
    with pytest.raises(ValueError) as refused:
        plots.matrix(plt.figure().subplots(), values)
    assert str(refused.value) == f"values: a matrix [rows, columns] is needed, got shape {np.shape(values)}"


# Grids of images


@pytest.mark.parametrize(("count", "columns"), [(1, 1), (5, 2), (4, 2), (2, 3), (3, 1)])
def test_a_grid_holds_every_image_once_in_order(count, columns):
    images = np.random.default_rng(0).random((count, 3, 2))
    figure = plots.image_grid(images, columns)
    assert len(figure.axes) == -(-count // columns) * columns
    assert [ax.images[0].get_array().tolist() for ax in grid_of(figure)] == images.tolist()


def test_a_grid_shows_colours_as_they_are():
    images = np.random.default_rng(0).random((2, 3, 2, 3))
    assert [ax.images[0].get_array().tolist() for ax in grid_of(plots.image_grid(images, 2))] == images.tolist()


def test_a_grid_writes_each_title_over_its_image():
    figure = plots.image_grid(np.zeros((3, 2, 2)), 2, ["a", "b", "c"], title="letters")
    assert [ax.get_title() for ax in figure.axes] == ["a", "b", "c", ""]
    assert figure.get_suptitle() == "letters"


@pytest.mark.parametrize("shape", [(0, 2, 2), (2, 2), (2,), (1, 1, 2, 2, 3)])
def test_a_grid_refuses_what_are_no_images(shape):
    with pytest.raises(ValueError) as refused:
        plots.image_grid(np.zeros(shape), 2)
    assert str(refused.value).startswith("images: shape [n, height, width]")
    assert str(shape) in str(refused.value)


@pytest.mark.parametrize("columns", [0, -1])
def test_a_grid_has_at_least_one_column(columns):
    with pytest.raises(ValueError, match=f"columns = {columns}: allowed is an integer from 1 up"):
        plots.image_grid(np.zeros((1, 2, 2)), columns)


# Intervals


def test_intervals_are_points_with_whiskers():
    _, ax = plt.subplots()
    plots.intervals(ax, ["a", "b"], [Interval(2, 1, 4, 5), Interval(6, 5, 9, 5)])
    assert [list(line.get_xdata()) for line in ax.lines] == [[1, 4], [2], [5, 9], [6]]


def test_the_first_interval_is_on_top():
    _, ax = plt.subplots()
    plots.intervals(ax, ["a", "b"], [Interval(2, 1, 4, 5), Interval(6, 5, 9, 5)])
    assert [label.get_text() for label in ax.get_yticklabels()] == ["a", "b"]
    heights = [ax.transData.transform((0, place))[1] for place in ax.get_yticks()]
    assert heights[0] > heights[1]


def test_names_and_intervals_have_one_length():
    with pytest.raises(ValueError, match="names and measured must have one length, got 2 and 1"):
        plots.intervals(plt.figure().subplots(), ["a", "b"], [Interval(2, 1, 4, 5)])
