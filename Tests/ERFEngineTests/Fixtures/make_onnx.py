"""Makes the tiny exported networks in onnx/: NAME-ts.onnx (TorchScript exporter) and NAME-dynamo.onnx, and
NAME.safetensors with an input, the features of every stage, of a module too where there is but one stage, and the
ERF maps of their units in the middle.

Needs torch, onnx, onnxscript and safetensors: python3 make_onnx.py [NAME ...]
"""
import os
import sys
import warnings

import onnx
import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from torch import nn

warnings.filterwarnings("ignore")
HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "onnx")


class Staged(nn.Module):
    """Keeps the outputs of its stages."""

    def stage(self, x):
        if not torch.onnx.is_in_onnx_export() and not torch.compiler.is_compiling():
            self.kept.append(x)
        return x


class Block(nn.Module):
    """Two 3x3 convolutions with a shortcut."""

    def __init__(self, inputs, outputs, stride=1, act=nn.ReLU, norm=nn.BatchNorm2d):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = norm(outputs)
        self.act = act()
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = norm(outputs)
        self.down = nn.Identity()
        if stride != 1 or inputs != outputs:
            self.down = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), norm(outputs))

    def forward(self, x):
        y = self.bn2(self.conv2(self.act(self.bn1(self.conv1(x)))))
        return self.act(y + self.down(x))


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


class Attention(nn.Module):
    def __init__(self, c, heads, bias=None):
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(c, 3 * c)
        self.proj = nn.Linear(c, c)
        self.bias = nn.Parameter(torch.randn(heads, bias, bias) * 0.3) if bias else None

    def forward(self, x):
        b, n, c = x.shape
        q, k, v = self.qkv(x).reshape(b, n, 3, self.heads, c // self.heads).permute(2, 0, 3, 1, 4).unbind(0)
        scores = (q * (c // self.heads) ** -0.5) @ k.transpose(-2, -1)
        if self.bias is not None:
            scores = scores + self.bias
        return self.proj((scores.softmax(-1) @ v).transpose(1, 2).reshape(b, n, c))


class Transformer(nn.Module):
    def __init__(self, c, heads=2):
        super().__init__()
        self.norm1 = nn.LayerNorm(c)
        self.attn = Attention(c, heads)
        self.norm2 = nn.LayerNorm(c)
        self.mlp = nn.Sequential(nn.Linear(c, 2 * c), nn.GELU(), nn.Linear(2 * c, c))

    def forward(self, x):
        x = x + self.attn(self.norm1(x))
        return x + self.mlp(self.norm2(x))


class ViT(Staged):
    def __init__(self):
        super().__init__()
        self.patch = nn.Conv2d(3, 16, 8, 8)
        self.cls = nn.Parameter(torch.randn(1, 1, 16))
        self.pos = nn.Parameter(torch.randn(1, 37, 16) * 0.5)
        self.blocks = nn.Sequential(*[Transformer(16) for _ in range(3)])
        self.norm = nn.LayerNorm(16)
        self.head = nn.Linear(16, 10)

    def forward(self, x):
        x = self.patch(x).flatten(2).transpose(1, 2)
        x = torch.cat([self.cls.expand(x.shape[0], -1, -1), x], 1) + self.pos
        x = self.stage(self.blocks(x))
        return self.head(self.norm(x)[:, 0])


class Window(nn.Module):
    """Attention in windows of 3x3, rolled in every second block."""

    def __init__(self, c, shift):
        super().__init__()
        self.shift = shift
        self.norm1 = nn.LayerNorm(c)
        self.attn = Attention(c, 2, bias=9)
        self.norm2 = nn.LayerNorm(c)
        self.mlp = nn.Sequential(nn.Linear(c, 2 * c), nn.GELU(), nn.Linear(2 * c, c))

    def forward(self, x):
        b, h, w, c = x.shape
        y = self.norm1(x)
        if self.shift:
            y = torch.roll(y, (-1, -1), (1, 2))
        y = y.reshape(b, h // 3, 3, w // 3, 3, c).permute(0, 1, 3, 2, 4, 5).reshape(-1, 9, c)
        y = self.attn(y).reshape(b, h // 3, w // 3, 3, 3, c).permute(0, 1, 3, 2, 4, 5).reshape(b, h, w, c)
        if self.shift:
            y = torch.roll(y, (1, 1), (1, 2))
        x = x + y
        return x + self.mlp(self.norm2(x))


class Swin(Staged):
    def __init__(self):
        super().__init__()
        self.patch = nn.Conv2d(3, 8, 4, 4)
        self.layer1 = nn.Sequential(Window(8, False), Window(8, True))
        self.norm = nn.LayerNorm(32)
        self.reduction = nn.Linear(32, 16, bias=False)
        self.layer2 = nn.Sequential(Window(16, False), Window(16, True))
        self.last = nn.LayerNorm(16)
        self.head = nn.Linear(16, 10)

    def forward(self, x):
        x = self.stage(self.layer1(self.patch(x).permute(0, 2, 3, 1)))
        b, h, w, c = x.shape
        x = x.reshape(b, h // 2, 2, w // 2, 2, c).permute(0, 1, 3, 4, 2, 5).flatten(3)
        x = self.stage(self.layer2(self.reduction(self.norm(x))))
        return self.head(self.last(x).mean((1, 2)))


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


class Grouped(Staged):
    """Weight standardisation, group norm, GELU by tanh, and average pools that count no padding."""

    def __init__(self):
        super().__init__()
        self.convs = nn.ModuleList([nn.Conv2d(i, o, 3, s, 1) for i, o, s in ((3, 8, 2), (8, 8, 1), (8, 16, 2), (16, 16, 1))])
        self.norms = nn.ModuleList([nn.GroupNorm(4, c) for c in (8, 8, 16, 16)])
        self.head = nn.Linear(16, 10)

    def conv(self, index, x):
        conv = self.convs[index]
        w = conv.weight
        w = (w - w.mean((1, 2, 3), keepdim=True)) / (w.var((1, 2, 3), keepdim=True) + 1e-5).sqrt()
        x = F.conv2d(x, w, conv.bias, conv.stride, conv.padding)
        return F.gelu(self.norms[index](x), approximate="tanh")

    def forward(self, x):
        x = self.conv(0, x)
        x = self.stage(x + self.conv(1, F.avg_pool2d(x, 3, 1, 1, count_include_pad=False)))
        x = self.conv(2, x)
        x = self.stage(x + self.conv(3, F.avg_pool2d(x, 3, 1, 1, count_include_pad=True)))
        return self.head(x.mean((2, 3)))


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


class Shuffle(Staged):
    """Halves of channels, split and shuffled; reflecting pads, leaky and clipped rectifiers."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3, 2)
        self.norm = nn.InstanceNorm2d(8, affine=True)
        self.pw = nn.ModuleList([nn.Conv2d(c, c, 1) for c in (4, 8)])
        self.dw = nn.ModuleList([nn.Conv2d(c, c, 3, 1, 1, groups=c) for c in (4, 8)])
        self.wide = nn.Conv2d(8, 16, 3, 2, 1)
        self.head = nn.Linear(16, 10)

    def unit(self, index, x):
        a, b = x.chunk(2, 1)
        b = F.leaky_relu(self.dw[index](F.relu6(self.pw[index](b))), 0.1)
        y = torch.cat([a, b], 1)
        n, c, h, w = y.shape
        return y.view(n, 2, c // 2, h, w).transpose(1, 2).reshape(n, c, h, w)

    def forward(self, x):
        x = self.norm(self.stem(F.pad(x, (1, 1, 1, 1), mode="reflect")))
        x = self.stage(self.unit(0, x) + torch.tanh(x))
        x = self.wide(x)
        x = self.stage(self.unit(1, x) - x.pow(2) * 0.1)
        return self.head(x.mean((2, 3)))


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


class Mixer(Staged):
    """Tokens mixed by matrices over places, normalised by length, and an einsum."""

    def __init__(self):
        super().__init__()
        self.patch = nn.Conv2d(3, 12, 8, 8)
        self.norm = nn.LayerNorm(12)
        self.places = nn.Linear(36, 36)
        self.channels = nn.Linear(12, 12)
        self.table = nn.Parameter(torch.randn(12, 3, 4) * 0.3)
        self.head = nn.Linear(12, 10)

    def forward(self, x):
        x = self.patch(x).flatten(2).transpose(1, 2)
        x = x + self.places(self.norm(x).transpose(1, 2)).transpose(1, 2)
        x = x + self.channels(F.normalize(x, dim=-1))
        y = torch.einsum("blc,cde->blde", x, self.table).flatten(2)
        x = self.stage(x + y / (1 + y.abs().sum(-1, keepdim=True)).sqrt())
        return self.head(x.mean(1))


class Sequencer(Staged):
    """Columns and rows of places read both ways by LSTMs."""

    class Block(nn.Module):
        def __init__(self, c):
            super().__init__()
            self.norm = nn.LayerNorm(c)
            self.down = nn.LSTM(c, 5, batch_first=True, bidirectional=True)
            self.across = nn.LSTM(c, 5, batch_first=True, bidirectional=True)
            self.fc = nn.Linear(20, c)

        def forward(self, x):
            y = self.norm(x.permute(0, 2, 3, 1))
            n, h, w, c = y.shape
            down = self.down(y.permute(0, 2, 1, 3).reshape(n * w, h, c))[0].reshape(n, w, h, 10).permute(0, 2, 1, 3)
            across = self.across(y.reshape(n * h, w, c))[0].reshape(n, h, w, 10)
            return x + self.fc(torch.cat([down, across], -1)).permute(0, 3, 1, 2)

    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 8, 8)
        self.layer1 = nn.Sequential(Sequencer.Block(8), Sequencer.Block(8))
        self.layer2 = nn.Sequential(nn.Conv2d(8, 12, 2, 2), Sequencer.Block(12))
        self.head = nn.Linear(12, 10)

    def forward(self, x):
        x = self.stage(self.layer1(self.stem(x)))
        x = self.stage(self.layer2(x))
        return self.head(x.mean((2, 3)))


class Standardised(Staged):
    """Weights of convolutions brought to mean 0 and variance 1 by a batch norm's own statistics; no norms else."""

    class Conv(nn.Conv2d):
        def __init__(self, *words, **options):
            super().__init__(*words, **options)
            self.gain = nn.Parameter(torch.full((self.out_channels,), 0.3))

        def forward(self, x):
            weight = F.batch_norm(
                self.weight.reshape(1, self.out_channels, -1), None, None, weight=self.gain, training=True, momentum=0.0
            ).reshape_as(self.weight)
            return F.conv2d(x, weight, self.bias, self.stride, self.padding)

    class Block(nn.Module):
        def __init__(self, inputs, outputs, stride):
            super().__init__()
            self.conv1 = Standardised.Conv(inputs, outputs, 3, stride, 1)
            self.conv2 = Standardised.Conv(outputs, outputs, 3, 1, 1)
            self.down = Standardised.Conv(inputs, outputs, 1, stride)

        def forward(self, x):
            return self.down(x) + 0.5 * self.conv2(torch.tanh(self.conv1(x)))

    def __init__(self):
        super().__init__()
        self.stem = Standardised.Conv(3, 8, 3, 2, 1)
        self.blocks = nn.Sequential(Standardised.Block(8, 8, 2), Standardised.Block(8, 12, 2))
        self.head = nn.Linear(12, 10)

    def forward(self, x):
        x = self.stage(torch.tanh(self.stem(x)))
        for block in self.blocks:
            x = self.stage(block(x))
        return self.head(x.mean((2, 3)))


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


class Spelt(Staged):
    """Norms and functions written out in single operators, as older exporters and hand-written layers have them."""

    class Norm(nn.Module):
        def __init__(self, c, dim, centred=True):
            super().__init__()
            self.dim, self.centred = dim, centred
            shape = (c, 1, 1) if dim == 1 else (c,)
            self.weight = nn.Parameter(torch.rand(shape) + 0.5)
            self.bias = nn.Parameter(torch.randn(shape) * 0.2)

        def forward(self, x):
            if not self.centred:
                return x * torch.rsqrt(x.pow(2).mean(self.dim, keepdim=True) + 1e-6) * self.weight
            mean = x.mean(self.dim, keepdim=True)
            square = (x - mean).pow(2).mean(self.dim, keepdim=True)
            return (x - mean) / torch.sqrt(square + 1e-6) * self.weight + self.bias

    class Groups(nn.Module):
        def __init__(self, groups, c):
            super().__init__()
            self.groups = groups
            self.weight = nn.Parameter(torch.rand(c, 1, 1) + 0.5)
            self.bias = nn.Parameter(torch.randn(c, 1, 1) * 0.2)

        def forward(self, x):
            n, c, h, w = x.shape
            y = x.reshape(n, self.groups, -1)
            y = y - y.mean(-1, keepdim=True)
            y = y / ((y * y).mean(-1, keepdim=True) + 1e-5) ** 0.5
            return y.reshape(n, c, h, w) * self.weight + self.bias

    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 4, 4)
        self.norm0 = Spelt.Norm(8, 1)
        self.convs = nn.ModuleList([nn.Conv2d(8, 8, 3, 1, 1) for _ in range(4)])
        self.groups = Spelt.Groups(2, 8)
        self.down = nn.Conv2d(8, 12, 2, 2)
        self.fcs = nn.ModuleList([nn.Linear(12, 12) for _ in range(3)])
        self.norm1 = Spelt.Norm(12, -1)
        self.norm2 = Spelt.Norm(12, -1, centred=False)
        self.head = nn.Linear(12, 10)

    def forward(self, x):
        x = self.norm0(self.stem(x))
        y = self.convs[0](x)
        x = x + y * 0.5 * (1 + torch.erf(y / 2**0.5))
        y = self.convs[1](x)
        x = x + 0.5 * y * (1 + torch.tanh((2 / torch.pi) ** 0.5 * (y + 0.044715 * y**3)))
        y = self.convs[2](x)
        x = x + y * torch.tanh(F.softplus(y))
        y = self.convs[3](x)
        x = self.stage(self.groups(x + y * (y + 3).clamp(0, 6) / 6))
        x = self.down(x).permute(0, 2, 3, 1)
        y = self.fcs[0](self.norm1(x))
        x = x + y * torch.sigmoid(y)
        y = self.fcs[1](self.norm2(x))
        x = x + y * (0.5 * (1 + torch.erf(y * 0.7071067811865476)))
        y = self.fcs[2](x)
        y = 0.5 * y * (1 + (0.7978845608028654 * y * (1 + 0.044715 * y * y)).tanh())
        x = self.stage((x + y).permute(0, 3, 1, 2))
        return self.head(x.mean((2, 3)))


class CrossCovariance(Staged):
    """Attention between channels, whose queries and keys have length 1, with a temperature."""

    class Block(nn.Module):
        def __init__(self, c):
            super().__init__()
            self.norm = nn.LayerNorm(c)
            self.qkv = nn.Linear(c, 3 * c)
            self.temperature = nn.Parameter(torch.rand(2, 1, 1) + 0.5)
            self.proj = nn.Linear(c, c)
            self.dw = nn.Conv2d(c, c, 3, 1, 1, groups=c)

        def forward(self, x):
            n, c, h, w = x.shape
            y = self.norm(x.flatten(2).transpose(1, 2))
            q, k, v = self.qkv(y).reshape(n, h * w, 3, 2, c // 2).permute(2, 0, 3, 4, 1)
            scores = F.normalize(q, dim=-1) @ F.normalize(k, dim=-1).transpose(-2, -1) * self.temperature
            y = self.proj((scores.softmax(-1) @ v).permute(0, 3, 1, 2).reshape(n, h * w, c))
            x = x + y.transpose(1, 2).reshape(n, c, h, w)
            return x + F.gelu(self.dw(x))

    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 12, 7, 4, 3), nn.BatchNorm2d(12), nn.GELU())
        self.layer1 = nn.Sequential(CrossCovariance.Block(12), CrossCovariance.Block(12))
        self.down = nn.Conv2d(12, 16, 2, 2)
        self.layer2 = CrossCovariance.Block(16)
        self.head = nn.Linear(16, 10)

    def forward(self, x):
        x = self.stage(self.layer1(self.stem(x)))
        x = self.stage(self.layer2(self.down(x)))
        return self.head(x.amax((2, 3)))


class Pooled(Staged):
    """Mixing by average pools less the input, one group over all channels, and scales of shortcuts."""

    class Block(nn.Module):
        def __init__(self, c):
            super().__init__()
            self.norm1, self.norm2 = nn.GroupNorm(1, c), nn.GroupNorm(1, c)
            self.pool = nn.AvgPool2d(3, 1, 1, count_include_pad=False)
            self.fc1, self.fc2 = nn.Conv2d(c, 2 * c, 1), nn.Conv2d(2 * c, c, 1)
            self.scale1 = nn.Parameter(torch.rand(c, 1, 1) + 0.5)
            self.scale2 = nn.Parameter(torch.rand(c, 1, 1) + 0.5)

        def forward(self, x):
            y = self.norm1(x)
            x = x + self.scale1 * (self.pool(y) - y)
            return x + self.scale2 * self.fc2(F.gelu(self.fc1(self.norm2(x))))

    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 7, 4, 2)
        self.layer1 = nn.Sequential(Pooled.Block(8), Pooled.Block(8))
        self.down = nn.Conv2d(8, 12, 3, 2, 1)
        self.layer2 = Pooled.Block(12)
        self.head = nn.Linear(12, 10)

    def forward(self, x):
        x = self.stage(self.layer1(self.stem(x)))
        x = self.stage(self.layer2(self.down(x)))
        return self.head(x.mean((2, 3)))


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


class Cosine(Staged):
    """Attention by the cosine in windows, with a bias that a small network makes of places, as in Swin V2."""

    class Block(nn.Module):
        def __init__(self, c, heads=2, side=3):
            super().__init__()
            self.heads, self.side = heads, side
            self.qkv = nn.Linear(c, 3 * c, bias=False)
            self.proj = nn.Linear(c, c)
            self.norm = nn.LayerNorm(c)
            self.logit = nn.Parameter(torch.rand(heads, 1, 1) + 1)
            self.bias = nn.Sequential(nn.Linear(2, 8), nn.ReLU(), nn.Linear(8, heads, bias=False))
            steps = torch.arange(1 - side, side).float()
            table = torch.stack(torch.meshgrid(steps, steps, indexing="ij"), -1)
            self.register_buffer("table", torch.sign(table) * torch.log2(table.abs() + 1))
            places = torch.stack(torch.meshgrid(torch.arange(side), torch.arange(side), indexing="ij")).flatten(1)
            away = places[:, :, None] - places[:, None, :] + side - 1
            self.register_buffer("index", away[0] * (2 * side - 1) + away[1])

        def forward(self, x):
            b, h, w, c = x.shape
            s = self.side
            y = x.reshape(b, h // s, s, w // s, s, c).permute(0, 1, 3, 2, 4, 5).reshape(-1, s * s, c)
            q, k, v = self.qkv(y).reshape(-1, s * s, 3, self.heads, c // self.heads).permute(2, 0, 3, 1, 4).unbind(0)
            scores = F.normalize(q, dim=-1) @ F.normalize(k, dim=-1).transpose(-2, -1)
            scores = scores * torch.clamp(self.logit, max=4.6).exp()
            table = self.bias(self.table).reshape(-1, self.heads)
            scores = scores + 16 * torch.sigmoid(table[self.index.reshape(-1)].reshape(s * s, s * s, -1).permute(2, 0, 1))
            y = self.proj((scores.softmax(-1) @ v).transpose(1, 2).reshape(-1, s * s, c))
            y = y.reshape(b, h // s, w // s, s, s, c).permute(0, 1, 3, 2, 4, 5).reshape(b, h, w, c)
            return x + self.norm(y)

    def __init__(self):
        super().__init__()
        self.patch = nn.Conv2d(3, 8, 4, 4)
        self.layer1 = nn.Sequential(Cosine.Block(8), Cosine.Block(8))
        self.merge = nn.Linear(32, 16, bias=False)
        self.layer2 = Cosine.Block(16)
        self.head = nn.Linear(16, 10)

    def forward(self, x):
        x = self.stage(self.layer1(self.patch(x).permute(0, 2, 3, 1)))
        x = torch.cat([x[:, 0::2, 0::2], x[:, 1::2, 0::2], x[:, 0::2, 1::2], x[:, 1::2, 1::2]], -1)
        x = self.stage(self.layer2(self.merge(x)))
        return self.head(x.mean((1, 2)))


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


class Selective(Staged):
    """Paths of 3x3 kernels, one dilated, weighed against each other by a softmax, and a split by channels."""

    class Block(nn.Module):
        def __init__(self, inputs, c, stride):
            super().__init__()
            conv = lambda d: nn.Sequential(
                nn.Conv2d(inputs, c, 3, stride, d, dilation=d, groups=2, bias=False), nn.BatchNorm2d(c), nn.ReLU()
            )
            self.paths = nn.ModuleList([conv(1), conv(2)])
            self.reduce = nn.Sequential(nn.Conv2d(c, 8, 1, bias=False), nn.BatchNorm2d(8), nn.ReLU())
            self.select = nn.Conv2d(8, 2 * c, 1)
            self.gate = nn.Conv2d(c // 2, c // 2, 1)

        def forward(self, x):
            x = torch.stack([path(x) for path in self.paths], 1)
            n, p, c, h, w = x.shape
            y = self.select(self.reduce(x.sum(1).mean((2, 3), keepdim=True)))
            x = (x * torch.softmax(y.view(n, p, c, 1, 1), 1)).sum(1)
            a, b = torch.split(x, [c // 2, c // 2], 1)
            return torch.cat([a, b * F.hardsigmoid(self.gate(a))], 1)

    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3, 2, 1)
        self.layer1, self.layer2 = Selective.Block(8, 8, 1), Selective.Block(8, 12, 2)
        self.head = nn.Linear(12, 10)

    def forward(self, x):
        x = self.stage(self.layer1(self.stem(x)))
        x = self.stage(self.layer2(x))
        return self.head(torch.flatten(F.adaptive_avg_pool2d(x, 1), 1))


class GatedTokens(Staged):
    """Class and register tokens, RMS norms, rotated queries and keys, and a SwiGLU, as newer ViTs have them."""

    class Block(nn.Module):
        def __init__(self, c, places):
            super().__init__()
            self.weight1 = nn.Parameter(torch.rand(c) + 0.5)
            self.weight2 = nn.Parameter(torch.rand(c) + 0.5)
            self.qkv = nn.Linear(c, 3 * c)
            self.proj = nn.Linear(c, c)
            self.fc1, self.fc2 = nn.Linear(c, 4 * c), nn.Linear(2 * c, c)
            angles = torch.arange(places)[:, None] * torch.tensor([0.3, 0.05, 0.01, 0.002])
            self.register_buffer("sin", angles.sin().repeat(1, 2))
            self.register_buffer("cos", angles.cos().repeat(1, 2))

        def norm(self, x, weight):
            return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + 1e-6) * weight

        def rotated(self, x):
            head, rest = x[:, :, :5], x[:, :, 5:]
            one, other = rest.chunk(2, -1)
            return torch.cat([head, rest * self.cos + torch.cat([-other, one], -1) * self.sin], 2)

        def forward(self, x):
            b, n, c = x.shape
            q, k, v = self.qkv(self.norm(x, self.weight1)).reshape(b, n, 3, 2, c // 2).permute(2, 0, 3, 1, 4)
            y = F.scaled_dot_product_attention(self.rotated(q), self.rotated(k), v)
            x = x + self.proj(y.transpose(1, 2).reshape(b, n, c))
            gate, value = self.fc1(self.norm(x, self.weight2)).chunk(2, -1)
            return x + self.fc2(F.silu(gate) * value)

    def __init__(self):
        super().__init__()
        self.patch = nn.Conv2d(3, 16, 8, 8)
        self.cls = nn.Parameter(torch.randn(1, 1, 16))
        self.registers = nn.Parameter(torch.randn(1, 4, 16))
        self.pos = nn.Parameter(torch.randn(1, 36, 16) * 0.5)
        self.blocks = nn.Sequential(*[GatedTokens.Block(16, 36) for _ in range(2)])
        self.norm = nn.LayerNorm(16)
        self.head = nn.Linear(16, 10)

    def forward(self, x):
        x = self.patch(x).flatten(2).transpose(1, 2) + self.pos
        extra = [t.expand(x.shape[0], -1, -1) for t in (self.cls, self.registers)]
        x = self.stage(self.blocks(torch.cat(extra + [x], 1)))
        return self.head(self.norm(x)[:, 0])


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


class Attended(Staged):
    """Maps weighed pixel by pixel, by what their channels have in common (CBAM), and the largest of two maps."""

    class Block(nn.Module):
        def __init__(self, c):
            super().__init__()
            self.conv = nn.Conv2d(c, c, 3, 1, 1)
            self.look = nn.Conv2d(2, 1, 3, 1, 1)

        def forward(self, x):
            y = self.conv(x)
            seen = torch.cat([y.mean(1, keepdim=True), y.amax(1, keepdim=True)], 1)
            y = y * torch.sigmoid(self.look(seen)) / (1 + y.square().sum(1, keepdim=True))
            return x + torch.maximum(y, x.mean(1, keepdim=True))

    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3, 2, 1)
        self.layer1, self.layer2 = Attended.Block(8), Attended.Block(12)
        self.down = nn.Conv2d(8, 12, 2, 2)
        self.head = nn.Linear(12, 10)

    def forward(self, x):
        x = self.stage(self.layer1(self.stem(x)))
        x = self.stage(self.layer2(self.down(x)))
        return self.head(x.mean((2, 3)))


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


NETWORKS = {
    "resnet": ResNet,
    "mobile": lambda: Mobile(nn.Hardswish, F.hardsigmoid),
    "efficient": lambda: Mobile(nn.SiLU, torch.sigmoid),
    "convnext": ConvNeXt,
    "vit": ViT,
    "swin": Swin,
    "dense": Dense,
    "grouped": Grouped,
    "segmenter": Segmenter,
    "shuffle": Shuffle,
    "large": LargeKernels,
    "mixer": Mixer,
    "sequencer": Sequencer,
    "standardised": Standardised,
    "updown": UpDown,
    "spelt": Spelt,
    "covariance": CrossCovariance,
    "pooled": Pooled,
    "parallel": Parallel,
    "inception": Inception,
    "cosine": Cosine,
    "resolutions": HighResolution,
    "selective": Selective,
    "gated": GatedTokens,
    "pyramid": Pyramid,
    "attended": Attended,
    "twinresnet": TwinResNet,
    "twinreplknet": TwinRepLKNet,
}

# Networks with one stage, and a module of each that is looked at besides.
MODULES = {"vit": "blocks.1", "gated": "blocks.0", "mixer": None, "segmenter": "down1", "updown": "down1"}


def perturb(model):
    """Norms that do something."""
    with torch.no_grad():
        for module in model.modules():
            if isinstance(module, (nn.BatchNorm2d, nn.LayerNorm, nn.GroupNorm, nn.InstanceNorm2d)):
                module.weight.copy_(torch.rand_like(module.weight) + 0.5)
                module.bias.copy_(torch.randn_like(module.bias) * 0.2)
            if isinstance(module, nn.BatchNorm2d):
                module.running_mean.copy_(torch.randn_like(module.running_mean) * 0.2)
                module.running_var.copy_(torch.rand_like(module.running_var) + 0.5)


def strip(path):
    """Without stack traces, which are longer than the networks."""
    model = onnx.load(path)
    for node in model.graph.node:
        kept = [p for p in node.metadata_props if p.key == "pkg.torch.onnx.name_scopes"]
        del node.metadata_props[:]
        node.metadata_props.extend(kept)
    del model.graph.value_info[:]
    onnx.save(model, path)


def grid(feature, channels_last):
    """Rows and columns of a feature, and the feature as (places, C)."""
    if feature.dim() == 3:
        # 6 x 6 places.
        prefix = feature.shape[1] - 36
        tokens = feature[0, prefix:]
        side = int(round(tokens.shape[0] ** 0.5))
        return side, side, tokens
    if channels_last:
        return feature.shape[1], feature.shape[2], feature[0].flatten(0, 1)
    return feature.shape[2], feature.shape[3], feature[0].flatten(1).transpose(0, 1)


def main():
    os.makedirs(HERE, exist_ok=True)
    for name in sys.argv[1:] or NETWORKS:
        torch.manual_seed(sum(map(ord, name)))
        model = NETWORKS[name]().eval()
        perturb(model)
        x = torch.randn(1, 3, 48, 48)
        path = os.path.join(HERE, name)
        torch.onnx.export(model, (x,), path + "-ts.onnx", dynamo=False, opset_version=17)
        torch.onnx.export(
            model, (x,), path + "-dynamo.onnx", dynamo=True, external_data=False, verbose=False
        )
        strip(path + "-dynamo.onnx")
        double = model.double()
        image = x.double().requires_grad_()
        double.kept = []
        module = MODULES.get(name)
        inner = []
        if module:
            handle = double.get_submodule(module).register_forward_hook(lambda m, i, o: inner.append(o))
        double(image)
        if module:
            handle.remove()
        kept = {"input": x}
        shown = [(f"stage{index + 1}", f"map{index + 1}", feature) for index, feature in enumerate(double.kept)]
        shown += [(f"layer:{module}", f"field:{module}", feature) for feature in inner]
        for layer, field, feature in shown:
            rows, columns, places = grid(feature, name in ("swin", "cosine"))
            kept[layer] = places.detach().float().contiguous()
            unit = places[rows // 2 * columns + columns // 2]
            (gradient,) = torch.autograd.grad(unit.relu().sum(), image, retain_graph=True)
            kept[field] = gradient[0].relu().sum(0).float().contiguous()
        save_file(kept, path + ".safetensors")
        sizes = [os.path.getsize(path + end) // 1024 for end in ("-ts.onnx", "-dynamo.onnx", ".safetensors")]
        print(name, [tuple(f.shape) for f in double.kept], sizes)


if __name__ == "__main__":
    main()
