"""Plain parts of state space models: HiPPO's matrix, the padded FFT convolution, the scan in logarithmic depth.

Notebook 01 derives the first two and notebook 03 the third; later notebooks take them from here.
"""

import numpy as np
import torch
from torch import Tensor


def hippo_legs(N: int) -> tuple[np.ndarray, np.ndarray]:
    """HiPPO-LegS (Gu et al., 2020): A [N, N], lower triangular with −(n + 1) on the diagonal, and B [N].

    Raises ValueError when N is less than 1.
    """
    if N < 1:
        raise ValueError(f"N = {N!r}: allowed is an integer from 1 up")
    B = np.sqrt(2 * np.arange(N) + 1.0)
    return -np.tril(np.outer(B, B), -1) - np.diag(np.arange(N) + 1.0), B


def causal_convolution(u: Tensor, K: Tensor) -> Tensor:
    """y_l = Σ_{j ≤ l} K_j u_{l−j} by FFT, zero-padded so that the end does not leak into the beginning.

    u [..., length], K [..., length], real, leading dimensions broadcast → [..., length].

    Raises ValueError when the lengths differ.
    """
    length = u.shape[-1]
    if K.shape[-1] != length:
        raise ValueError(f"K: its last dimension is {K.shape[-1]}; allowed is {length}, that of u")
    spectrum = torch.fft.rfft(u, n=2 * length) * torch.fft.rfft(K, n=2 * length)
    return torch.fft.irfft(spectrum, n=2 * length)[..., :length]


def linear_scan(a: Tensor, b: Tensor) -> Tensor:
    """x_l = a_l x_{l−1} + b_l from x_{−1} = 0, for all l at once in logarithmic depth (Blelloch, 1990).

    Two steps are one step with coefficients (a₂ a₁, a₂ b₁ + b₂): pairs are joined, the half as long
    sequence is scanned the same way, and the places between are filled in. Linear work in all.

    a and b [batch, length, ...], real or complex, of one shape after broadcasting → that shape.

    Raises ValueError when there is no length dimension or it is empty.
    """
    a, b = torch.broadcast_tensors(a, b)
    if b.ndim < 2 or b.shape[1] == 0:
        raise ValueError(f"b: shape {list(b.shape)}; allowed is [batch, length, ...] with a length from 1 up")
    return _scan(a, b)


def _scan(a: Tensor, b: Tensor) -> Tensor:
    length = b.shape[1]
    if length == 1:
        return b
    pairs = length // 2
    a_even, b_even = a[:, : 2 * pairs : 2], b[:, : 2 * pairs : 2]
    a_odd, b_odd = a[:, 1::2], b[:, 1::2]
    odd = _scan(a_odd * a_even, a_odd * b_even + b_odd)  # x at places 1, 3, 5, … [batch, pairs, ...]
    before = odd[:, : (length - 1) // 2]  # what precedes places 2, 4, …
    even = torch.cat([b[:, :1], a[:, 2::2] * before + b[:, 2::2]], dim=1)
    if length % 2:
        odd = torch.cat([odd, odd[:, :1]], dim=1)  # one place too many, cut off again below
    return torch.stack([even, odd], dim=2).flatten(1, 2)[:, :length]
