"""Plain networks that no paper of the collection claims as its own."""

from helpers.nets.convnet import ConvNet
from helpers.nets.mlp import MLP
from helpers.nets.transformer import TransformerBlock, causal_mask, sinusoidal_positions

__all__ = ["MLP", "ConvNet", "TransformerBlock", "causal_mask", "sinusoidal_positions"]
