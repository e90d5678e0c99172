"""Networks that go several ways: down and up, side by side, pyramids."""
import torch
import torch.nn.functional as F
from torch import nn

from .common import Block, Staged


class Segmenter(Staged):
    """Down, and up again by resizing and by transposed convolution; the last value is a map."""

    def __init__(self):
        super().__init__()
        self.down1 = Block(3, 8, 2)
        self.down2 = Block(8, 16, 2)
        self.up = nn.ConvTranspose2d(16, 8, 2, 2)
        self.mix = nn.Conv2d(24, 8, 3, 1, 1)
        self.last = nn.Conv2d(8, 4, 1)

    def forward(self, x):
        a = self.down1(x)
        b = self.down2(a)
        c = F.interpolate(b, scale_factor=2, mode="bilinear", align_corners=False)
        d = self.stage(F.relu(self.mix(torch.cat([self.up(b), c], 1))) + a)
        return self.last(F.interpolate(d, scale_factor=2, mode="nearest"))


class UpDown(Staged):
    """Down and up again with what was on the way down beside it: only the last map is alone."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 8, 3, 2, 1), nn.ReLU())
        self.down1 = Block(8, 12, 2)
        self.middle = Block(12, 16, 2)
        self.up1 = Block(28, 12)
        self.up0 = Block(20, 8)
        self.head = nn.Conv2d(8, 4, 1)

    def forward(self, x):
        a = self.stem(x)
        b = self.down1(a)
        c = self.middle(b)
        b = self.up1(torch.cat([F.interpolate(c, scale_factor=2.0), b], 1))
        x = self.stage(self.up0(torch.cat([F.interpolate(b, scale_factor=2.0), a], 1)))
        return self.head(F.interpolate(x, scale_factor=2.0, mode="bilinear"))


class Inception(Staged):
    """Branches of 1x1, 1x7 and 7x1 kernels and of pools side by side, some without padding."""

    class Block(nn.Module):
        def __init__(self, inputs):
            super().__init__()
            self.one = nn.Sequential(nn.Conv2d(inputs, 4, 1, bias=False), nn.BatchNorm2d(4), nn.ReLU())
            self.seven = nn.Sequential(
                nn.Conv2d(inputs, 6, 1), nn.ReLU(), nn.Conv2d(6, 6, (1, 7), 1, (0, 3)), nn.ReLU(),
                nn.Conv2d(6, 6, (7, 1), 1, (3, 0)),
            )
            self.pooled = nn.Conv2d(inputs, 4, 1)

        def forward(self, x):
            pool = F.avg_pool2d(x, 3, 1, 1)
            return torch.cat([self.one(x), self.seven(x), F.relu(self.pooled(pool))], 1)

    class Reduction(nn.Module):
        def __init__(self, inputs):
            super().__init__()
            self.conv = nn.Conv2d(inputs, 8, 3, 2)

        def forward(self, x):
            return torch.cat([self.conv(x), F.max_pool2d(x, 3, 2), F.lp_pool2d(x.abs(), 1, 3, 2) / 9], 1)

    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 8, 3, 2), nn.ReLU())
        self.mixed1 = Inception.Block(8)
        self.reduction = Inception.Reduction(14)
        self.mixed2 = Inception.Block(36)
        self.head = nn.Linear(14, 10)

    def forward(self, x):
        x = self.stage(self.mixed1(self.stem(x)))
        x = self.stage(self.mixed2(self.reduction(x)))
        return self.head(x.mean((2, 3)))


class HighResolution(Staged):
    """Two resolutions side by side that add to each other."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 8, 3, 2, 1), nn.BatchNorm2d(8), nn.ReLU())
        self.enter = Block(8, 8, 2)
        self.down = nn.Sequential(nn.Conv2d(8, 12, 3, 2, 1, bias=False), nn.BatchNorm2d(12))
        self.high, self.low = Block(8, 8), Block(12, 12)
        self.up = nn.Sequential(nn.Conv2d(12, 8, 1, bias=False), nn.BatchNorm2d(8))
        self.again = nn.Sequential(nn.Conv2d(8, 12, 3, 2, 1, bias=False), nn.BatchNorm2d(12))
        self.last = Block(12, 16, 1)
        self.head = nn.Linear(16, 10)

    def forward(self, x):
        x = self.stage(self.enter(self.stage(self.stem(x))))
        a, b = self.high(x), self.low(F.relu(self.down(x)))
        high = F.relu(a + F.interpolate(self.up(b), scale_factor=2, mode="nearest"))
        x = self.stage(self.last(F.relu(b + self.again(high))))
        return self.head(x.mean((2, 3)))


class Pyramid(Staged):
    """A feature pyramid: larger maps with what smaller ones know added, each smoothed, then one."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 8, 3, 2, 1, bias=False), nn.BatchNorm2d(8), nn.PReLU(8))
        self.layer1, self.layer2 = Block(8, 12, 2, act=nn.LeakyReLU), Block(12, 16, 2, act=nn.LeakyReLU)
        self.laterals = nn.ModuleList([nn.Conv2d(c, 8, 1) for c in (12, 16)])
        self.smooth = nn.ModuleList([nn.Conv2d(8, 8, 3, 1, 1) for _ in range(2)])
        self.head = nn.Conv2d(16, 4, 1)

    def forward(self, x):
        a = self.layer1(self.stage(self.stem(x)))
        b = self.layer2(a)
        low = self.laterals[1](b)
        high = self.laterals[0](a) + F.interpolate(low, size=a.shape[-2:], mode="nearest")
        low = F.interpolate(self.smooth[1](low), size=a.shape[-2:], mode="bilinear", align_corners=False)
        return self.stage(self.head(torch.cat([self.smooth[0](high), low], 1)))
