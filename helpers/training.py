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
from torch.func import functional_call, grad_and_value, stack_module_state
from torch.fx.experimental.proxy_tensor import make_fx

from helpers.progress import track

Batch = tuple[Tensor, ...]
Loss = Callable[..., Tensor]
TRACE_FROM_STEPS = 300  # below that, tracing costs more than it saves
MakeOptimizer = Callable[[Iterable[Tensor]], torch.optim.Optimizer]


class NotTrained(RuntimeError):
    """Training ended with parameters that never changed, or with a loss that is not finite."""


@dataclass(frozen=True)
class History:
    """Losses along the way: `steps` [records] and `loss` [records] or, stacked, [records, nets]."""

    steps: np.ndarray
    loss: np.ndarray


def adam(lr: float, weight_decay: float = 0.0, betas: tuple[float, float] = (0.9, 0.999)) -> MakeOptimizer:
    """AdamW (Loshchilov and Hutter, 2019) with its update fused into one call, for `fit` and `fit_stacked`."""
    return lambda parameters: torch.optim.AdamW(parameters, lr=lr, betas=betas, weight_decay=weight_decay, fused=True)


def one_cycle(lr: float, steps: int, betas: tuple[float, float] = (0.9, 0.999)) -> MakeOptimizer:
    """`adam` for `steps` steps whose learning rate climbs from lr/25 to `lr` in the first 30 % and falls to nothing.

    Both ways it follows a cosine (Smith and Topin, 2019, without their cycle of the momentum).

    Raises ValueError when `steps` is below 4, too few for a climb.
    """
    if steps < 4:
        raise ValueError(f"steps = {steps!r}: allowed is an integer from 4 up")

    def make(parameters: Iterable[Tensor]) -> torch.optim.Optimizer:
        optimizer = adam(lr, betas=betas)(parameters)
        # the last of its rates, zero, is set after the last step
        cycle = torch.optim.lr_scheduler.OneCycleLR(optimizer, lr, total_steps=steps + 1, cycle_momentum=False)
        optimizer.register_step_post_hook(lambda *_: cycle.step())
        return optimizer

    return make


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

    def backward(batch: Batch) -> Tensor:
        for parameter in parameters.values():
            parameter.grad = None
        value = loss(net, *batch)
        value.backward()
        return value.detach()

    return _loop(backward, parameters, batches, steps, optimizer, label, records, may_stay)


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

    def _vmap(self, function: Callable, each: bool) -> Callable:
        """`function(parameters, buffers, *inputs)` for one net, as a function of all nets' parameters."""

        def together(parameters: dict[str, Tensor], buffers: dict[str, Tensor], *inputs: Tensor) -> Tensor:
            dims = (0, 0, *(0 if each else None for _ in inputs))
            return torch.vmap(function, in_dims=dims, randomness="different")(parameters, buffers, *inputs)

        return together

    def _net(self, parameters: dict[str, Tensor], buffers: dict[str, Tensor]) -> Callable[..., Tensor]:
        return lambda *x: functional_call(self.skeleton, (parameters, buffers), x)

    def gradients(self, loss: Loss, each: bool) -> Callable:
        """A function of (parameters, buffers, *batch) that returns every net's gradients and loss."""

        def one(parameters: dict[str, Tensor], buffers: dict[str, Tensor], *batch: Tensor) -> Tensor:
            return loss(self._net(parameters, buffers), *batch)

        return self._vmap(grad_and_value(one), each)

    @torch.no_grad()
    def __call__(self, *inputs: Tensor, each: bool = False) -> Tensor:
        self.skeleton.eval()

        def one(parameters: dict[str, Tensor], buffers: dict[str, Tensor], *x: Tensor) -> Tensor:
            return self._net(parameters, buffers)(*x)

        return self._vmap(one, each)(self.parameters, self.buffers, *inputs)

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

    From `TRACE_FROM_STEPS` steps on, loss and gradients are traced once, at the first batch, into a flat
    list of tensor operations, which runs faster than the Python that made it. So `loss` must depend on
    nothing that changes during training but the net and the batch: put a schedule into the batch, as a
    tensor.

    Raises NotTrained as `fit` does, also when only one of the nets did not change, and when the traced
    loss is no longer what `loss` computes.
    """
    stacked.skeleton.train()
    gradients = stacked.gradients(loss, each)
    values = {name: parameter.detach() for name, parameter in stacked.parameters.items()}  # same memory, no autograd
    trainable = {name: parameter for name, parameter in stacked.parameters.items() if parameter.requires_grad}
    traced: dict[tuple, Callable] = {}
    last: list[Batch] = []

    @torch.no_grad()
    def backward(batch: Batch) -> Tensor:
        shapes = tuple(part.shape for part in batch)
        if shapes not in traced:
            traced[shapes] = gradients
            if steps >= TRACE_FROM_STEPS:
                traced[shapes] = make_fx(gradients)(values, stacked.buffers, *batch)
        last[:] = [batch]
        grads, losses = traced[shapes](values, stacked.buffers, *batch)
        for name, parameter in trainable.items():
            # Fused optimizers read a gradient in the order of its memory, whatever its strides say.
            parameter.grad = grads[name].contiguous()
        return losses

    history = _loop(backward, trainable, batches, steps, optimizer, label, records, may_stay)
    if steps >= TRACE_FROM_STEPS:
        _assert_traced(backward, gradients, values, stacked.buffers, last[0])
    return history


def _assert_traced(
    backward: Callable[[Batch], Tensor],
    gradients: Callable,
    values: dict[str, Tensor],
    buffers: dict[str, Tensor],
    batch: Batch,
) -> None:
    """Compare the traced loss with the loss as it is written, for one batch and the same random numbers."""
    state = torch.get_rng_state()
    traced = backward(batch)
    torch.set_rng_state(state)
    with torch.no_grad():
        _, written = gradients(values, buffers, *batch)
    torch.set_rng_state(state)
    if not torch.allclose(traced, written, rtol=1e-3, atol=1e-5):
        raise NotTrained(
            "the loss changed during training in a way that no batch told; put what changes into the batch"
        )


def _loop(
    backward: Callable[[Batch], Tensor],
    parameters: dict[str, Tensor],
    batches: Iterable[Batch],
    steps: int,
    make_optimizer: MakeOptimizer,
    label: str,
    records: int,
    may_stay: Sequence[str],
) -> History:
    """The loop of both: `backward` fills the gradients for a batch and returns the loss, one for each net."""
    if steps < 1:
        raise ValueError(f"steps = {steps!r}: allowed is an integer from 1 up")
    before = {name: p.detach().clone() for name, p in parameters.items()}
    optimizer = make_optimizer(parameters.values())
    every = max(1, steps // records)
    seen, recorded = [], []
    done = 0
    for done, batch in zip(track(range(1, steps + 1), label), batches, strict=False):
        value = backward(batch)
        optimizer.step()
        if done == 1 or done % every == 0 or done == steps:
            seen.append(done)
            recorded.append(value.clone())
    if done < steps:
        raise ValueError(f"batches: {done} came, {steps} are needed")
    history = History(np.array(seen), torch.stack(recorded).numpy())
    _assert_trained(before, parameters, history, stacked=recorded[-1].ndim > 0, may_stay=may_stay)
    return history


def _assert_trained(
    before: dict[str, Tensor], after: dict[str, Tensor], history: History, stacked: bool, may_stay: Sequence[str]
) -> None:
    finite = np.isfinite(history.loss).reshape(len(history.steps), -1).all(axis=1)
    if not finite.all():
        raise NotTrained(f"the loss is not finite at step {history.steps[~finite][0]}")
    still = []
    for name, parameter in after.items():
        moved = (parameter.detach() != before[name]).reshape(len(parameter) if stacked else 1, -1).any(1)
        if name not in may_stay and not moved.all():
            still.append(name)
    if still:
        raise NotTrained(f"parameters that never changed: {', '.join(still)}")
