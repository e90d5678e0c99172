"""Times replk-tui against PyTorch on the CPU, side by side, and prints the ratios.

Both sides get the same weights (made here, written as a checkpoint), the same normalised input, the
same number of threads, and take turns. Networks run in inference mode with merged kernels and frozen
parameters; what is timed is the forward pass and torch.autograd.grad of the central unit's rectified
features with respect to the input. The effective receptive fields of both must agree.

    python peers.py --program .build/release/replk-tui [--quick] [--rounds 3] [--only WORD]
"""

import argparse
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import torch
import torchvision
from torch import nn


def conv_bn(inputs, outputs, kernel, stride=1, groups=1, relu=False):
    layers = nn.Sequential()
    layers.conv = nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False)
    layers.bn = nn.BatchNorm2d(outputs)
    if relu:
        layers.nonlinear = nn.ReLU()
    return layers


class LargeKernel(nn.Module):
    """A depth-wise convolution whose parallel small kernel is already merged into it."""

    def __init__(self, channels, kernel):
        super().__init__()
        self.lkb_reparam = nn.Conv2d(channels, channels, kernel, 1, kernel // 2, groups=channels)

    def forward(self, x):
        return self.lkb_reparam(x)


class LargeKernelBlock(nn.Module):
    def __init__(self, channels, kernel):
        super().__init__()
        self.prelkb_bn = nn.BatchNorm2d(channels)
        self.pw1 = conv_bn(channels, channels, 1, relu=True)
        self.large_kernel = LargeKernel(channels, kernel)
        self.pw2 = conv_bn(channels, channels, 1)

    def forward(self, x):
        return x + self.pw2(torch.relu(self.large_kernel(self.pw1(self.prelkb_bn(x)))))


class FeedForward(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.preffn_bn = nn.BatchNorm2d(channels)
        self.pw1 = conv_bn(channels, 4 * channels, 1)
        self.pw2 = conv_bn(4 * channels, channels, 1)

    def forward(self, x):
        return x + self.pw2(nn.functional.gelu(self.pw1(self.preffn_bn(x))))


class RepLKNet(nn.Module):
    def __init__(self, kernels, layers=(2, 2, 18, 2), channels=(128, 256, 512, 1024)):
        super().__init__()
        width = channels[0]
        self.stem = nn.Sequential(
            conv_bn(3, width, 3, 2, relu=True),
            conv_bn(width, width, 3, groups=width, relu=True),
            conv_bn(width, width, 1, relu=True),
            conv_bn(width, width, 3, 2, groups=width, relu=True),
        )
        self.stages = nn.ModuleList()
        for kernel, depth, width in zip(kernels, layers, channels):
            stage = nn.Module()
            stage.blocks = nn.Sequential()
            for _ in range(depth):
                stage.blocks.append(LargeKernelBlock(width, kernel))
                stage.blocks.append(FeedForward(width))
            self.stages.append(stage)
        self.transitions = nn.ModuleList(
            nn.Sequential(
                conv_bn(narrow, wide, 1, relu=True),
                conv_bn(wide, wide, 3, 2, groups=wide, relu=True),
            )
            for narrow, wide in zip(channels, channels[1:])
        )
        self.norm = nn.BatchNorm2d(channels[-1])
        self.head = nn.Linear(channels[-1], 1000)

    def forward(self, x):
        """The output of the last stage, before the norm."""
        x = self.stem(x)
        for index, stage in enumerate(self.stages):
            x = stage.blocks(x)
            if index < len(self.transitions):
                x = self.transitions[index](x)
        return x


class Bottleneck(nn.Module):
    def __init__(self, inputs, planes, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, planes, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(planes)
        self.conv2 = nn.Conv2d(planes, planes, 3, stride, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(planes)
        self.conv3 = nn.Conv2d(planes, 4 * planes, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(4 * planes)
        self.downsample = None
        if stride > 1 or inputs != 4 * planes:
            self.downsample = nn.Sequential(
                nn.Conv2d(inputs, 4 * planes, 1, stride, bias=False), nn.BatchNorm2d(4 * planes)
            )

    def forward(self, x):
        y = torch.relu(self.bn1(self.conv1(x)))
        y = torch.relu(self.bn2(self.conv2(y)))
        shortcut = x if self.downsample is None else self.downsample(x)
        return torch.relu(self.bn3(self.conv3(y)) + shortcut)


class ResNet(nn.Module):
    def __init__(self, layers):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.maxpool = nn.MaxPool2d(3, 2, 1)
        inputs = 64
        for index, depth in enumerate(layers):
            planes, stage = 64 << index, nn.Sequential()
            for block in range(depth):
                stage.append(Bottleneck(inputs, planes, 2 if index and block == 0 else 1))
                inputs = 4 * planes
            setattr(self, f"layer{index + 1}", stage)
        self.fc = nn.Linear(inputs, 1000)

    def forward(self, x):
        x = self.maxpool(torch.relu(self.bn1(self.conv1(x))))
        return self.layer4(self.layer3(self.layer2(self.layer1(x))))


class MobileNetV2(torchvision.models.MobileNetV2):
    """Without its head: the last convolution is what the program shows as the last stage."""

    def forward(self, x):
        return self.features(x)


NETWORKS = {
    "replknet-3": lambda: RepLKNet([3, 3, 3, 3]),
    "replknet-13": lambda: RepLKNet([13, 13, 13, 13]),
    "replknet-31": lambda: RepLKNet([31, 29, 27, 13]),
    "resnet-101": lambda: ResNet([3, 4, 23, 3]),
    "mobilenetv2": MobileNetV2,
}


def network(name):
    """Seeded weights whose batch norms all do something, in inference mode."""
    torch.manual_seed(1)
    model = NETWORKS[name]().eval()
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.uniform_(module.weight, 0.5, 1.5)
            nn.init.normal_(module.bias, 0, 0.1)
            nn.init.normal_(module.running_mean, 0, 0.1)
            nn.init.uniform_(module.running_var, 0.5, 1.5)
    # Residual sums would grow beyond float32 over a hundred layers.
    for name_, parameter in model.named_parameters():
        if name_.endswith(("bn3.weight", "pw2.bn.weight")):
            parameter.data *= 0.3
    return model.requires_grad_(False)


def field(model, x):
    """Forward and gradient of one image: the rectified gradient summed over colours, and seconds."""
    x = x.clone().requires_grad_(True)
    start = time.perf_counter()
    features = model(x)
    height, width = features.shape[2:]
    score = torch.relu(features[:, :, height // 2, width // 2]).sum()
    gradient = torch.autograd.grad(score, x)[0]
    seconds = time.perf_counter() - start
    return torch.relu(gradient).sum(1)[0].numpy(), seconds


class Peers:
    def __init__(self, options, folder):
        self.options, self.folder = options, Path(folder)
        self.rows = []

    def replk(self, *arguments):
        command = [self.options.program, *map(str, arguments), "--threads", str(self.options.threads)]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            sys.exit(f"{' '.join(command)} failed: {done.stderr.strip()}")
        return json.loads(done.stdout)

    def wanted(self, title):
        return self.options.only is None or self.options.only in title

    def row(self, title, ours, theirs, unit="s", digits=3):
        ratio = statistics.median(t / o for o, t in zip(ours, theirs))
        self.rows.append(
            (title, f"{statistics.median(ours):.{digits}f} {unit}",
             f"{statistics.median(theirs):.{digits}f} {unit}", f"{ratio:.2f}x"))
        print("{:44} {:>12} {:>12} {:>8}".format(*self.rows[-1]), flush=True)

    def depthwise(self):
        """The rows of single layers: 24 of them in a chain, one image of 384 channels."""
        cells = [(side, kernel) for kernel in (31, 13, 7) for side in (16, 32, 64)]
        if not any(self.wanted(f"depth-wise {w}") for w in ("forward", "gradient")):
            return
        forward = {cell: ([], []) for cell in cells}
        gradient = {cell: ([], []) for cell in cells}
        for _ in range(self.options.rounds):
            report = self.replk("bench", "--part", "depthwise", "--json")
            ours = {(c["side"], c["kernel"]): c for c in report["depthwise"]}
            for cell in cells:
                theirs = depthwise_seconds(*cell, repetitions=1 if self.options.quick else 3)
                forward[cell][0].append(ours[cell]["milliseconds"])
                forward[cell][1].append(theirs[0] * 1000)
                gradient[cell][0].append(ours[cell]["gradientMilliseconds"])
                gradient[cell][1].append(theirs[1] * 1000)
        for name, times in (("forward", forward), ("gradient", gradient)):
            for (side, kernel), (ours, theirs) in times.items():
                self.row(f"depth-wise {name}, K = {kernel}, R = {side}", ours, theirs, "ms", 2)

    def fields(self, name, size, images, isa=None):
        """Whole networks in one process each: the first image warms both up and does not count."""
        title = f"{name} at {size}" + (f", {isa}" if isa else "")
        if not self.wanted(title):
            return
        model = network(name)
        weights = self.folder / f"{name}.pth"
        if not weights.exists():
            torch.save(model.state_dict(), weights)
        rng = np.random.default_rng(size)
        x = rng.standard_normal((images + 1, 3, size, size), dtype=np.float32)
        tensor, output = self.folder / "x.npy", self.folder / "map.npy"
        np.save(tensor, x)
        inputs = torch.from_numpy(x)
        ours, theirs = [], []
        for _ in range(self.options.rounds):
            extra = ["--isa", isa] if isa else []
            report = self.replk(
                "erf", name, "--weights", weights, "--tensor", tensor, "-o", output, "--force", "--json", *extra)
            seconds = report["results"][0]["seconds"]
            ours.append((seconds["forward"] + seconds["backward"] - seconds["first"]) / images)
            results = [field(model, inputs[i : i + 1]) for i in range(images + 1)]
            theirs.append(sum(seconds for _, seconds in results[1:]) / images)
        expected = np.mean([values for values, _ in results], 0)
        difference = np.abs(np.load(output) - expected).max() / expected.max()
        self.row(title, [1000 * seconds for seconds in ours], [1000 * seconds for seconds in theirs], "ms", 1)
        print(f"{'':4}largest difference of the maps: {difference:.1e} of the maximum", flush=True)
        # A rectifier whose input is zero to rounding passes all of a unit's gradient or none.
        if not difference < 1e-2:
            sys.exit(f"{title}: the maps do not agree")

    def bfloat16(self, name, size, images):
        """Against PyTorch with products in bfloat16, whose maps are off by a tenth of their maximum and more."""
        title = f"{name} at {size}, PyTorch in bfloat16"
        if not self.wanted(title):
            return
        model = network(name)
        x = np.random.default_rng(size).standard_normal((images + 1, 3, size, size), dtype=np.float32)
        np.save(self.folder / "x.npy", x)
        ours, theirs = [], []
        for _ in range(self.options.rounds):
            report = self.replk("erf", name, "--weights", "random:0", "--tensor", self.folder / "x.npy", "--json")
            seconds = report["results"][0]["seconds"]
            ours.append((seconds["forward"] + seconds["backward"] - seconds["first"]) / images)
            with torch.autocast("cpu", dtype=torch.bfloat16):
                results = [field(model, torch.from_numpy(x[i : i + 1])) for i in range(images + 1)]
            theirs.append(sum(seconds for _, seconds in results[1:]) / images)
        self.row(title, [1000 * seconds for seconds in ours], [1000 * seconds for seconds in theirs], "ms", 1)

    def memory(self, name, size):
        title = f"peak memory, {name} at {size}"
        if not self.wanted(title):
            return
        weights = self.folder / f"{name}.pth"
        if not weights.exists():
            torch.save(network(name).state_dict(), weights)
        ours = self.replk("erf", name, "--weights", weights, "--size", size, "--json")
        theirs = subprocess.run(
            [sys.executable, __file__, "--program", "-", "--peak", name, str(size),
             "--threads", str(self.options.threads)],
            capture_output=True, text=True, check=True)
        self.row(title, [ours["results"][0]["peakBytes"] / 1e9], [float(theirs.stdout) / 1e9], "GB", 2)


def depthwise_seconds(side, kernel, repetitions):
    """Seconds of the forward pass through 24 layers and of its input gradient."""
    torch.manual_seed(1)
    layers = nn.Sequential(
        *(nn.Conv2d(384, 384, kernel, padding=kernel // 2, groups=384, bias=False) for _ in range(24))
    ).requires_grad_(False)
    x = torch.randn(1, 384, side, side, requires_grad=True)
    forward, gradient = [], []
    for repetition in range(repetitions + 1):
        start = time.perf_counter()
        y = layers(x)
        middle = time.perf_counter()
        torch.autograd.grad(y, x, torch.ones_like(y))
        end = time.perf_counter()
        if repetition:
            forward.append(middle - start)
            gradient.append(end - middle)
    return statistics.median(forward), statistics.median(gradient)


def processor():
    """Its name, and the widest vectors: other processors give other ratios."""
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    facts = dict(line.split(":", 1) for line in lines if ":" in line)
    facts = {name.strip(): value.strip() for name, value in facts.items()}
    name = facts.get("model name", platform.processor() or platform.machine())
    if "cpu family" in facts:
        name += f" (family {facts['cpu family']}, model {facts['model']})"
    return name + (", AVX-512" if "avx512f" in facts.get("flags", "").split() else "")


def peak_bytes():
    """The largest resident set; `ru_maxrss` would be the parent's where that was larger."""
    if Path("/proc/self/status").exists():
        lines = Path("/proc/self/status").read_text().splitlines()
        return 1024 * next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--program", required=True)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--quick", action="store_true", help="one round, networks at 224 only")
    parser.add_argument("--only", metavar="WORD", help="only rows whose title holds this")
    parser.add_argument("--peak", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    if options.peak:
        size = int(options.peak[1])
        field(network(options.peak[0]), torch.randn(1, 3, size, size))
        print(peak_bytes())
        return
    if options.quick:
        options.rounds = 1
    print(f"{processor()}, PyTorch {torch.__version__}, {options.threads} threads, {options.rounds} rounds\n")
    print("{:44} {:>12} {:>12} {:>8}".format("work", "replk-tui", "PyTorch", "ratio"))
    with tempfile.TemporaryDirectory() as folder:
        peers = Peers(options, folder)
        peers.depthwise()
        for name in NETWORKS:
            peers.fields(name, 224, images=8)
        peers.fields("replknet-31", 224, images=4, isa="avx2")
        for name in ("replknet-13", "resnet-101"):
            peers.bfloat16(name, 224, images=8)
        if not options.quick:
            for name in ("replknet-31", "resnet-101"):
                peers.fields(name, 512, images=3)
            for name in NETWORKS:
                peers.fields(name, 1024, images=2)
            peers.memory("replknet-31", 1024)


if __name__ == "__main__":
    main()
