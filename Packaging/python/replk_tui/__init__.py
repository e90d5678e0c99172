"""Effective receptive fields of neural networks, computed by the program replk-tui that this package carries.

    import replk_tui
    field, facts = replk_tui.erf("resnet50.pth", size=512, images="photos")
"""

import collections.abc
import contextlib
import ctypes
import importlib.util
import json
import logging
import operator
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import warnings

__all__ = ["Error", "erf", "program"]

program = str(pathlib.Path(__file__).parent / "bin" / "replk-tui")

_IMAGENET = {"mean": (0.485, 0.456, 0.406), "std": (0.229, 0.224, 0.225)}


class Error(Exception):
    """What the program said in its one line, and its exit code; why a module cannot be given to it."""

    def __init__(self, message, code):
        super().__init__(message)
        self.code = code


def erf(model, size=None, images=None, *, weights=None, stage=None, tap=None, at=None, count=None,
        rule="paper", mean=None, std=None, range=None, bgr=False, precision=None, threads=None, isa=None):
    """The effective receptive field of a network.

    model: a name that `replk-tui models` lists, the path of a checkpoint or of an ONNX file, or a
        torch.nn.Module, which is exported to ONNX where `onnx` is installed. Else its state dict is
        saved, whose shapes have to tell the network, and whose logits are compared with the module's. That
        network's stages may end in other layers than those of the export, so a warning says that this was
        the way; where no network is told, name it and give the file as `weights`.
    size: side of the input in pixels, or (height, width); a module is exported at this size. None: an ONNX
        file's own, else 224.
    images: path or list of paths of pictures and folders; None: a built-in picture.
    weights: path of a checkpoint, "random:SEED" or "trained", for a model by name.
    at: (row, column) of the unit on the map of the layer; None: its centre.
    mean, std: what is subtracted from the channels, and what they are divided by: one number, or three.
        None: ImageNet's for modules and ONNX files, else what the network is known to take.
    range: (black, white), the values that black and white are mapped to first; None: (0, 1).
    bgr: whether blue comes first.
    precision: "bf16" for a first look; isa: the kernels to use, such as "avx2".

    Returns M, the scores averaged over the images, as a float32 array (height, width), and what the
    program tells of the run: metrics, images, weights, what computed it. `preprocessing` is missing there
    where pictures were prepared as the network is known to take them, or for an ONNX file as ImageNet's. For
    a module it is always there, and so are

    way: "onnx", or "state dict".
    layer: the layer itself, by the name that `replk-tui info` lists on that way; `stage` may be only "stage4".

    Its weights are called by the name of its class, and so is its model where it was exported; a state
    dict's is the network that its shapes told.
    """
    import numpy

    sides = None
    if size is not None:
        try:
            sides = 2 * (operator.index(size),)
        except TypeError:
            sides = _whole_numbers("size", size, "a whole number of pixels or (height, width)")
        if not all(8 <= side <= 4096 for side in sides):
            raise ValueError(f"size is {size!r}: expected pixels from 8 to 4096")
    place = None if at is None else _whole_numbers("at", at, "(row, column), whole numbers")
    paths = [] if images is None else _paths(images)
    name = type(model).__name__ if _is_module(model) else None
    if name is None:
        model = _path("model", model, "the name of a network, a path, or a torch.nn.Module")
    if weights is not None:
        weights = _path("weights", weights, "a path, 'random:SEED' or 'trained'")
    preparation = {"mean": _numbers("mean", mean), "std": _numbers("std", std),
                   "range": _numbers("range", range, counts=(2,), separator=":")}
    if name is not None and preparation["range"] is None:
        # The network that a state dict tells may have others of its own.
        for key, numbers in _IMAGENET.items():
            preparation[key] = preparation[key] or _numbers(key, numbers[::-1] if bgr else numbers)
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        if name is not None:
            sides = sides or (224, 224)
            path, way = _saved(model, sides, folder)
            model = str(path)
        options = {"--weights": weights, "--stage": stage, "--tap": tap, "--count": count,
                   "--rule": rule, "--threads": threads, "--precision": precision, "--isa": isa,
                   "--size": None if sides is None else "x".join(map(str, sides)),
                   "--at": None if place is None else ",".join(map(str, place)),
                   **{f"--{key}": text for key, text in preparation.items()}}
        words = []
        for option, value in options.items():
            if value is not None:
                words += [option, value if isinstance(value, (str, bytes)) else str(value)]
        for path in paths:
            words += ["--image", path]
        if bgr:
            words.append("--bgr")
        map_path = folder / "map.npy"
        run = _run("erf", *words, "--json", "-o", map_path, "--", model)
        if run.returncode != 0:
            message = _message(run)
            raise Error(message if name is None else message.replace(model, name), run.returncode)
        facts = json.loads(run.stdout)["results"][0]
        if name is not None:
            facts["way"] = way
            facts["layer"] = _layer(model, facts)
            # The program leaves out what the network takes anyway.
            facts.setdefault("preprocessing", _prepared(preparation, bgr))
            # The file that it was written to is soon gone.
            for key in ("model", "weights"):
                facts[key] = facts[key].replace(model, name)
            if way != "onnx":
                warnings.warn(
                    f"onnx is not installed: {name} was computed as {facts['model']}, the network that its state "
                    f"dict tells, from {facts['layer']}; exported to ONNX its stages may end in other layers",
                    stacklevel=2)
        return numpy.load(map_path), facts


def _run(*words):
    return subprocess.run([program, *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE)


def _message(run):
    """The program's one line, without what it said on the way to it."""
    lines = run.stderr.decode(errors="replace").strip().splitlines() or [""]
    return lines[-1].removeprefix("replk-tui: ")


# Arguments


def _is_module(model):
    return hasattr(model, "state_dict") and not isinstance(model, type)


def _path(name, value, expected):
    """A path as the program takes it."""
    if isinstance(value, (str, bytes, os.PathLike)):
        return os.fspath(value)
    what = "None" if value is None else f"of type {type(value).__name__}"
    if isinstance(value, type):
        what = f"the class {value.__name__}"
        if name == "model" and hasattr(value, "state_dict"):
            expected += f" (an object: {value.__name__}(...))"
    elif isinstance(value, collections.abc.Mapping) or _is_module(value):
        expected += "; torch.save writes a state dict to a file"
    raise TypeError(f"{name} is {what}: expected {expected}")


def _paths(images):
    expected = "a path, or a list of paths of pictures and folders"
    if isinstance(images, (str, bytes, os.PathLike)):
        return [os.fspath(images)]
    if not isinstance(images, collections.abc.Iterable) or hasattr(images, "__array__"):
        raise TypeError(f"images is of type {type(images).__name__}: expected {expected}")
    paths = [_path("an element of images", image, expected) for image in images]
    if not paths:
        raise ValueError("images is empty: give paths of pictures, or None for a built-in picture")
    return paths


def _whole_numbers(name, pair, expected):
    """The two whole numbers of an argument, which may be numpy's."""
    try:
        if isinstance(pair, str):
            raise TypeError
        first, second = (operator.index(number) for number in pair)
    except (TypeError, ValueError):
        raise TypeError(f"{name} is {pair!r}: expected {expected}") from None
    return first, second


def _numbers(name, value, counts=(1, 3), separator=","):
    """Numbers as the program takes them; None: not given."""
    if value is None or isinstance(value, str):
        return None if value == "own" else value
    try:
        numbers = [float(value)] if hasattr(value, "__float__") and not hasattr(value, "__len__") else [
            float(number) for number in value]
        if len(numbers) not in counts:
            raise ValueError
    except (TypeError, ValueError):
        expected = "one number or three" if separator == "," else "(black, white)"
        raise TypeError(f"{name} is {value!r}: expected {expected}") from None
    return separator.join(map(repr, numbers))


# Modules


def _saved(module, sides, folder):
    """The file in `folder` that `module` was written to, as ONNX for an input of `sides`, or its weights; and
    which of the two.

    The module is left as it was: in its mode, on its device, in its type.
    """
    modes = {part: part.training for part in module.modules()}
    module.eval()
    try:
        if importlib.util.find_spec("onnx"):
            return _exported(module, sides, folder), "onnx"
        return _recognised(module, sides, folder), "state dict"
    finally:
        for part, training in modes.items():
            part.training = training


def _exported(module, sides, folder):
    import torch

    path = folder / "model.onnx"
    picture = _zeros(module, sides)
    # The newer exporter needs onnxscript besides, and takes no scripts; both write what the program reads.
    has_newer = importlib.util.find_spec("onnxscript") is not None
    level = logging.root.manager.disable
    logging.disable(logging.ERROR)
    with tempfile.TemporaryFile("w+", errors="replace") as said:
        try:
            with _redirected(said):
                torch.onnx.export(module, (picture,), str(path), input_names=["input"], output_names=["output"],
                                  verbose=False,
                                  dynamo=has_newer and not isinstance(module, torch.jit.ScriptModule))
        except Exception as error:
            hint = "" if has_newer else " (PyTorch's newer exporter needs onnxscript)"
            raise Error(f"{_shape(module, picture)} cannot be exported to ONNX{hint}: {_reason(error)}",
                        1) from error
        finally:
            logging.disable(level)
        # Of a failure the reason is enough.
        said.seek(0)
        sys.stderr.write(said.read())
    return path


@contextlib.contextmanager
def _redirected(file):
    """What is printed goes to `file`, also what the exporter in C++ prints, which knows no `sys.stdout`."""
    flush = ctypes.CDLL(None).fflush
    flush(None)
    kept = {number: os.dup(number) for number in (1, 2)}
    try:
        for number in kept:
            os.dup2(file.fileno(), number)
        with contextlib.redirect_stdout(file), contextlib.redirect_stderr(file):
            yield
    finally:
        flush(None)
        for number, copy in kept.items():
            os.dup2(copy, number)
            os.close(copy)


def _recognised(module, sides, folder):
    """The module's weights, once it is sure that the program takes them for the same network: shapes tell
    neither strides nor shortcuts.
    """
    import numpy
    import torch

    name = type(module).__name__
    way = "install onnx and onnxscript to open it"
    weights = module.state_dict()
    if not weights:
        raise Error(f"{name} has no weights, by which a network could be told: {way}", 1)
    path = folder / "model.pth"
    torch.save(weights, path)
    zeros = _zeros(module, sides)
    picture = torch.rand(zeros.shape, generator=torch.Generator().manual_seed(0))
    try:
        with torch.no_grad():
            answer = module(picture.to(zeros))
    except Exception as error:
        raise Error(f"{_shape(module, zeros)} cannot be computed: {_reason(error)}", 1) from error
    inputs, logits = folder / "input.npy", folder / "logits.npy"
    numpy.save(inputs, picture.numpy())
    run = _run("features", path, "--tap", "logits", "--tensor", inputs, "-o", logits)
    if run.returncode != 0:
        # What the program offers is for files on its command line.
        reason = Error(_message(run).replace(str(path), name), run.returncode)
        raise Error(f"{name} cannot be computed from its state dict: {way}", run.returncode) from reason
    ours = numpy.load(logits)
    if not torch.is_tensor(answer) or tuple(answer.shape) != ours.shape:
        raise Error(f"{name} does not answer with logits, by which it could be told whether its weights are of "
                    f"the network that their shapes look like: {way}", 1)
    # Of half precision the module's own answers are as rough as that.
    tolerance = 1e-3 if answer.dtype in (torch.float32, torch.float64) else 0.1
    answer = answer.float().cpu().numpy()
    if not numpy.allclose(ours, answer, rtol=0, atol=tolerance * float(numpy.abs(answer).max())):
        raise Error(f"{name} computes something else than the network that the shapes of its weights look like, "
                    f"perhaps by other strides, dilations or shortcuts: {way}", 1)
    return path


def _zeros(module, sides):
    """An input that the module takes, in its type and on its device.

    Its first convolution tells the channels where that takes colours. It need not be the one that is declared
    first, so else the program's kinds of pictures are tried.
    """
    import torch

    weight = next((value for value in module.parameters() if value.is_floating_point()), None)

    def zeros(channels):
        return torch.zeros(1, channels, *sides, dtype=torch.float32 if weight is None else weight.dtype,
                           device=None if weight is None else weight.device)

    first = next((part for part in module.modules() if isinstance(part, torch.nn.Conv2d)), None)
    if first is None or first.in_channels == 3:
        return zeros(3)
    reasons = []
    for channels in (3, 1, 4):
        try:
            with torch.no_grad():
                module(zeros(channels))
            return zeros(channels)
        except Exception as error:
            reasons.append(error)
    raise Error(f"{_shape(module, zeros(3))} cannot be computed, nor for one of 1 or 4: "
                f"{_reason(reasons[0])}", 1) from reasons[0]


def _layer(path, facts):
    """The layer that a field was computed from: of a stage, its last block."""
    # A network that is built in has the same layers at any size, also where an input is too small for its last.
    size = ["--size", "x".join(map(str, facts["input"]))] if facts["way"] == "onnx" else []
    run = _run("info", "--json", *size, "--", path)
    rows = json.loads(run.stdout)["rows"] if run.returncode == 0 else []
    for block, row in zip(rows, rows[1:]):
        if row["isStage"] and row["name"] == facts["stage"]:
            return block["name"]
    return facts["stage"]


def _prepared(preparation, bgr):
    """How pictures were prepared, in the program's words for it."""
    numbers = {key: [float(number) for number in text.replace(":", ",").split(",")]
               for key, text in preparation.items() if text is not None}
    said = {key: 3 * values if len(values) == 1 else values for key, values in numbers.items()}
    return {**said, "bgr": True} if bgr else said


def _shape(module, picture):
    _, channels, height, width = picture.shape
    return f"{type(module).__name__} for an input of {channels} channels and {height}x{width}"


def _reason(error):
    """The first line of what went wrong first."""
    while error.__cause__ is not None:
        error = error.__cause__
    text = re.sub(r"\x1b\[[0-9;]*m", "", str(error)).strip()
    return f"{type(error).__name__}: {text.splitlines()[0]}" if text else type(error).__name__


def main():
    """The program itself, in the place of this process."""
    os.execv(program, ["replk-tui", *sys.argv[1:]])
