"""Networks for operators that convolutional ones seldom have: norms, functions, pools and splits."""
import torch
import torch.nn.functional as F
from torch import nn

from .common import Block, Staged


class Grouped(Staged):
    """Weight standardisation, group norm, GELU by tanh, and average pools that count no padding."""

    def __init__(self):
        super().__init__()
        self.convs = nn.ModuleList(
            [nn.Conv2d(i, o, 3, s, 1) for i, o, s in ((3, 8, 2), (8, 8, 1), (8, 16, 2), (16, 16, 1))])
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


class Responses(Staged):
    """Norms over neighbouring channels, as AlexNet and GoogLeNet had them: exporters write pools over three
    axes."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 9, 5, 2, 2)
        self.norm1 = nn.LocalResponseNorm(5, alpha=0.5, beta=0.75, k=2)
        self.conv2 = nn.Conv2d(9, 9, 3, 1, 1)
        self.conv3 = nn.Conv2d(9, 12, 3, 2, 1)
        self.norm2 = nn.LocalResponseNorm(4, alpha=0.3)
        self.conv4 = nn.Conv2d(12, 12, 3, 1, 1)
        self.head = nn.Linear(12, 10)

    def forward(self, x):
        x = self.norm1(F.relu(self.conv1(x)))
        x = self.stage(x + self.conv2(x))
        x = self.norm2(F.relu(self.conv3(x)))
        x = self.stage(x + self.conv4(x))
        return self.head(x.mean((2, 3)))


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


class SubPixel(Staged):
    """Pixels to channels by a module, and back spelt out, as tensors' methods write it."""

    def __init__(self):
        super().__init__()
        self.pack = nn.PixelUnshuffle(2)
        self.stem = Block(12, 8)
        self.down = Block(8, 12, 2)
        self.mix = nn.Conv2d(3, 8, 3, 1, 1)
        self.last = Block(8, 12, 4)
        self.head = nn.Linear(12, 10)

    def forward(self, x):
        x = self.stage(self.down(self.stage(self.stem(self.pack(x)))))
        n, c, h, w = x.shape
        x = x.reshape(n, c // 4, 2, 2, h, w).permute(0, 1, 4, 2, 5, 3).reshape(n, c // 4, h * 2, w * 2)
        x = self.stage(self.last(torch.relu(self.mix(x))))
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


class Placed(Staged):
    """Constants with numbers of their own for places: positions added, masks, gains, coordinates as channels."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 6, 3, 2, 1)
        self.position = nn.Parameter(torch.randn(1, 6, 24, 24))
        self.gain = nn.Parameter(torch.rand(24, 24) + 0.5)
        self.mix = nn.Conv2d(8, 8, 5, 1, 2, groups=8)
        self.down = nn.Conv2d(8, 8, 3, 2, 1)
        self.divisor = nn.Parameter(torch.rand(1, 1, 12, 12) + 0.5)
        self.columns = nn.Parameter(torch.rand(1, 8, 1, 12) + 0.5)
        self.norm = nn.LayerNorm((8, 12, 12))
        self.norm.weight = nn.Parameter(torch.rand(8, 12, 12) + 0.5)
        self.last = nn.Conv2d(8, 8, 3, 1, 1)
        self.register_buffer("mask", torch.rand(12, 12) > 0.3)
        line = torch.linspace(-1, 1, 24)
        grid = torch.stack(torch.meshgrid(line, line, indexing="ij"))[None]
        self.register_buffer("coordinates", grid)

    def forward(self, x):
        x = self.mix(torch.cat([self.stem(x) + self.position, self.coordinates], 1))
        x = self.down(self.stage(F.silu(x * self.gain)))
        x = torch.where(self.mask, x / self.divisor, torch.zeros(())) * self.columns
        return self.stage(self.last(F.celu(self.norm(x), 0.7)))
