"""Pre-norm Transformer block with pluggable mask and positions."""

import math
from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional as F


def causal_mask(length: int) -> Tensor:
    """[length, length], True where attention is allowed: to itself and to what came before."""
    return torch.ones(length, length, dtype=torch.bool).tril()


def sinusoidal_positions(length: int, dim: int) -> Tensor:
    """Sines and cosines of geometrically spaced frequencies, [length, dim] (Vaswani et al., 2017).

    Raises ValueError when `dim` is odd.
    """
    if dim % 2:
        raise ValueError(f"dim = {dim!r}: allowed is an even integer")
    frequency = torch.exp(torch.arange(0, dim, 2) * (-math.log(10000.0) / dim))
    angle = torch.arange(length)[:, None] * frequency
    return torch.stack([angle.sin(), angle.cos()], dim=-1).reshape(length, dim)


class TransformerBlock(nn.Module):
    """Attention and a two-layer perceptron, each with layer norm before and a residual around it.

    [batch, length, dim] → [batch, length, dim] (Vaswani et al., 2017; norms first: Xiong et al., 2020).
    `positions`, if given, turns queries and keys [batch, heads, length, dim / heads] into ones that know
    where they stand (rotary positions, for instance).

    Raises ValueError when `heads` does not divide `dim`.
    """

    def __init__(
        self, dim: int, heads: int, hidden: int | None = None, positions: Callable[[Tensor], Tensor] | None = None
    ) -> None:
        super().__init__()
        if heads < 1 or dim % heads:
            raise ValueError(f"heads = {heads!r}: allowed is a divisor of dim = {dim}")
        self.heads = heads
        self.positions = positions
        self.norm_attention = nn.LayerNorm(dim)
        self.qkv = nn.Linear(dim, 3 * dim)
        self.out = nn.Linear(dim, dim)
        self.norm_mlp = nn.LayerNorm(dim)
        self.mlp = nn.Sequential(nn.Linear(dim, hidden or 4 * dim), nn.GELU(), nn.Linear(hidden or 4 * dim, dim))

    def attention(self, x: Tensor, mask: Tensor | None) -> Tensor:
        """Multi-head attention; `mask` is True, or a finite bias, where a query [row] may see a key [column]."""
        batch, length, dim = x.shape
        qkv = self.qkv(x).view(batch, length, 3, self.heads, dim // self.heads)
        query, key, value = qkv.permute(2, 0, 3, 1, 4)  # each [batch, heads, length, dim / heads]
        if self.positions is not None:
            query, key = self.positions(query), self.positions(key)
        mixed = F.scaled_dot_product_attention(query, key, value, attn_mask=mask)
        return self.out(mixed.transpose(1, 2).reshape(batch, length, dim))

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        x = x + self.attention(self.norm_attention(x), mask)
        return x + self.mlp(self.norm_mlp(x))
