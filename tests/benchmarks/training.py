"""Speed of helpers.training, as ratios of CPU time within one run."""

import contextlib
import io
import statistics
import time
from collections.abc import Callable

import torch
from torch.nn import functional as F

from helpers import session, training
from helpers.nets import MLP, ConvNet

ROUNDS = 5
STEPS = 1000


def loss(net, X: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """Cross-entropy of a classifier, as a notebook writes it."""
    return F.cross_entropy(net(X), y)


def bare_loop(make: Callable, batches: list) -> None:
    """What a reader would write without helpers."""
    net = make(0)
    optimizer = training.adam(1e-3)(net.parameters())
    for batch in batches:
        optimizer.zero_grad(set_to_none=True)
        loss(net, *batch).backward()
        optimizer.step()


def one(make: Callable, batches: list) -> None:
    """One net by helpers.training."""
    training.fit(make(0), loss, batches, len(batches), training.adam(1e-3))


def five(make: Callable, batches: list) -> None:
    """Five seeds of the same net, stacked."""
    stacked = training.Stacked([make(seed) for seed in range(5)])
    training.fit_stacked(stacked, loss, batches, len(batches), training.adam(1e-3))


def ratio(first: Callable[[], None], second: Callable[[], None]) -> tuple[float, float, float]:
    """CPU time of `second` over `first`, in turn, as (median, least, greatest) over rounds after a warm-up."""
    ratios = []
    for round_ in range(ROUNDS + 1):
        times = []
        for function in (first, second):
            began = time.process_time()
            function()
            times.append(time.process_time() - began)
        if round_:
            ratios.append(times[1] / times[0])
    return statistics.median(ratios), min(ratios), max(ratios)


def nets() -> dict[str, tuple[Callable, tuple[int, ...], int]]:
    """Nets below 50,000 parameters: how to make them, the shape of a row, the batch size."""

    def seeded(make: Callable) -> Callable:
        def made(seed: int):
            torch.manual_seed(seed)
            return make()

        return made

    return {
        "MLP 16-32-4, batch 16": (seeded(lambda: MLP([16, 32, 4])), (16,), 16),
        "MLP 64-48-10, batch 32": (seeded(lambda: MLP([64, 48, 10])), (64,), 32),
        "MLP 64-128-10, batch 64": (seeded(lambda: MLP([64, 128, 10])), (64,), 64),
        "ConvNet 1-8-16 on 8x8, batch 32": (seeded(lambda: ConvNet(1, (8, 8), [8, 16], 10)), (1, 8, 8), 32),
    }


def main() -> None:
    """Print the ratios."""
    session.start(0)
    print(f"{'net':34s} {'helpers / bare loop':>28s} {'five stacked / one':>28s}")
    for name, (make, shape, size) in nets().items():
        X, y = torch.randn(512, *shape), torch.randint(0, 4, (512,))
        single = list(training.minibatches([X, y], size, STEPS, 0))
        stacked = list(training.minibatches([X, y], size, STEPS, 0, nets=5))
        with contextlib.redirect_stderr(io.StringIO()):  # the progress bars of many short runs
            columns = [
                ratio(lambda m=make, b=single: bare_loop(m, b), lambda m=make, b=single: one(m, b)),
                ratio(lambda m=make, b=single: one(m, b), lambda m=make, b=stacked: five(m, b)),
            ]
        print(f"{name:34s}", *(f"{median:12.2f} [{low:.2f}, {high:.2f}]" for median, low, high in columns))
