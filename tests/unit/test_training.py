"""Training: the loop learns, stacked nets learn what they would alone, and failures are told."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional as F

from helpers import training
from helpers.nets import MLP
from helpers.training import NotTrained, Stacked, adam, fit, fit_stacked, minibatches, one_cycle


def data(rows=60):
    generator = torch.Generator().manual_seed(0)
    X = torch.randn(rows, 5, generator=generator)
    return X, (X @ torch.arange(5.0)[:, None]).squeeze(1)


def net(seed):
    torch.manual_seed(seed)
    return MLP([5, 7, 1])


def loss(model, X, y):
    return F.mse_loss(model(X).squeeze(-1), y)


def test_fit_lowers_the_loss_and_records_it():
    history = fit(net(0), loss, minibatches(data(), 20, 200, seed=0), 200, adam(0.02), records=10)
    assert history.loss[-1] < history.loss[0] / 5
    assert history.steps[0] == 1
    assert history.steps[-1] == 200
    assert len(history.steps) == len(history.loss) == 11


@given(st.integers(4, 300), st.floats(1e-5, 1.0))
def test_one_cycle_climbs_and_falls(steps, lr):
    parameter = torch.zeros(1, requires_grad=True)
    optimizer = one_cycle(lr, steps)([parameter])
    rates = []
    for _ in range(steps):
        rates.append(optimizer.param_groups[0]["lr"])
        parameter.grad = torch.ones(1)
        optimizer.step()
    top = int(np.argmax(rates))
    assert rates[0] == pytest.approx(lr / 25)
    assert (np.diff(rates[: top + 1]) > 0).all()
    assert (np.diff(rates[top:]) < 0).all()
    assert abs(top - 0.3 * steps) <= 1
    assert max(rates) > 0.9 * lr
    assert max(rates) <= lr * 1.0001
    # a cosine from lr, where the climb ends, to nothing, one step after the last
    fall = np.arange(top, steps) - (0.3 * (steps + 1) - 1)
    expected = lr * (1 + np.cos(np.pi * fall / (0.7 * (steps + 1)))) / 2
    np.testing.assert_allclose(rates[top + 1 :], expected[1:], rtol=1e-3, atol=1e-5 * lr)


@pytest.mark.parametrize("steps", [-1, 0, 3])
def test_one_cycle_refuses_too_few_steps(steps):
    with pytest.raises(ValueError, match=f"steps = {steps}: allowed is an integer from 4 up"):
        one_cycle(0.1, steps)


def test_fit_is_the_plain_loop():
    ours, plain = net(3), net(3)
    fit(ours, loss, minibatches(data(), 20, 30, seed=1), 30, adam(0.01))
    optimizer = torch.optim.AdamW(plain.parameters(), lr=0.01, weight_decay=0.0)
    for batch in minibatches(data(), 20, 30, seed=1):
        optimizer.zero_grad()
        loss(plain, *batch).backward()
        optimizer.step()
    for mine, other in zip(ours.parameters(), plain.parameters(), strict=True):
        torch.testing.assert_close(mine, other)


@pytest.mark.parametrize("each", [True, False])
def test_stacked_nets_learn_what_each_would_alone(each):
    stacked = Stacked([net(seed) for seed in range(3)])
    batches = list(minibatches(data(), 20, 40, seed=2, nets=3 if each else None))
    history = fit_stacked(stacked, loss, batches, 40, adam(0.01), each=each)
    assert history.loss.shape[1] == 3
    for place, together in enumerate(stacked.unstack()):
        alone = net(place)
        own = [tuple(part[place] for part in batch) if each else batch for batch in batches]
        fit(alone, loss, own, 40, adam(0.01))
        for mine, other in zip(together.parameters(), alone.parameters(), strict=True):
            torch.testing.assert_close(mine, other, rtol=1e-4, atol=1e-5)


class Transposed(nn.Module):
    """A net whose stacked gradients lie in memory in another order than its parameters."""

    def __init__(self, seed):
        super().__init__()
        draw = np.random.default_rng(seed).standard_normal((2, 5, 3))
        self.first, self.second = (nn.Parameter(torch.tensor(part).float()) for part in draw)

    def forward(self, X):
        hidden = (X[..., None] * self.first.mT).sum(-2)  # [rows, 5]
        return torch.tanh(hidden) @ self.second


def test_gradients_in_another_order_of_memory_are_read_right():
    X = torch.randn(60, 3, generator=torch.Generator().manual_seed(0))
    data = (X, X.sin())

    def square(net, X, y):
        return (net(X) - y).square().mean()

    batches = list(minibatches(data, 20, 30, seed=1, nets=3))
    stacked = Stacked([Transposed(seed) for seed in range(3)])
    grads, _ = stacked.gradients(square, True)(stacked.parameters, {}, *batches[0])
    assert not grads["first"].is_contiguous()
    fit_stacked(stacked, square, batches, 30, adam(0.01))
    for place, together in enumerate(stacked.unstack()):
        alone = Transposed(place)
        fit(alone, square, [tuple(part[place] for part in batch) for batch in batches], 30, adam(0.01))
        for mine, other in zip(together.parameters(), alone.parameters(), strict=True):
            torch.testing.assert_close(mine, other, rtol=1e-4, atol=1e-5)


def test_tracing_changes_nothing(monkeypatch):
    results = []
    for threshold in (1, 10**9):
        monkeypatch.setattr(training, "TRACE_FROM_STEPS", threshold)
        stacked = Stacked([net(seed) for seed in range(2)])
        fit_stacked(stacked, loss, minibatches(data(), 20, 20, seed=2, nets=2), 20, adam(0.01))
        results.append(stacked.parameters)
    for name, traced in results[0].items():
        torch.testing.assert_close(traced, results[1][name])


def test_a_loss_that_changes_behind_the_batch_is_told_when_it_was_traced(monkeypatch):
    monkeypatch.setattr(training, "TRACE_FROM_STEPS", 1)
    step = iter(range(1, 100))
    weights = {"now": 1.0}

    def batches():
        for batch in minibatches(data(), 20, 5, seed=0, nets=2):
            weights["now"] = float(next(step))
            yield batch

    with pytest.raises(NotTrained, match="no batch told"):
        fit_stacked(Stacked([net(0), net(1)]), lambda m, X, y: weights["now"] * loss(m, X, y), batches(), 5, adam(0.01))


@pytest.mark.parametrize("stack", [True, False])
def test_frozen_parameters_stay(stack):
    nets = [net(0), net(1)]
    for model in nets:
        model[0].weight.requires_grad_(False)
    before = [model[0].weight.clone() for model in nets]
    if stack:
        stacked = Stacked(nets)
        fit_stacked(stacked, loss, minibatches(data(), 20, 5, 0, nets=2), 5, adam(0.1, weight_decay=0.1))
        stacked.unstack()
    else:
        for model in nets:
            fit(model, loss, minibatches(data(), 20, 5, 0), 5, adam(0.1, weight_decay=0.1))
    for model, weight in zip(nets, before, strict=True):
        assert torch.equal(model[0].weight, weight)
        assert not torch.equal(model[0].bias, net(0)[0].bias)


def test_stacked_outputs_are_those_of_each_net():
    nets = [net(seed) for seed in range(4)]
    stacked, X = Stacked(nets), data()[0]
    expected = torch.stack([model(X) for model in nets])
    torch.testing.assert_close(stacked(X), expected)
    torch.testing.assert_close(stacked(X.expand(4, -1, -1), each=True), expected)
    assert len(stacked) == 4


def test_stacked_nets_do_not_share_dropout():
    class Noisy(nn.Module):
        def __init__(self):
            super().__init__()
            self.scale = nn.Parameter(torch.ones(200))

        def forward(self, x):
            return F.dropout(x * self.scale, 0.5, training=self.training)

    stacked = Stacked([Noisy(), Noisy()])
    X = torch.ones(1, 200)
    squared = lambda model, x, y: ((model(x) - y) ** 2).mean()  # noqa: E731
    history = fit_stacked(stacked, squared, [(X, 0 * X)] * 3, 3, adam(0.1), each=False)
    assert not np.allclose(history.loss[0][0], history.loss[0][1])


def test_parameters_that_never_change_are_named():
    class Forgetful(nn.Module):
        def __init__(self):
            super().__init__()
            self.used, self.unused = nn.Linear(5, 1), nn.Linear(5, 1)

        def forward(self, x):
            return self.used(x) + 0 * self.unused(x)

    with pytest.raises(NotTrained, match=r"never changed: unused\.weight, unused\.bias"):
        fit(Forgetful(), loss, minibatches(data(), 20, 3, 0), 3, adam(0.01))
    fit(
        Forgetful(), loss, minibatches(data(), 20, 3, 0), 3, adam(0.01), may_stay=("unused.weight", "unused.bias")
    )  # fmt: skip


def test_one_net_of_a_stack_that_does_not_learn_is_told():
    nets = [net(0), net(1)]
    with torch.no_grad():
        for parameter in nets[1].parameters():
            parameter.zero_()
    X, y = data()
    with pytest.raises(NotTrained, match="never changed"):
        fit_stacked(Stacked(nets), loss, [(X, 0 * y)] * 3, 3, adam(0.01), each=False)


def test_a_learning_rate_of_zero_is_no_training():
    with pytest.raises(NotTrained):
        fit(net(0), loss, minibatches(data(), 20, 3, 0), 3, adam(0.0))


def test_a_loss_that_is_not_finite_is_told_with_its_step():
    with pytest.raises(NotTrained, match="not finite at step 1"):
        fit(net(0), lambda model, X, y: loss(model, X, y) * float("nan"), minibatches(data(), 20, 3, 0), 3, adam(0.1))


def test_too_few_batches_are_told():
    with pytest.raises(ValueError, match="batches: 2 came, 3 are needed"):
        fit(net(0), loss, minibatches(data(), 20, 2, 0), 3, adam(0.1))


@pytest.mark.parametrize("steps", [0, -1])
def test_no_steps_are_refused(steps):
    with pytest.raises(ValueError, match=f"steps = {steps}"):
        fit(net(0), loss, [], steps, adam(0.1))


def test_an_empty_stack_is_refused():
    with pytest.raises(ValueError, match="at least one net"):
        Stacked([])


@given(rows=st.integers(1, 30), size=st.integers(1, 30), nets=st.none() | st.integers(1, 3))
def test_minibatches_visit_every_row_once_an_epoch(rows, size, nets):
    X = torch.arange(rows)
    if size > rows:
        with pytest.raises(ValueError, match=f"size = {size}"):
            next(iter(minibatches([X], size, 1, 0)))
        return
    per_epoch = rows // size
    batches = [batch[0] for batch in minibatches([X], size, 2 * per_epoch, seed=4, nets=nets)]
    assert len(batches) == 2 * per_epoch
    epoch = torch.cat(batches[:per_epoch], dim=-1)
    assert epoch.shape == ((nets, per_epoch * size) if nets else (per_epoch * size,))
    for row in epoch.reshape(nets or 1, -1):
        assert len(set(row.tolist())) == per_epoch * size


def test_minibatches_repeat_with_their_seed():
    draw = lambda seed: [batch[0].tolist() for batch in minibatches([torch.arange(9)], 3, 6, seed)]  # noqa: E731
    assert draw(1) == draw(1) != draw(2)


def test_minibatches_of_unequal_length_are_refused():
    with pytest.raises(ValueError, match=r"got \[3, 4\]"):
        next(iter(minibatches([torch.ones(3), torch.ones(4)], 2, 1, 0)))


def test_stacking_nets_of_different_shapes_is_refused():
    with pytest.raises(RuntimeError):
        training.Stacked([MLP([2, 3]), MLP([2, 4])])
