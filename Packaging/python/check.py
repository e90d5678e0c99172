"""Whether the Python side gives what the program gives: run where the wheel is installed.

    python check.py PROGRAM

With torch and onnx installed, a module goes the way of ONNX as well.
"""

import importlib.util
import pathlib
import subprocess
import sys
import tempfile

import numpy
import replk_tui


def field(program, *words):
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "map.npy"
        subprocess.run([program, "erf", *words, "-o", path], check=True, stdout=subprocess.DEVNULL)
        return numpy.load(path)


program = sys.argv[1]
ours, facts = replk_tui.erf("replknet-3-nano", size=(96, 128))
assert ours.shape == (96, 128) and ours.dtype == numpy.float32, (ours.shape, ours.dtype)
assert ours.tobytes() == field(program, "replknet-3-nano", "--size", "96x128").tobytes()
assert facts["images"], facts
try:
    replk_tui.erf("replknet-4-nano")
    sys.exit("a network that does not exist was computed")
except replk_tui.Error as error:
    assert error.code == 2 and "replknet-4-nano" in str(error), error
print("built-in network: the program's own bytes")


def refused(kind, **arguments):
    try:
        replk_tui.erf("replknet-3-nano", **arguments)
    except kind as error:
        return str(error)
    sys.exit(f"{arguments} was taken")


assert "None for a built-in picture" in refused(ValueError, images=[])
for size in (64.7, "64x96", (64,), (64, 96, 3), None):
    assert "(height, width)" in refused(TypeError, size=size), size
assert "(row, column)" in refused(TypeError, at=(1.5, 2))
print("arguments: checked")

if importlib.util.find_spec("torch") and importlib.util.find_spec("onnx"):
    import torch

    torch.manual_seed(0)
    module = torch.nn.Sequential(
        torch.nn.Conv2d(3, 8, 5, stride=2, padding=2), torch.nn.BatchNorm2d(8), torch.nn.GELU(),
        torch.nn.Conv2d(8, 8, 7, stride=2, padding=3, groups=8), torch.nn.Hardswish())
    module[2].eval()
    before = [part.training for part in module.modules()]
    ours, facts = replk_tui.erf(module, size=64, rule="abs")
    assert before == [part.training for part in module.modules()]
    # The receptive field of two kernels, 5 + 2 * 6 pixels a side, and nothing beyond it.
    reached = numpy.argwhere(ours > ours.max() * 1e-6)
    extent = reached.max(0) - reached.min(0) + 1
    assert (extent <= 17).all() and (extent >= 15).all(), extent
    assert facts["model"] == "Sequential" and facts["weights"] == "Sequential", facts

    class Refuses(torch.nn.Module):
        def forward(self, picture):
            raise NotImplementedError("not for\nexport")

    try:
        replk_tui.erf(Refuses(), size=64)
        sys.exit("what cannot be exported was computed")
    except replk_tui.Error as error:
        assert str(error).startswith("Refuses cannot be exported") and "\n" not in str(error), error
        assert error.__cause__ is not None
    print("module: exported to ONNX")
