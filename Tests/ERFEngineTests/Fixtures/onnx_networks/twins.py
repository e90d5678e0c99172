"""Networks that the program has built in, as PyTorch writes them."""
import torch
import torch.nn.functional as F
from torch import nn

from .common import Block, Staged
from .convolutional import Parallel


class TwinResNet(Staged):
    """The built-in resnet:block=basic:layers=1,1,1,1:width=4:classes=10, as torchvision writes it."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 4, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(4)
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(3, 2, 1)
        self.layer1, self.layer2 = nn.Sequential(Block(4, 4)), nn.Sequential(Block(4, 8, 2))
        self.layer3, self.layer4 = nn.Sequential(Block(8, 16, 2)), nn.Sequential(Block(16, 32, 2))
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(32, 10)

    def forward(self, x):
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        for layer in (self.layer1, self.layer2, self.layer3, self.layer4):
            x = self.stage(layer(x))
        return self.fc(torch.flatten(self.avgpool(x), 1))


class TwinRepLKNet(Staged):
    """The built-in replknet:kernels=13,13,9,7:layers=1,1,1,1:channels=8,8,12,12:classes=10, as it is trained."""

    def conv(self, i, o, kernel, stride=1, groups=1, act=True):
        layers = [nn.Conv2d(i, o, kernel, stride, kernel // 2, groups=groups, bias=False), nn.BatchNorm2d(o)]
        return nn.Sequential(*layers, *([nn.ReLU()] if act else []))

    def __init__(self):
        super().__init__()
        c, conv = (8, 8, 12, 12), self.conv
        self.stem = nn.Sequential(conv(3, 8, 3, 2), conv(8, 8, 3, 1, 8), conv(8, 8, 1), conv(8, 8, 3, 2, 8))
        self.blocks = nn.ModuleList([Parallel.Block(n, k) for n, k in zip(c, (13, 13, 9, 7))])
        self.transitions = nn.ModuleList(
            [nn.Sequential(conv(i, o, 1), conv(o, o, 3, 2, o)) for i, o in zip(c, c[1:])]
        )
        self.norm = nn.BatchNorm2d(12)
        self.head = nn.Linear(12, 10)

    def forward(self, x):
        x = self.stem(x)
        for index, block in enumerate(self.blocks):
            x = self.stage(block(self.transitions[index - 1](x) if index else x))
        return self.head(torch.flatten(F.adaptive_avg_pool2d(self.norm(x), 1), 1))
