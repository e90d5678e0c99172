"""Whether the Python side gives what the program gives: run where the wheel is installed.

    python check.py PROGRAM

With torch and onnx installed, modules go the way of ONNX as well; with torchvision that of their weights.
"""

import contextlib
import importlib.util
import logging
import os
import pathlib
import subprocess
import sys
import tempfile
import warnings

import numpy
import replk_tui


def field(program, *words):
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "map.npy"
        subprocess.run([program, "erf", *words, "-o", path], check=True, stdout=subprocess.DEVNULL)
        return numpy.load(path)


program = str(pathlib.Path(sys.argv[1]).resolve())
scratch = tempfile.TemporaryDirectory()
os.chdir(scratch.name)
ours, facts = replk_tui.erf("replknet-3-nano", size=(96, 128))
assert ours.shape == (96, 128) and ours.dtype == numpy.float32, (ours.shape, ours.dtype)
assert ours.tobytes() == field(program, "replknet-3-nano", "--size", "96x128").tobytes()
assert facts["images"] and "way" not in facts and "preprocessing" not in facts, facts
try:
    replk_tui.erf("replknet-4-nano")
    sys.exit("a network that does not exist was computed")
except replk_tui.Error as error:
    assert error.code == 2 and "replknet-4-nano" in str(error), error
print("built-in network: the program's own bytes")


def raised(kind, model="replknet-3-nano", **arguments):
    try:
        replk_tui.erf(model, **arguments)
    except kind as error:
        message = str(error)
        assert "\n" not in message and "\x1b" not in message, message
        return error
    sys.exit(f"{model}, {arguments} was taken")


def refused(kind, **arguments):
    return str(raised(kind, **arguments))


@contextlib.contextmanager
def without_onnx():
    find = importlib.util.find_spec
    importlib.util.find_spec = lambda name, *rest: None if name == "onnx" else find(name, *rest)
    try:
        yield
    finally:
        importlib.util.find_spec = find


assert "None for a built-in picture" in refused(ValueError, images=[])
for size in (64.7, "64x96", (64,), (64, 96, 3), numpy.array([64, 96, 3])):
    assert "(height, width)" in refused(TypeError, size=size), size
for size in (-5, 0, 100_000, (64, 7)):
    assert "from 8 to 4096" in refused(ValueError, size=size), size
assert "(row, column)" in refused(TypeError, at=(1.5, 2))
assert "images is of type ndarray" in refused(TypeError, images=numpy.zeros((2, 3, 8, 8)))
assert "b'none.png'" not in refused(replk_tui.Error, images=b"none.png")
assert "model is None" in refused(TypeError, model=None)
assert "torch.save" in refused(TypeError, model={"weight": 1})
assert "weights is of type dict" in refused(TypeError, weights={"weight": 1})
ours, facts = replk_tui.erf("replknet-3-nano", size=numpy.array([48, 64]), weights=b"random:1")
assert ours.shape == (48, 64) and facts["weights"] == "random:1", (ours.shape, facts)
assert "'--help'" in refused(replk_tui.Error, model="--help")
assert "mean is (1, 2)" in refused(TypeError, mean=(1, 2))
assert "(black, white)" in refused(TypeError, range=1)
prepared, facts = replk_tui.erf("replknet-3-nano", size=48, mean=0.5, std=(0.1, 0.2, 0.3), range=(0, 255), bgr=True,
                                isa="scalar", precision="f32")
assert facts["preprocessing"] and facts["makers"][0]["instructionSet"] == "scalar", facts
assert prepared.tobytes() == field(
    program, "replknet-3-nano", "--size", "48", "--mean", "0.5", "--std", "0.1,0.2,0.3", "--range", "0:255", "--bgr",
    "--isa", "scalar").tobytes()
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
    assert facts["model"] == "Sequential" and facts["weights"] == "Sequential" and facts["way"] == "onnx", facts
    named = replk_tui.erf(module, size=64, rule="abs", tap=facts["layer"])
    assert named[0].tobytes() == ours.tobytes() and named[1]["layer"] == facts["layer"], (named[1], facts)
    imagenet = {"mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225]}
    assert facts["preprocessing"] == imagenet, facts
    facts = replk_tui.erf(module, size=64, mean=0.5, bgr=True)[1]
    assert facts["preprocessing"] == {"mean": [0.5] * 3, "std": [0.225, 0.224, 0.229], "bgr": True}, facts
    for channels in (1, 4):
        facts = replk_tui.erf(torch.nn.Conv2d(channels, 4, 3), size=32)[1]
        assert facts["preprocessing"] == imagenet and facts["notes"], facts

    class Refuses(torch.nn.Module):
        def forward(self, picture):
            raise NotImplementedError("not for\nexport")

    reason = refused(replk_tui.Error, model=Refuses(), size=64)
    assert reason.startswith("Refuses ") and reason.endswith(": NotImplementedError: not for"), reason

    class Two(torch.nn.Module):
        def forward(self, picture, other):
            return picture + other

    assert "'other'" in refused(replk_tui.Error, model=Two(), size=32)
    has_onnxscript = importlib.util.find_spec("onnxscript") is not None
    if has_onnxscript:
        class Depends(torch.nn.Module):
            def forward(self, picture):
                return picture if picture.sum() > 0 else -picture

        assert "data-dependent" in refused(replk_tui.Error, model=Depends(), size=32)
    assert "5 channels" in refused(replk_tui.Error, model=torch.nn.Conv2d(5, 4, 3), size=32)
    assert "torch.nn.Module (an object" in refused(TypeError, model=torch.nn.ReLU)
    assert "torch.save" in refused(TypeError, weights=module)
    assert "'random:SEED'" in refused(TypeError, weights=torch.nn.ReLU)
    assert replk_tui.erf("replknet-3-nano", size=torch.tensor([48, 64]))[0].shape == (48, 64)
    assert "no layers" in refused(replk_tui.Error, model=torch.nn.Identity(), size=32)
    assert logging.root.manager.disable == logging.NOTSET
    # The older exporter, the one for scripts, prints the graph that it stumbles over, past sys.stdout.
    stumbles = """
import replk_tui, torch
try:
    replk_tui.erf(torch.jit.script(torch.nn.Sequential(torch.nn.Conv2d(3, 8, 3), torch.nn.AdaptiveAvgPool2d(7))), 64)
except replk_tui.Error as error:
    print(error)
"""
    said = subprocess.run([sys.executable, "-W", "ignore", "-c", stumbles], check=True, capture_output=True, text=True)
    assert said.stdout.count("\n") == 1 and "cannot be exported to ONNX" in said.stdout and not said.stderr, said

    class HeadFirst(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.head = torch.nn.Conv2d(8, 2, 1)
            self.body = torch.nn.Conv2d(3, 8, 3, padding=1)

        def forward(self, picture):
            return self.head(self.body(picture))

    assert replk_tui.erf(HeadFirst(), size=32)[0].shape == (32, 32)
    torch.onnx.export(HeadFirst().eval(), (torch.zeros(1, 3, 40, 48),), "head.onnx", verbose=False,
                      dynamo=has_onnxscript)
    assert replk_tui.erf("head.onnx")[0].shape == (40, 48)
    print("module: exported to ONNX")

if importlib.util.find_spec("torchvision"):
    import torch
    import torchvision

    told = torchvision.models.resnet18()
    with without_onnx(), warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        ours, facts = replk_tui.erf(told, size=64)
    assert facts["model"] == "resnet-18" and facts["weights"] == "ResNet" and facts["way"] == "state dict", facts
    assert facts["layer"] == "layer4.1" and "onnx is not installed" in str(warned[0].message), (facts, warned)
    if importlib.util.find_spec("onnx"):
        exported, facts = replk_tui.erf(told, size=64)
        assert facts["way"] == "onnx" and facts["layer"] == "layer4", facts
        assert abs(exported - ours).max() <= 1e-5 * ours.max()

    class Pair(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.layer = torch.nn.Conv2d(3, 4, 3)

        def forward(self, picture, other):
            return self.layer(picture) + other

    cut = torchvision.models.resnet18()
    cut.fc = torch.nn.Identity()
    dilated = torchvision.models.resnet50(replace_stride_with_dilation=[False, True, True])
    with without_onnx():
        assert "cannot be computed: TypeError" in refused(replk_tui.Error, model=Pair(), size=64)
        for model, mentions in [(dilated, "computes something else"), (torch.nn.Identity(), "has no weights"),
                                (torchvision.models.vgg11(), "cannot be computed from its state dict")]:
            message = refused(replk_tui.Error, model=model, size=64)
            assert mentions in message and message.endswith("install onnx and onnxscript to open it"), message
        reason = raised(replk_tui.Error, model=cut, size=64)
        assert "--" not in str(reason) and "resnet-18: lacks fc.bias" in str(reason.__cause__), reason.__cause__
    print("module: told by its weights")
