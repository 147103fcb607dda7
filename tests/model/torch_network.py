"""EfficientNet-B0 in PyTorch, written from its definition, to compare imported weights with.

Tan & Le 2019 (arXiv 1905.11946), Table 1. Layers carry the names, and strided convolutions and
BatchNorm the padding and epsilon, of timm's published ``efficientnet_b0``. Needs torch.
"""

from torch import Tensor, nn

#: expansion, channels, repeats, stride, kernel
STAGES = [
    (1, 16, 1, 1, 3),
    (6, 24, 2, 2, 3),
    (6, 40, 2, 2, 5),
    (6, 80, 3, 2, 3),
    (6, 112, 3, 1, 5),
    (6, 192, 4, 2, 5),
    (6, 320, 1, 1, 3),
]


def convolution(
    before: int, after: int, kernel: int, stride: int = 1, groups: int = 1
) -> nn.Conv2d:
    return nn.Conv2d(before, after, kernel, stride, kernel // 2, groups=groups, bias=False)


class SqueezeExcite(nn.Module):
    def __init__(self, channels: int, reduced: int) -> None:
        super().__init__()
        self.conv_reduce = nn.Conv2d(channels, reduced, 1)
        self.conv_expand = nn.Conv2d(reduced, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        squeezed = x.mean((2, 3), keepdim=True)
        gate = self.conv_expand(nn.functional.silu(self.conv_reduce(squeezed))).sigmoid()
        return x * gate


class Block(nn.Module):
    def __init__(self, before: int, after: int, expand: int, stride: int, kernel: int) -> None:
        super().__init__()
        wide = before * expand
        depthwise = convolution(wide, wide, kernel, stride, groups=wide)
        squeeze = SqueezeExcite(wide, before // 4)
        self.skips = stride == 1 and before == after
        if expand == 1:
            self.conv_dw, self.bn1 = depthwise, nn.BatchNorm2d(wide)
            self.se = squeeze
            self.conv_pw, self.bn2 = convolution(wide, after, 1), nn.BatchNorm2d(after)
            self.widen = None
            self.spatial, self.narrow = (self.conv_dw, self.bn1), (self.conv_pw, self.bn2)
        else:
            self.conv_pw, self.bn1 = convolution(before, wide, 1), nn.BatchNorm2d(wide)
            self.conv_dw, self.bn2 = depthwise, nn.BatchNorm2d(wide)
            self.se = squeeze
            self.conv_pwl, self.bn3 = convolution(wide, after, 1), nn.BatchNorm2d(after)
            self.widen = (self.conv_pw, self.bn1)
            self.spatial, self.narrow = (self.conv_dw, self.bn2), (self.conv_pwl, self.bn3)

    def forward(self, inputs: Tensor) -> Tensor:
        x = inputs
        if self.widen is not None:
            x = nn.functional.silu(self.widen[1](self.widen[0](x)))
        x = nn.functional.silu(self.spatial[1](self.spatial[0](x)))
        x = self.narrow[1](self.narrow[0](self.se(x)))
        return x + inputs if self.skips else x


class EfficientNetB0(nn.Module):
    """(n, channels, size, size) → (n, 1280)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv_stem, self.bn1 = convolution(channels, 32, 3, 2), nn.BatchNorm2d(32)
        stages, before = [], 32
        for expand, after, repeats, stride, kernel in STAGES:
            blocks = []
            for repeat in range(repeats):
                blocks.append(Block(before, after, expand, 1 if repeat else stride, kernel))
                before = after
            stages.append(nn.Sequential(*blocks))
        self.blocks = nn.Sequential(*stages)
        self.conv_head, self.bn2 = convolution(before, 1280, 1), nn.BatchNorm2d(1280)

    def forward(self, images: Tensor) -> Tensor:
        x = nn.functional.silu(self.bn1(self.conv_stem(images)))
        x = nn.functional.silu(self.bn2(self.conv_head(self.blocks(x))))
        return x.mean((2, 3))
