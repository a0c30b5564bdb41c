"""Settings of all tests below `tests/`."""

import matplotlib as mpl
from hypothesis import HealthCheck, settings

# The same examples at every run; a busy machine must not fail a test for being slow.
settings.register_profile(
    "collection", deadline=None, derandomize=True, max_examples=60, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("collection")
mpl.use("agg")
