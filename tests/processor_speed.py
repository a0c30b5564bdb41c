"""How fast this machine computes, so that limits in CPU seconds mean the same on another one."""

import statistics
import time
from functools import cache

ROUNDS = 3
# Of `reference_work`, two notebooks at once, on the machine on which notebooks 01, 04, 05, 07 to 09, 48 and 51 to 53
# took 23 to 34 CPU s each (2.13 of PyTorch, a Xeon with AVX-512).
REFERENCE_CPU_SECONDS = 0.55


def reference_work() -> None:
    """What notebooks spend their time on: many small tensor operations with gradients, and some linear algebra."""
    import numpy as np
    import torch

    generator = torch.Generator().manual_seed(0)
    X, W, V = (torch.randn(64, 64, generator=generator) for _ in range(3))
    W.requires_grad_(), V.requires_grad_()
    for _ in range(4000):
        torch.autograd.grad((torch.tanh(X @ W) @ V).square().mean(), (W, V))
    matrix = X.numpy() @ X.numpy().T
    for _ in range(400):
        np.linalg.eigh(matrix)


@cache
def slowness() -> float:
    """CPU seconds here for one on the reference machine: 1 there and on a faster one, 2 on one half as fast."""
    reference_work()  # imports and a first pass do not count
    times = []
    for _ in range(ROUNDS):
        began = time.process_time()
        reference_work()
        times.append(time.process_time() - began)
    return max(1.0, statistics.median(times) / REFERENCE_CPU_SECONDS)
