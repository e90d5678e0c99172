"""Times forward passes at 224 x 224 against ONNX Runtime and OpenVINO, side by side, and prints the ratios.

The inference engines compute in float32 on as many threads, and each takes its turn. What is timed here is the forward
part of a field: it keeps what the gradient needs, and skips what the central unit does not see. Weights are random, in
networks of the same shapes with kernels merged; the engines fold batch norms themselves.

    python peers_forward.py --program .build/release/replk-tui [--rounds 5] [--threads 2] [NAME ...]

Needs torch, torchvision, timm, onnx, onnxruntime and openvino.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path

import numpy as np
import onnxruntime
import openvino
import torch

from peers import NETWORKS, RepLKNet, ResNet, network, processor

warnings.filterwarnings("ignore")
IMAGES = 16


def nano(*kernels):
    return RepLKNet(kernels, layers=(1, 1, 2, 1), channels=(16, 32, 64, 128))


def from_timm():
    import timm

    return timm.create_model("tf_efficientnet_lite0")


MORE = {
    "resnet-50": lambda: ResNet([3, 4, 6, 3]),
    "efficientnet-lite0": from_timm,
    "replknet-31-nano": lambda: nano(31, 29, 27, 13),
    "replknet-3-nano": lambda: nano(3, 3, 3, 3),
}
NAMES = ["replknet-31", "replknet-13", "resnet-101", "mobilenetv2", *MORE]


class Peer:
    def __init__(self, options, name, folder):
        self.options, self.name, self.folder = options, name, Path(folder)
        model = (network(name) if name in NETWORKS else MORE[name]()).eval()
        rng = np.random.default_rng(0)
        self.x = rng.standard_normal((1, 3, 224, 224), dtype=np.float32)
        for count in (1, IMAGES + 1):
            np.save(self.folder / f"{count}.npy", np.repeat(self.x, count, 0))
        path = str(self.folder / f"{name}.onnx")
        torch.onnx.export(model, (torch.from_numpy(self.x),), path, dynamo=False, opset_version=17)
        settings = onnxruntime.SessionOptions()
        settings.intra_op_num_threads = options.threads
        self.session = onnxruntime.InferenceSession(path, settings, providers=["CPUExecutionProvider"])
        self.input = self.session.get_inputs()[0].name
        settings = {
            "INFERENCE_PRECISION_HINT": "f32", "INFERENCE_NUM_THREADS": options.threads, "NUM_STREAMS": 1,
            "PERFORMANCE_HINT": "LATENCY",
        }
        self.request = openvino.Core().compile_model(path, "CPU", settings).create_infer_request()

    def own(self):
        def forward(count):
            command = [
                self.options.program, "erf", self.name, "--weights", "random:0", "--tensor",
                str(self.folder / f"{count}.npy"), "--threads", str(self.options.threads), "--json",
            ]
            done = subprocess.run(command, capture_output=True, text=True)
            if done.returncode:
                sys.exit(f"{' '.join(command)} failed: {done.stderr.strip()}")
            return json.loads(done.stdout)["results"][0]["seconds"]["forward"]

        return (forward(IMAGES + 1) - forward(1)) / IMAGES

    @staticmethod
    def clock(work):
        work()
        start = time.perf_counter()
        for _ in range(IMAGES):
            work()
        return (time.perf_counter() - start) / IMAGES

    def runtime(self):
        return self.clock(lambda: self.session.run(None, {self.input: self.x}))

    def vino(self):
        return self.clock(lambda: self.request.infer([self.x], share_inputs=True))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--program", required=True)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("names", nargs="*", default=NAMES)
    options = parser.parse_args()
    print(f"{processor()}, {options.threads} threads, {options.rounds} rounds, load {os.getloadavg()[0]:.1f}, "
          f"ONNX Runtime {onnxruntime.__version__}, OpenVINO {openvino.__version__.split('-')[0]}\n")
    print("{:24} {:>12} {:>14} {:>12} {:>8}".format(
        "forward, milliseconds", "replk-tui", "ONNX Runtime", "OpenVINO", "ratio"))
    with tempfile.TemporaryDirectory() as folder:
        for name in options.names:
            peer = Peer(options, name, folder)
            works = [peer.own, peer.runtime, peer.vino]
            rounds = [[1000 * work() for work in works] for _ in range(options.rounds)]
            medians = [statistics.median(column) for column in zip(*rounds)]
            faster = statistics.median(min(a, b) / own for own, a, b in rounds)
            print("{:24} {:12.2f} {:14.2f} {:12.2f} {:7.2f}x".format(name, *medians, faster), flush=True)


if __name__ == "__main__":
    main()
