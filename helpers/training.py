"""One training loop, and the same loop for many seeds at once.

`fit` trains one net; `fit_stacked` trains nets of one architecture side by side by stacking their
parameters (torch.func), which for small nets costs far less than training them in turn.
"""

from collections.abc import Callable, Iterable, Sequence
from copy import deepcopy
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.func import functional_call, stack_module_state

from helpers.progress import track

Batch = tuple[Tensor, ...]
Loss = Callable[..., Tensor]
MakeOptimizer = Callable[[Iterable[Tensor]], torch.optim.Optimizer]


class NotTrained(RuntimeError):
    """Training ended with parameters that never changed, or with a loss that is not finite."""


@dataclass(frozen=True)
class History:
    """Losses along the way: `steps` [records] and `loss` [records] or, stacked, [records, nets]."""

    steps: np.ndarray
    loss: np.ndarray


def adam(lr: float, weight_decay: float = 0.0) -> MakeOptimizer:
    """AdamW (Loshchilov and Hutter, 2019) with its update fused into one call, for `fit` and `fit_stacked`."""
    return lambda parameters: torch.optim.AdamW(parameters, lr=lr, weight_decay=weight_decay, fused=True)


def minibatches(data: Sequence[Tensor], size: int, steps: int, seed: int, nets: int | None = None) -> Iterable[Batch]:
    """Yield `steps` random batches of `size` rows, epoch by epoch in a new order each time.

    `data` are tensors with one number of rows. With `nets`, each net gets its own order and batches are
    [nets, size, ...].

    Raises ValueError when the tensors differ in length or `size` is not from 1 to that length.
    """
    rows = len(data[0])
    if any(len(part) != rows for part in data):
        raise ValueError(f"data: one number of rows is needed, got {[len(part) for part in data]}")
    if not 1 <= size <= rows:
        raise ValueError(f"size = {size!r}: allowed is an integer from 1 to {rows}, the number of rows")
    generator = torch.Generator().manual_seed(seed)
    per_epoch = rows // size
    for step in range(steps):
        if step % per_epoch == 0:
            orders = torch.stack([torch.randperm(rows, generator=generator) for _ in range(nets or 1)])
        start = step % per_epoch * size
        chosen = orders[:, start : start + size]
        chosen = chosen if nets else chosen[0]
        yield tuple(part[chosen] for part in data)


def fit(
    net: nn.Module,
    loss: Loss,
    batches: Iterable[Batch],
    steps: int,
    optimizer: MakeOptimizer,
    *,
    label: str = "Training",
    records: int = 50,
    may_stay: Sequence[str] = (),
) -> History:
    """Train `net` in place for `steps` batches on `loss(net, *batch)`, a scalar.

    Parameters named in `may_stay` need not change. `net` is left in training mode.

    Raises NotTrained when a parameter is the same afterwards or the loss is not finite.
    """
    parameters = {name: p for name, p in net.named_parameters() if p.requires_grad}
    net.train()
    return _loop(lambda batch: loss(net, *batch), parameters, batches, steps, optimizer, label, records, may_stay)


class Stacked:
    """Nets of one architecture whose parameters are stacked along a first dimension.

    Calling it gives every net's output, [nets, ...]; `each=True` says that the inputs have a leading
    [nets] dimension too, so that every net sees its own.

    Raises ValueError without nets; torch.func raises RuntimeError for nets of different architectures.
    """

    def __init__(self, nets: Sequence[nn.Module]) -> None:
        if not nets:
            raise ValueError("nets = []: at least one net is needed")
        self.parameters, self.buffers = stack_module_state(list(nets))
        self.nets = list(nets)
        self.skeleton = deepcopy(nets[0]).to("meta")
        self.skeleton.train(nets[0].training)

    def __len__(self) -> int:
        return len(self.nets)

    def call(self, function: Callable[..., Tensor], inputs: Batch, each: bool) -> Tensor:
        """`function(net, *inputs)` for every net at once: [nets, ...]."""

        def one(parameters: dict[str, Tensor], buffers: dict[str, Tensor], *parts: Tensor) -> Tensor:
            return function(lambda *x: functional_call(self.skeleton, (parameters, buffers), x), *parts)

        dims = (0, 0, *(0 if each else None for _ in inputs))
        return torch.vmap(one, in_dims=dims, randomness="different")(self.parameters, self.buffers, *inputs)

    @torch.no_grad()
    def __call__(self, *inputs: Tensor, each: bool = False) -> Tensor:
        self.skeleton.eval()
        return self.call(lambda net, *parts: net(*parts), inputs, each)

    def unstack(self) -> list[nn.Module]:
        """Write the parameters back into the nets that were stacked, and return these."""
        with torch.no_grad():
            for place, net in enumerate(self.nets):
                for name, parameter in net.named_parameters():
                    parameter.copy_(self.parameters[name][place])
        return self.nets


def fit_stacked(
    stacked: Stacked,
    loss: Loss,
    batches: Iterable[Batch],
    steps: int,
    optimizer: MakeOptimizer,
    *,
    each: bool = True,
    label: str = "Training",
    records: int = 50,
    may_stay: Sequence[str] = (),
) -> History:
    """Train all nets of `stacked` at once on `loss(net, *batch)`, a scalar for one net.

    `loss` is written as for one net and its own batch. With `each` (the default) batches have a leading
    [nets] dimension and every net gets its own; otherwise all nets see the same batch. The optimizer must
    treat every number by itself (SGD, Adam), so that nets do not touch one another.

    Raises NotTrained as `fit` does, also when only one of the nets did not change.
    """
    stacked.skeleton.train()
    # The sum's gradient with respect to one net's parameters is that net's own gradient.
    return _loop(
        lambda batch: stacked.call(loss, batch, each),
        stacked.parameters,
        batches,
        steps,
        optimizer,
        label,
        records,
        may_stay,
    )


def _loop(
    losses: Callable[[Batch], Tensor],
    parameters: dict[str, Tensor],
    batches: Iterable[Batch],
    steps: int,
    make_optimizer: MakeOptimizer,
    label: str,
    records: int,
    may_stay: Sequence[str],
) -> History:
    if steps < 1:
        raise ValueError(f"steps = {steps!r}: allowed is an integer from 1 up")
    before = {name: p.detach().clone() for name, p in parameters.items()}
    optimizer = make_optimizer(parameters.values())
    every = max(1, steps // records)
    seen, recorded = [], []
    done = 0
    for done, batch in zip(track(range(1, steps + 1), label), batches, strict=False):
        optimizer.zero_grad(set_to_none=True)
        value = losses(batch)
        value.sum().backward()
        optimizer.step()
        if done == 1 or done % every == 0 or done == steps:
            seen.append(done)
            recorded.append(value.detach().clone())
    if done < steps:
        raise ValueError(f"batches: {done} came, {steps} are needed")
    history = History(np.array(seen), torch.stack(recorded).numpy())
    _assert_trained(before, parameters, history, stacked=recorded[-1].ndim > 0, may_stay=may_stay)
    return history


def _assert_trained(
    before: dict[str, Tensor], after: dict[str, Tensor], history: History, stacked: bool, may_stay: Sequence[str]
) -> None:
    if not np.isfinite(history.loss).all():
        raise NotTrained(
            f"the loss is not finite at step {history.steps[~np.isfinite(history.loss).reshape(len(history.steps), -1).all(1)][0]}"
        )
    still = []
    for name, parameter in after.items():
        moved = (parameter.detach() != before[name]).reshape(len(parameter) if stacked else 1, -1).any(1)
        if name not in may_stay and not moved.all():
            still.append(name)
    if still:
        raise NotTrained(f"parameters that never changed: {', '.join(still)}")
