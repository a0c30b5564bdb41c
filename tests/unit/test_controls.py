"""A control: its first picture stands in the output, a move replaces it."""

import ipywidgets
import matplotlib.pyplot as plt
import pytest
from IPython.utils.capture import capture_output

from helpers import controls, plots

plt.switch_backend("agg")  # no screen
WORDS = "A line that bends."


pytestmark = pytest.mark.usefixtures("shell")


@pytest.fixture(autouse=True)
def closed():
    """No test leaves a figure behind."""
    yield
    plt.close("all")


@pytest.fixture
def power():
    return ipywidgets.FloatSlider(1.0, min=0.0, max=3.0, step=0.5)


@pytest.fixture
def count():
    return ipywidgets.IntSlider(3, min=2, max=9)


def bend(power, count=5):
    figure, ax = plt.subplots(figsize=(2, 1))
    ax.plot([place**power for place in range(count)])
    return figure


def explored(**sliders):
    """The outputs of `explore`."""
    with capture_output() as captured:
        controls.explore(bend, WORDS, **sliders)
    return captured.outputs


def moved(slider, value):
    """The outputs of a move of `slider`."""
    with capture_output() as captured:
        slider.value = value
    return captured.outputs


def test_the_controls_come_first_then_the_picture(power):
    box, picture = explored(power=power)
    assert "application/vnd.jupyter.widget-view+json" in box.data
    assert set(picture.data) == {"image/png", "text/plain"}


def test_the_first_picture_is_drawn_with_the_first_values(power, count):
    _, picture = explored(power=power, count=count)
    assert picture.data["image/png"] == plots.png(bend(1.0, 3))


def test_a_move_draws_with_all_values(power, count):
    explored(power=power, count=count)
    moved(power, 2.0)
    (picture,) = moved(count, 4)
    assert picture.data["image/png"] == plots.png(bend(2.0, 4))


def test_a_move_replaces_the_picture(power):
    _, first = explored(power=power)
    (picture,) = moved(power, 2.0)
    assert picture.update
    assert picture.transient["display_id"] == first.transient["display_id"]


def test_two_explorations_keep_apart(power, count):
    (_, one), (_, other) = explored(power=power), explored(power=count)
    assert moved(power, 2.0)[0].transient["display_id"] == one.transient["display_id"]
    assert moved(count, 4)[0].transient["display_id"] == other.transient["display_id"]


def test_a_control_set_to_its_own_value_draws_nothing(power):
    explored(power=power)
    assert moved(power, 1.0) == []


def test_a_change_that_is_not_of_the_value_draws_nothing(power):
    explored(power=power)
    with capture_output() as captured:
        power.description = "power"
    assert captured.outputs == []


def test_every_picture_has_its_words(power):
    pictures = [explored(power=power)[1], *moved(power, 2.0)]
    assert [picture.data["text/plain"] for picture in pictures] == [f"Picture: {WORDS}"] * 2
    assert [picture.metadata["image/png"]["alt"] for picture in pictures] == [WORDS] * 2


def test_the_text_form_names_the_controls_and_no_object(power, count):
    box, _ = explored(power=power, count=count)
    assert box.data["text/plain"] == "Controls: power, count"


def test_no_figure_stays_open(power):
    explored(power=power)
    moved(power, 2.0)
    assert plt.get_fignums() == []


def test_a_control_is_needed():
    with pytest.raises(ValueError, match="controls: at least one ipywidgets control is needed"):
        explored()


def test_what_has_no_value_is_no_control(power):
    with pytest.raises(ValueError, match="controls: low, high must be ipywidgets controls with a value"):
        explored(low=3, power=power, high="wide")


def test_explore_needs_words(power):
    with pytest.raises(ValueError, match="words = "):
        controls.explore(bend, " ", power=power)
