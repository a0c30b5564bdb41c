"""Speed of the state-space track: kernels, scans and sparse attention, as they stand in the notebooks, over length."""

import math

import numpy as np
import torch
from torch.nn import functional as F

from helpers import session
from tests.benchmarks.growth import Work, table
from tests.notebook_functions import functions

LENGTHS = [2**power for power in range(8, 15)]
LONGEST_LOOP = 4096  # loops over time and dense matrices are not worth waiting for beyond
SPAN_POWER = 2  # spans of Combiner hold the square root of the length


def attention(length: int, dim: int = 32) -> Work:
    """PyTorch's own causal attention, one head."""
    q, k, v = torch.randn(3, 1, 1, length, dim)
    return lambda: F.scaled_dot_product_attention(q, k, v, is_causal=True)


def s4_kernel() -> None:
    """The kernel from Cauchy sums against the recurrence, for one feature and N = 64."""
    s4 = functions("s4", "hippo_dplr", "make_hippo", "remainder", "s4_kernel", "naive_kernel")
    lam, P, B, V = s4.hippo_dplr(64)
    dense, C, step = s4.make_hippo(64), np.random.default_rng(0).standard_normal(64), 0.01

    def cauchy(length: int) -> Work:
        C_tilde = (C @ V) @ s4.remainder(lam, P, step, length)
        return lambda: s4.s4_kernel(lam[32:], P[32:], B[32:], C_tilde[32:], step, length)

    columns = {
        "Cauchy kernel": cauchy,
        "recurrence": lambda length: lambda: s4.naive_kernel(*dense, C, step, length),
    }
    table("S4 kernel, one feature, N = 64", "length", LENGTHS, columns)


@torch.no_grad()
def selective_scan(features: int = 32, states: int = 4) -> None:
    """Mamba's selective scan against a loop over time and against attention."""
    mixer = functions("mamba_360", "SelectiveSSM").SelectiveSSM(features, states)

    def scan(length: int) -> Work:
        x = torch.randn(1, length, features)
        given = mixer.selection(x)
        return lambda: mixer.scan(x, *given)

    def loop(length: int) -> Work:
        x = torch.randn(1, length, features)
        step, B, C = mixer.selection(x)

        def run() -> torch.Tensor:
            h, A, outputs = torch.zeros(1, features, states), -mixer.log_A.exp(), []
            for place in range(length):
                d, u = step[:, place, :, None], x[:, place, :, None]
                h = torch.exp(d * A) * h + d * u * B[:, place, None]
                outputs.append((h * C[:, place, None]).sum(-1))
            return torch.stack(outputs, dim=1) + mixer.D * x

        return run

    columns = {"scan in log depth": scan, "loop over time": loop, "PyTorch attention": attention}
    table(f"Selective scan, {features} features", "length", LENGTHS, columns, {"loop over time": LONGEST_LOOP})


@torch.no_grad()
def combiner() -> None:
    """Combiner attention with spans of √L against dense masked attention and PyTorch's own."""
    blocked = functions("combiner", "combiner_fixed", "combiner_vertical", "combiner_logsparse")

    def spanned(attend) -> object:
        def make(length: int) -> Work:
            q, k, v = torch.randn(3, length, 32)
            span = 2 ** (round(math.log2(length)) // SPAN_POWER)
            return lambda: attend(q, k, v, span)

        return make

    def logsparse(length: int) -> Work:
        q, k, v = torch.randn(3, length, 32)
        return lambda: blocked.combiner_logsparse(q, k, v)

    def dense(length: int) -> Work:
        q, k, v = torch.randn(3, length, 32)
        mask = torch.ones(length, length, dtype=torch.bool).tril()
        return lambda: (q @ k.mT / math.sqrt(32)).masked_fill(~mask, -math.inf).softmax(-1) @ v

    columns = {
        "Combiner-Fixed": spanned(blocked.combiner_fixed),
        "Combiner-Axial": spanned(blocked.combiner_vertical),
        "Combiner-Logsparse": logsparse,
        "dense, masked": dense,
        "PyTorch attention": attention,
    }
    table("Combiner attention, one head of 32", "length", LENGTHS, columns, {"dense, masked": LONGEST_LOOP})


def main() -> None:
    """Print all of them."""
    session.start(0)
    s4_kernel()
    selective_scan()
    combiner()
