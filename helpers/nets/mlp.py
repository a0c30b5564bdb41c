"""Multi-layer perceptron."""

from collections.abc import Callable, Sequence

from torch import Tensor, nn


class MLP(nn.Sequential):
    """Linear layers with an activation between them: [..., sizes[0]] → [..., sizes[-1]].

    Raises ValueError for fewer than two sizes or a size below 1.
    """

    def __init__(self, sizes: Sequence[int], activation: Callable[[], nn.Module] = nn.GELU) -> None:
        if len(sizes) < 2 or min(sizes) < 1:
            raise ValueError(f"sizes = {list(sizes)!r}: allowed are two or more integers from 1 up")
        layers: list[nn.Module] = []
        for inputs, outputs in zip(sizes[:-1], sizes[1:], strict=True):
            layers += [nn.Linear(inputs, outputs), activation()]
        super().__init__(*layers[:-1])

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x)
