"""Writes the network cases that ship with the project: weights, input, and what PyTorch computes.

    pip install torch numpy safetensors
    python make_networks.py

The networks are written here with PyTorch's functional interface, straight from the papers' figures
and independently of the engine. Keys: `weights/...`, `input`, `stage1`, `stage2`, `logits`,
`erf/centre`, `erf/stage1@1,2`, `ratios` (threshold, side, area ratio; side 0 where not reached).
"""
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import save_file

HERE = Path(__file__).parent


class Weights:
    """Makes each parameter on first use and remembers it by name."""

    def __init__(self, seed):
        self.rng = torch.Generator().manual_seed(seed)
        self.held = {}

    def __call__(self, name, make):
        if name not in self.held:
            self.held[name] = make()
        return self.held[name]

    def normal(self, *shape):
        return torch.randn(*shape, generator=self.rng)

    def conv(self, name, x, outputs, kernel, stride=1, groups=1, padding=None):
        inputs = x.shape[1] // groups
        fan = inputs * kernel * kernel
        w = self(name + ".weight", lambda: self.normal(outputs, inputs, kernel, kernel) * (2 / fan) ** 0.5)
        return F.conv2d(x, w, stride=stride, groups=groups, padding=kernel // 2 if padding is None else padding)

    def bn(self, name, x):
        c = x.shape[1]
        weight = self(name + ".weight", lambda: 1 + 0.2 * self.normal(c))
        bias = self(name + ".bias", lambda: 0.1 * self.normal(c))
        mean = self(name + ".running_mean", lambda: 0.1 * self.normal(c))
        var = self(name + ".running_var", lambda: 0.5 + torch.rand(c, generator=self.rng))
        return F.batch_norm(x, mean, var, weight, bias, training=False)

    def linear(self, name, x, outputs):
        w = self(name + ".weight", lambda: 0.1 * self.normal(outputs, x.shape[1]))
        b = self(name + ".bias", lambda: 0.1 * self.normal(outputs))
        return F.linear(x, w, b)


def replknet(w, x, kernels=(13, 9), channels=(8, 12), small=5, classes=5):
    """Returns the stages' outputs and the logits."""
    def cb(name, x, outputs, kernel, relu=True, **more):
        x = w.bn(name + ".bn", w.conv(name + ".conv", x, outputs, kernel, **more))
        return F.relu(x) if relu else x

    c = channels[0]
    x = cb("stem.0", x, c, 3, stride=2)
    x = cb("stem.1", x, c, 3, groups=c)
    x = cb("stem.2", x, c, 1)
    x = cb("stem.3", x, c, 3, stride=2, groups=c)
    stages = []
    for s, (c, k) in enumerate(zip(channels, kernels)):
        if s > 0:
            x = cb(f"transitions.{s - 1}.0", x, c, 1)
            x = cb(f"transitions.{s - 1}.1", x, c, 3, stride=2, groups=c)
        p = f"stages.{s}.blocks.0"
        y = cb(p + ".pw1", w.bn(p + ".prelkb_bn", x), c, 1)
        y = F.relu(cb(p + ".large_kernel.lkb_origin", y, c, k, relu=False, groups=c)
                   + cb(p + ".large_kernel.small_conv", y, c, small, relu=False, groups=c))
        x = x + cb(p + ".pw2", y, c, 1, relu=False)
        p = f"stages.{s}.blocks.1"
        y = F.gelu(cb(p + ".pw1", w.bn(p + ".preffn_bn", x), 4 * c, 1, relu=False))
        x = x + cb(p + ".pw2", y, c, 1, relu=False)
        stages.append(x)
    return stages, w.linear("head", w.bn("norm", x).mean((2, 3)), classes)


def resnet(w, x, width=4, stages=2, classes=5):
    x = F.relu(w.bn("bn1", w.conv("conv1", x, width, 7, stride=2)))
    x = F.max_pool2d(x, 3, 2, 1)
    outputs = []
    for s in range(stages):
        p, planes, stride = f"layer{s + 1}.0", width << s, 2 if s else 1
        skip = w.bn(p + ".downsample.1", w.conv(p + ".downsample.0", x, 4 * planes, 1, stride=stride))
        y = F.relu(w.bn(p + ".bn1", w.conv(p + ".conv1", x, planes, 1)))
        y = F.relu(w.bn(p + ".bn2", w.conv(p + ".conv2", y, planes, 3, stride=stride)))
        x = F.relu(skip + w.bn(p + ".bn3", w.conv(p + ".conv3", y, 4 * planes, 1)))
        outputs.append(x)
    return outputs, w.linear("fc", x.mean((2, 3)), classes)


def contribution(features, x, at=None):
    x = x.clone().requires_grad_(True)
    out = features(x)
    row, col = at or (out.shape[2] // 2, out.shape[3] // 2)
    (grad,) = torch.autograd.grad(torch.relu(out[:, :, row, col]).sum(), x)
    return torch.relu(grad).sum((0, 1))


def ratios(scores):
    a = torch.log10(scores.double() + 1)
    a = a / a.max()
    h, w = a.shape
    rows = []
    for t in (0.2, 0.3, 0.5, 0.99):
        row = [t, 0, 0]
        for i in range(1, h // 2):
            square = a[h // 2 - i:h // 2 + i + 1, w // 2 - i:w // 2 + i + 1]
            if square.sum() / a.sum() > t:
                row = [t, 2 * i + 1, (2 * i + 1) ** 2 / (h * w)]
                break
        rows.append(row)
    return torch.tensor(rows)


def write(name, network, seed, size):
    w = Weights(seed)
    x = torch.randn(2, 3, *size, generator=torch.Generator().manual_seed(seed + 1))
    with torch.no_grad():
        stages, logits = network(w, x)
    out = {f"weights/{key}": value for key, value in w.held.items()}
    out["input"], out["logits"] = x, logits
    for i, stage in enumerate(stages):
        out[f"stage{i + 1}"] = stage
    out["erf/centre"] = contribution(lambda z: network(w, z)[0][-1], x)
    out["erf/stage1@1,2"] = contribution(lambda z: network(w, z)[0][0], x, (1, 2))
    if size[0] == size[1]:
        out["ratios"] = ratios(out["erf/centre"])
    save_file({k: v.detach().contiguous() for k, v in out.items()}, HERE / f"{name}.safetensors")


write("replknet-tiny", replknet, 1, (40, 40))
write("resnet-tiny", resnet, 2, (41, 33))
