"""Times replk-tui on exported networks against ONNX Runtime (forward) and PyTorch (fields), side by side.

Networks are exported here with random weights; all sides get the same inputs and number of threads and take turns.
Forward is a whole pass to the logits. A field is the forward pass to the last stage and the gradient of its central
unit's rectified features, against torch.autograd.grad in inference mode with frozen parameters. Both are the difference
between runs over many inputs and over one, so that starting, loading and the first input do not count; the others
compute one input before they are timed.

    python peers_onnx.py --program .build/release/replk-tui [--rounds 3] [--threads 2] [NAME ...]

Needs torch, torchvision, timm, onnx and onnxruntime.
"""
import argparse
import json
import os
import statistics
import subprocess
import tempfile
import time
import warnings

import numpy as np
import onnxruntime
import torch

from peers import processor

warnings.filterwarnings("ignore")
INPUTS = 9


def make(name):
    torch.manual_seed(0)
    if name == "deit_small":
        import timm

        model = timm.create_model("deit_small_patch16_224")
        return model.eval(), model.norm
    import torchvision

    model = getattr(torchvision.models, name)(weights=None)
    return model.eval(), model.features[-1]


NETWORKS = ["convnext_tiny", "swin_t", "deit_small", "mobilenet_v3_large"]


def clock(work):
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


class Peer:
    def __init__(self, options, name, folder):
        self.options = options
        self.model, self.last = make(name)
        for parameter in self.model.parameters():
            parameter.requires_grad_(False)
        self.x = torch.randn(INPUTS, 3, 224, 224)
        self.path = os.path.join(folder, name + ".onnx")
        self.folder = folder
        torch.onnx.export(self.model, (self.x[:1],), self.path, dynamo=False, opset_version=17)
        np.save(os.path.join(folder, "all.npy"), self.x.numpy())
        np.save(os.path.join(folder, "one.npy"), self.x[:1].numpy())
        settings = onnxruntime.SessionOptions()
        settings.intra_op_num_threads = options.threads
        self.session = onnxruntime.InferenceSession(self.path, settings, providers=["CPUExecutionProvider"])
        self.input = self.session.get_inputs()[0].name

    def run(self, *words):
        done = subprocess.run(
            [self.options.program, *words, "--threads", str(self.options.threads)], capture_output=True, text=True
        )
        if done.returncode != 0:
            raise SystemExit(done.stderr)
        return done.stdout

    def own_forward(self):
        def features(inputs):
            return clock(
                lambda: self.run(
                    "features", self.path, "--tensor", os.path.join(self.folder, inputs), "--tap", "logits",
                    "-o", os.path.join(self.folder, "f.npy"), "--force",
                )
            )

        return (features("all.npy") - features("one.npy")) / (INPUTS - 1)

    def runtime_forward(self):
        one = self.x[:1].numpy()
        self.session.run(None, {self.input: one})
        return clock(lambda: [self.session.run(None, {self.input: one}) for _ in range(INPUTS - 1)]) / (INPUTS - 1)

    def own_field(self):
        def seconds(inputs):
            out = self.run("erf", self.path, "--tensor", os.path.join(self.folder, inputs), "--json")
            parts = json.loads(out)["results"][0]["seconds"]
            return parts["forward"] + parts["backward"]

        return (seconds("all.npy") - seconds("one.npy")) / (INPUTS - 1)

    def torch_field(self):
        def once(index):
            kept = []
            handle = self.last.register_forward_hook(lambda m, i, o: kept.append(o))
            image = self.x[index : index + 1].clone().requires_grad_()
            self.model(image)
            handle.remove()
            feature = kept[0]
            if feature.dim() == 3:
                side = int(feature.shape[1] ** 0.5)
                unit = feature[0, feature.shape[1] - side * side + side // 2 * side + side // 2]
            elif feature.shape[1] == feature.shape[2]:
                unit = feature[0, feature.shape[1] // 2, feature.shape[2] // 2]
            else:
                unit = feature[0, :, feature.shape[2] // 2, feature.shape[3] // 2]
            torch.autograd.grad(unit.relu().sum(), image)

        once(0)
        return clock(lambda: [once(index) for index in range(1, INPUTS)]) / (INPUTS - 1)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--program", required=True)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("names", nargs="*", default=NETWORKS)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    print(f"{processor()}, {options.threads} threads, {options.rounds} rounds,"
          f" load {os.getloadavg()[0]:.1f}, ONNX Runtime {onnxruntime.__version__}, PyTorch {torch.__version__}")
    print(f"{'224 x 224, milliseconds':24}{'forward':>9}{'runtime':>9}{'ratio':>7}"
          f"{'field':>9}{'PyTorch':>9}{'ratio':>7}")
    with tempfile.TemporaryDirectory() as folder:
        for name in options.names:
            peer = Peer(options, name, folder)
            works = [peer.own_forward, peer.runtime_forward, peer.own_field, peer.torch_field]
            times = [[] for _ in works]
            for _ in range(options.rounds):
                for kept, work in zip(times, works):
                    kept.append(1000 * work())
            own, other, field, eager = (statistics.median(kept) for kept in times)
            print(f"{name:24}{own:9.1f}{other:9.1f}{other / own:7.2f}"
                  f"{field:9.1f}{eager:9.1f}{eager / field:7.2f}", flush=True)


if __name__ == "__main__":
    main()
