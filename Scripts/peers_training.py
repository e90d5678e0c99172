"""Times training steps of the small RepLKNets against PyTorch on the CPU, taking turns.

Both sides train the same network in its training form (K x K beside 5 x 5, batch norms) with AdamW on
batches of 64 inputs of 96 x 96, forward, backward and the parameters' step, on the same number of
threads. PyTorch gets its batch for nothing; replk-tui cuts and mirrors its own.

    python peers_training.py --program .build/release/replk-tui [--rounds 3] [--steps 40]
"""

import argparse
import re
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

import torch
from torch import nn

from peers import FeedForward, RepLKNet, conv_bn

KERNELS = {3: (3, 3, 3, 3), 13: (13, 13, 13, 13), 31: (31, 29, 27, 13)}


class LargeKernel(nn.Module):
    """The training form: a large kernel beside a small one, each with its batch norm."""

    def __init__(self, channels, kernel):
        super().__init__()
        self.lkb_origin = conv_bn(channels, channels, kernel, groups=channels)
        self.small_conv = conv_bn(channels, channels, 5, groups=channels) if kernel >= 5 else None

    def forward(self, x):
        large = self.lkb_origin(x)
        return large if self.small_conv is None else large + self.small_conv(x)


def network(kernels):
    model = RepLKNet(kernels, layers=(1, 1, 2, 1), channels=(16, 32, 64, 128))
    blocks = [m for m in model.modules() if hasattr(m, "large_kernel")]
    for block in blocks:
        merged = block.large_kernel.lkb_reparam
        block.large_kernel = LargeKernel(merged.in_channels, merged.kernel_size[0])
    return model


def torch_speed(kernels, steps):
    model = network(kernels).train()
    head = nn.Linear(128, 16)
    optimizer = torch.optim.AdamW([*model.parameters(), *head.parameters()], lr=1e-3)
    images, labels = torch.randn(64, 3, 96, 96), torch.randint(0, 16, (64,))
    times = []
    for _ in range(steps):
        start = time.perf_counter()
        optimizer.zero_grad()
        logits = head(model(images).mean((2, 3)))
        nn.functional.cross_entropy(logits, labels, label_smoothing=0.1).backward()
        optimizer.step()
        times.append(time.perf_counter() - start)
    return 64 / statistics.median(times)


def program_speed(program, kernel, steps, threads):
    with tempfile.TemporaryDirectory() as folder:
        output = subprocess.run(
            [program, "train", f"replknet-{kernel}-nano", "--steps", str(steps), "--count", "640",
             "--threads", str(threads), "-o", str(Path(folder) / "n.safetensors")],
            check=True, capture_output=True, text=True).stdout
    return float(re.search(rf"step {steps}/{steps}: .* (\d+) images/s", output)[1])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--program", required=True)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=40)
    arguments = parser.parse_args()
    threads = torch.get_num_threads()
    print(f"PyTorch {torch.__version__}, {threads} threads; images a second, medians")
    for kernel, kernels in KERNELS.items():
        ours, theirs = [], []
        for _ in range(arguments.rounds):
            theirs.append(torch_speed(kernels, max(5, arguments.steps // 4)))
            ours.append(program_speed(arguments.program, kernel, arguments.steps, threads))
        ours, theirs = statistics.median(ours), statistics.median(theirs)
        name = f"replknet-{kernel}-nano, training"
        print(f"{name:32} {ours:8.0f} {theirs:8.0f} {ours / theirs:6.2f}x", flush=True)


if __name__ == "__main__":
    main()
