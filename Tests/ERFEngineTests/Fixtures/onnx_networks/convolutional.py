"""Plain convolutional networks, each like a family that people export."""
import torch
import torch.nn.functional as F
from torch import nn

from .common import Block, Staged


class ResNet(Staged):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 8, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(8)
        self.maxpool = nn.MaxPool2d(3, 2, 1)
        self.layer1 = nn.Sequential(Block(8, 8), Block(8, 8))
        self.layer2 = nn.Sequential(Block(8, 16, 2))
        self.layer3 = nn.Sequential(Block(16, 24, 2))
        self.fc = nn.Linear(24, 10)

    def forward(self, x):
        x = self.maxpool(F.relu(self.bn1(self.conv1(x))))
        for layer in (self.layer1, self.layer2, self.layer3):
            x = self.stage(layer(x))
        return self.fc(torch.flatten(F.adaptive_avg_pool2d(x, 1), 1))


class Squeeze(nn.Module):
    """Channels weighted by what is seen of all pixels."""

    def __init__(self, channels, gate):
        super().__init__()
        self.reduce = nn.Conv2d(channels, 4, 1)
        self.expand = nn.Conv2d(4, channels, 1)
        self.gate = gate

    def forward(self, x):
        y = x.mean((2, 3), keepdim=True)
        return x * self.gate(self.expand(F.relu(self.reduce(y))))


class Inverted(nn.Module):
    def __init__(self, inputs, outputs, stride, act, gate):
        super().__init__()
        hidden = inputs * 2
        self.expand = nn.Sequential(nn.Conv2d(inputs, hidden, 1, bias=False), nn.BatchNorm2d(hidden), act())
        self.dw = nn.Sequential(
            nn.Conv2d(hidden, hidden, 5, stride, 2, groups=hidden, bias=False), nn.BatchNorm2d(hidden), act()
        )
        self.se = Squeeze(hidden, gate)
        self.project = nn.Sequential(nn.Conv2d(hidden, outputs, 1, bias=False), nn.BatchNorm2d(outputs))
        self.adds = stride == 1 and inputs == outputs

    def forward(self, x):
        y = self.project(self.se(self.dw(self.expand(x))))
        return x + y if self.adds else y


class Mobile(Staged):
    def __init__(self, act, gate):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 8, 3, 2, 1, bias=False), nn.BatchNorm2d(8), act())
        make = lambda i, o: nn.Sequential(Inverted(i, o, 2, act, gate), Inverted(o, o, 1, act, gate))
        self.blocks = nn.Sequential(make(8, 12), make(12, 16), make(16, 20))
        self.head = nn.Linear(20, 10)

    def forward(self, x):
        x = self.stem(x)
        for block in self.blocks:
            x = self.stage(block(x))
        return self.head(x.mean((2, 3)))


class NeXtBlock(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.dwconv = nn.Conv2d(c, c, 7, padding=3, groups=c)
        self.norm = nn.LayerNorm(c, eps=1e-6)
        self.fc1 = nn.Linear(c, 4 * c)
        self.fc2 = nn.Linear(4 * c, c)
        self.gamma = nn.Parameter(torch.rand(c) + 0.5)

    def forward(self, x):
        y = self.norm(self.dwconv(x).permute(0, 2, 3, 1))
        y = self.fc2(F.gelu(self.fc1(y))) * self.gamma
        return x + y.permute(0, 3, 1, 2)


class Norm2d(nn.LayerNorm):
    """Over the channels of a map."""

    def forward(self, x):
        return super().forward(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


class ConvNeXt(Staged):
    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 8, 4, 4), Norm2d(8))
        self.stages = nn.ModuleList(
            [
                nn.Sequential(NeXtBlock(8), NeXtBlock(8)),
                nn.Sequential(Norm2d(8), nn.Conv2d(8, 12, 2, 2), NeXtBlock(12)),
                nn.Sequential(Norm2d(12), nn.Conv2d(12, 16, 2, 2), NeXtBlock(16)),
            ]
        )
        self.norm = nn.LayerNorm(16)
        self.head = nn.Linear(16, 10)

    def forward(self, x):
        x = self.stem(x)
        for stage in self.stages:
            x = self.stage(stage(x))
        return self.head(self.norm(x.mean((2, 3))))


class Dense(Staged):
    def __init__(self):
        super().__init__()
        self.conv0 = nn.Conv2d(3, 8, 3, 2, 1)
        self.norms = nn.ModuleList([nn.BatchNorm2d(c) for c in (8, 12, 16, 20, 24, 28)])
        self.convs = nn.ModuleList([nn.Conv2d(c, 4, 3, 1, 1) for c in (8, 12, 16, 20, 24, 28)])
        self.trans = nn.ModuleList([nn.Conv2d(16, 16, 1), nn.Conv2d(24, 24, 1)])
        self.norm5 = nn.BatchNorm2d(32)
        self.classifier = nn.Linear(32, 10)

    def forward(self, x):
        x = self.conv0(x)
        for index, (norm, conv) in enumerate(zip(self.norms, self.convs)):
            x = torch.cat([x, conv(F.relu(norm(x)))], 1)
            if index in (1, 3):
                x = F.avg_pool2d(self.stage(self.trans[index // 2](x)), 2, 2)
        x = self.stage(x)
        return self.classifier(F.relu(self.norm5(x)).mean((2, 3)))


class LargeKernels(Staged):
    """Depth-wise 13x13 beside 5x5, dilated, ELU and hard functions."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 8, 3, 2, 1), nn.BatchNorm2d(8), nn.SiLU())
        self.large = nn.ModuleList([nn.Conv2d(8, 8, 13, 1, 6, groups=8) for _ in range(2)])
        self.small = nn.ModuleList([nn.Conv2d(8, 8, 5, 1, 2, groups=8) for _ in range(2)])
        self.dilated = nn.Conv2d(8, 8, 3, 1, 2, dilation=2)
        self.down = nn.Conv2d(8, 12, 3, 2, 1)
        self.head = nn.Linear(12, 10)

    def forward(self, x):
        x = self.stem(x)
        for large, small in zip(self.large, self.small):
            x = x + F.elu(large(x) + small(x))
        x = self.stage(x + F.softplus(self.dilated(x)))
        x = self.down(x)
        x = self.stage(x * torch.sigmoid(-x) + F.hardtanh(x, -0.3, 0.4))
        return self.head(F.adaptive_max_pool2d(x, 1).flatten(1))


class Parallel(Staged):
    """RepLKNet's block as it is trained: 13x13 beside 5x5, each with its norm, between 1x1 convolutions."""

    class Block(nn.Module):
        def __init__(self, c, kernel=13):
            super().__init__()
            conv = lambda i, o: nn.Sequential(nn.Conv2d(i, o, 1, bias=False), nn.BatchNorm2d(o))
            large = lambda k: nn.Sequential(nn.Conv2d(c, c, k, 1, k // 2, groups=c, bias=False), nn.BatchNorm2d(c))
            self.prelkb_bn, self.preffn_bn = nn.BatchNorm2d(c), nn.BatchNorm2d(c)
            self.pw1, self.pw2, self.pw3, self.pw4 = conv(c, c), conv(c, c), conv(c, 4 * c), conv(4 * c, c)
            self.large, self.small = large(kernel), large(5)

        def forward(self, x):
            y = F.relu(self.pw1(self.prelkb_bn(x)))
            x = x + self.pw2(F.relu(self.large(y) + self.small(y)))
            return x + self.pw4(F.gelu(self.pw3(self.preffn_bn(x))))

    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 8, 3, 2, 1, bias=False), nn.BatchNorm2d(8), nn.ReLU())
        self.layer1 = nn.Sequential(Parallel.Block(8), Parallel.Block(8))
        self.down = nn.Sequential(nn.Conv2d(8, 12, 3, 2, 1, bias=False), nn.BatchNorm2d(12), nn.ReLU())
        self.layer2 = Parallel.Block(12)
        self.norm = nn.BatchNorm2d(12)
        self.head = nn.Linear(12, 10)

    def forward(self, x):
        x = self.stage(self.layer1(self.stem(x)))
        x = self.stage(self.layer2(self.down(x)))
        return self.head(self.norm(x).mean((2, 3)))
