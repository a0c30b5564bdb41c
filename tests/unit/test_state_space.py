"""helpers.state_space against loops, SciPy and closed forms."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy import signal

from helpers.state_space import causal_convolution, hippo_legs, linear_scan


def test_hippo_legs_is_written_out_for_three_states():
    A, B = hippo_legs(3)
    np.testing.assert_allclose(A, [[-1, 0, 0], [-(3**0.5), -2, 0], [-(5**0.5), -(15**0.5), -3]])
    np.testing.assert_allclose(B, [1, 3**0.5, 5**0.5])


@given(st.integers(1, 40))
def test_hippo_legs_plus_rank_one_is_half_the_identity_plus_a_skew_matrix(N):
    A, B = hippo_legs(N)
    normal = A + np.outer(B, B) / 2 + np.eye(N) / 2
    np.testing.assert_allclose(normal, -normal.T, atol=1e-12)


@given(st.integers(1, 70), st.integers(0, 2**32 - 1))
def test_causal_convolution_is_scipys_full_convolution_cut_to_length(length, seed):
    rng = np.random.default_rng(seed)
    u, K = rng.standard_normal((2, 3, length)), rng.standard_normal((3, length))
    expected = np.stack([[signal.convolve(u[b, h], K[h])[:length] for h in range(3)] for b in range(2)])
    np.testing.assert_allclose(causal_convolution(torch.tensor(u), torch.tensor(K)), expected, atol=1e-10)


def test_nothing_leaks_from_the_end_into_the_beginning():
    u = torch.zeros(1, 16)
    u[0, -1] = 1.0
    assert causal_convolution(u, torch.ones(1, 16))[0, :-1].abs().max() < 1e-6


@given(st.integers(1, 70), st.integers(0, 2**32 - 1), st.booleans())
def test_linear_scan_is_the_loop(length, seed, complex_numbers):
    rng = np.random.default_rng(seed)
    a, b = rng.standard_normal((2, 2, length, 3, 2)) @ ([1, 1j] if complex_numbers else [1, 0])
    x, expected = np.zeros_like(b[:, 0]), []
    for place in range(length):
        x = a[:, place] * x + b[:, place]
        expected.append(x)
    scale = np.abs(expected).max() + 1
    result = linear_scan(torch.tensor(a), torch.tensor(b))
    np.testing.assert_allclose(result / scale, np.stack(expected, axis=1) / scale, atol=1e-10)


def test_linear_scan_broadcasts_a_constant_transition():
    b = torch.randn(2, 9, 4, dtype=torch.float64)
    constant = torch.rand(4, dtype=torch.float64)
    torch.testing.assert_close(linear_scan(constant, b), linear_scan(constant.expand_as(b), b))


def test_linear_scan_has_the_gradients_of_the_loop_and_works_under_vmap():
    a = torch.rand(2, 7, 3, dtype=torch.float64, requires_grad=True)
    b = torch.randn(2, 7, 3, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(linear_scan, (a, b))
    together = torch.vmap(linear_scan)(torch.stack([a, a]), torch.stack([b, 2 * b]))
    torch.testing.assert_close(together[1], 2 * linear_scan(a, b))


def test_bad_shapes_are_refused():
    with pytest.raises(ValueError, match="N = 0: allowed is an integer from 1 up"):
        hippo_legs(0)
    with pytest.raises(ValueError, match="its last dimension is 3; allowed is 4"):
        causal_convolution(torch.zeros(4), torch.zeros(3))
    with pytest.raises(ValueError, match=r"shape \[2, 0\]; allowed is \[batch, length, ...\]"):
        linear_scan(torch.zeros(2, 0), torch.zeros(2, 0))
