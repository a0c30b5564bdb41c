"""Settings of all tests below `tests/`."""

from types import ModuleType

import matplotlib as mpl
import pytest
from hypothesis import HealthCheck, settings
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

# The same examples at every run; a busy machine must not fail a test for being slow.
settings.register_profile(
    "collection", deadline=None, derandomize=True, max_examples=60, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("collection")
mpl.use("agg")


@pytest.fixture(scope="module")
def shell(tmp_path_factory):
    """An IPython shell, so that what is displayed and updated can be captured."""
    config = Config()
    config.HistoryManager.enabled = False
    with pytest.MonkeyPatch.context() as changed:
        changed.setenv("IPYTHONDIR", str(tmp_path_factory.mktemp("ipython")))
        made = InteractiveShell.instance(config=config, user_module=ModuleType("reader"))
    yield
    made.restore_sys_module_state()
    InteractiveShell.clear_instance()
