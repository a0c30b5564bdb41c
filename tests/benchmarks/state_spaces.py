"""Speed of the state-space track: kernels, scans and sparse attention, as they stand in the notebooks, over length."""

import ast
import math
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch.nn import functional as F

from helpers import catalogue, notebooks, session

LENGTHS = 2 ** np.arange(8, 15)
LOOP_LENGTHS = LENGTHS[:5]  # loops over time and dense matrices are not worth waiting for beyond
ROUNDS = 3


def definitions(slug: str, **given: Any) -> dict[str, Any]:
    """The imports, functions and classes of a notebook, without running anything else of it."""
    cells = notebooks.read(catalogue.planned()[slug].path).cells
    nodes = [node for cell in cells if cell.cell_type == "code" for node in ast.parse(cell.source).body]
    kinds = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef)
    names: dict[str, Any] = {"__name__": slug, **given}
    exec(compile(ast.Module([node for node in nodes if isinstance(node, kinds)], []), slug, "exec"), names)
    return names


def cpu_seconds(function: Callable[[], Any]) -> float:
    """Least CPU seconds of several rounds."""
    times = []
    for _ in range(ROUNDS):
        began = time.process_time()
        function()
        times.append(time.process_time() - began)
    return min(times)


def table(title: str, columns: dict[str, Callable[[int], Callable[[], Any]]], short: tuple[str, ...] = ()) -> None:
    """Milliseconds over length, slopes from 1,024 (or the last three lengths), and ratios to the first column."""
    print(f"\n{title}: CPU ms over length\n{'length':>8s}" + "".join(f"{name:>22s}" for name in columns))
    times = {name: [] for name in columns}
    for length in LENGTHS:
        for name, make in columns.items():
            wanted = name not in short or length in LOOP_LENGTHS
            times[name].append(cpu_seconds(make(int(length))) if wanted else math.nan)
        print(f"{length:8d}" + "".join(f"{times[name][-1] * 1e3:22.2f}" for name in columns))
    first = np.array(next(iter(times.values())))
    for name, values in times.items():
        measured = np.isfinite(values)
        slope = np.polyfit(np.log(LENGTHS[measured][-3:]), np.log(np.array(values)[measured][-3:]), 1)[0]
        last = np.flatnonzero(measured)[-1]
        ratio = values[last] / first[last]
        print(f"  {name}: slope {slope:.2f}; {ratio:.1f} times the first column's at {LENGTHS[last]}")


def attention(length: int, dim: int = 32) -> Callable[[], Any]:
    """PyTorch's own causal attention, one head."""
    q, k, v = torch.randn(3, 1, 1, length, dim)
    return lambda: F.scaled_dot_product_attention(q, k, v, is_causal=True)


def s4_kernel() -> None:
    """The kernel from Cauchy sums against the recurrence, for one feature and N = 64."""
    names = definitions("s4")
    lam, P, B, V = names["hippo_dplr"](64)
    dense, C, step = names["make_hippo"](64), np.random.default_rng(0).standard_normal(64), 0.01

    def cauchy(length: int) -> Callable[[], Any]:
        C_tilde = (C @ V) @ names["remainder"](lam, P, step, length)
        return lambda: names["s4_kernel"](lam[32:], P[32:], B[32:], C_tilde[32:], step, length)

    columns = {
        "Cauchy kernel": cauchy,
        "recurrence": lambda length: lambda: names["naive_kernel"](*dense, C, step, length),
    }
    table("S4 kernel, one feature, N = 64", columns)


@torch.no_grad()
def selective_scan() -> None:
    """Mamba's selective scan (32 features, 4 states each) against a loop over time and against attention."""
    names = definitions("mamba_360")
    mixer = names["Mamba"](16)

    def inputs(length: int) -> tuple[torch.Tensor, ...]:
        x = torch.randn(1, length, 32)
        return x, *mixer.selection(x)

    def loop(length: int) -> Callable[[], Any]:
        x, step, B, C = inputs(length)

        def run() -> None:
            h = torch.zeros(1, 32, 4)
            for place in range(length):
                d, u = step[:, place, :, None], x[:, place, :, None]
                h = torch.exp(-d * mixer.log_A.exp()) * h + d * u * B[:, place, None]
                (h * C[:, place, None]).sum(-1)

        return run

    def scan(length: int) -> Callable[[], Any]:
        given = inputs(length)
        return lambda: mixer.scan(*given)

    columns = {"scan in log depth": scan, "loop over time": loop, "PyTorch attention": attention}
    table("Selective scan, 32 features", columns, ("loop over time",))


@torch.no_grad()
def combiner() -> None:
    """Combiner-Fixed and -Axial with spans of √L against dense masked attention and PyTorch's own."""
    names = definitions("combiner", evaluated=Counter())

    def version(name: str) -> Callable[[int], Callable[[], Any]]:
        def make(length: int) -> Callable[[], Any]:
            q, k, v = torch.randn(3, length, 32)
            return lambda: names[name](q, k, v, 2 ** (round(math.log2(length)) // 2))

        return make

    def dense(length: int) -> Callable[[], Any]:
        q, k, v = torch.randn(3, length, 32)
        mask = torch.ones(length, length, dtype=torch.bool).tril()
        return lambda: (q @ k.mT / math.sqrt(32)).masked_fill(~mask, -math.inf).softmax(-1) @ v

    columns = {
        "Combiner-Fixed": version("combiner_fixed"),
        "Combiner-Axial": version("combiner_vertical"),
        "dense, masked": dense,
        "PyTorch attention": attention,
    }
    table("Combiner attention, one head of 32", columns, ("dense, masked",))


def main() -> None:
    """Print all of them."""
    session.start(0)
    s4_kernel()
    selective_scan()
    combiner()
