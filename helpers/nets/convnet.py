"""Small convolutional network for small pictures."""

from collections.abc import Callable, Sequence

from torch import Tensor, nn


class ConvNet(nn.Module):
    """3×3 convolutions, each followed by an activation and 2×2 mean pooling, then one linear layer.

    [batch, in_channels, height, width] → [batch, outputs]. `channels` has one entry for each convolution.

    Raises ValueError when the picture is too small to be halved once for each convolution.
    """

    def __init__(
        self,
        in_channels: int,
        size: tuple[int, int],
        channels: Sequence[int],
        outputs: int,
        activation: Callable[[], nn.Module] = nn.GELU,
    ) -> None:
        super().__init__()
        height, width = (side // 2 ** len(channels) for side in size)
        if not channels or min(height, width) < 1:
            raise ValueError(
                f"channels = {list(channels)!r}: a picture of {size} can't be halved {len(channels)} times"
            )
        layers: list[nn.Module] = []
        for inputs, count in zip((in_channels, *channels[:-1]), channels, strict=True):
            layers += [nn.Conv2d(inputs, count, 3, padding=1), activation(), nn.AvgPool2d(2)]
        self.features = nn.Sequential(*layers, nn.Flatten())
        self.head = nn.Linear(channels[-1] * height * width, outputs)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.features(x))
