"""Effective receptive fields of neural networks, computed by the program replk-tui that this package carries.

    import replk_tui
    field, facts = replk_tui.erf("resnet50.pth", size=512, images="photos")
"""

import importlib.util
import json
import operator
import os
import pathlib
import subprocess
import sys
import tempfile

__all__ = ["Error", "erf", "program"]

program = str(pathlib.Path(__file__).parent / "bin" / "replk-tui")


class Error(Exception):
    """What the program said in its one line, and its exit code; why a module cannot be given to it."""

    def __init__(self, message, code):
        super().__init__(message)
        self.code = code


def erf(model, size=224, images=None, *, weights=None, stage=None, tap=None, at=None, count=None,
        rule="paper", threads=None):
    """The effective receptive field of a network.

    model: a name that `replk-tui models` lists, the path of a checkpoint or of an ONNX file, or a
        torch.nn.Module, which is exported to ONNX where `onnx` is installed; else its state dict is
        saved, whose shapes have to tell the network. Where they do not, name it and give the file as
        `weights`.
    size: side of the input in pixels, or (height, width); a module is exported at this size.
    images: path or list of paths of pictures and folders; None: a built-in picture.
    at: (row, column) of the unit on the map of the layer; None: its centre.

    Returns M, the scores averaged over the images, as a float32 array (height, width), and what the
    program tells of the run: metrics, images, weights, what computed it. There a module is called by the
    name of its class.
    """
    import numpy

    sides = _whole_numbers("size", (size, size) if hasattr(size, "__index__") else size,
                           "a whole number of pixels or (height, width)")
    place = None if at is None else _whole_numbers("at", at, "(row, column), whole numbers")
    if images is not None:
        images = [images] if isinstance(images, (str, os.PathLike)) else list(images)
        if not images:
            raise ValueError("images is empty: give paths of pictures, or None for a built-in picture")
    name = type(model).__name__ if hasattr(model, "state_dict") else None
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        if name is not None:
            model = _saved(model, sides, folder)
        words = ["erf", os.fspath(model), "--size", "x".join(map(str, sides))]
        for image in images or []:
            words += ["--image", os.fspath(image)]
        options = {"--weights": weights, "--stage": stage, "--tap": tap, "--count": count,
                   "--rule": rule, "--threads": threads,
                   "--at": None if place is None else ",".join(map(str, place))}
        for option, value in options.items():
            if value is not None:
                words += [option, str(value)]
        map_path = folder / "map.npy"
        run = subprocess.run([program, *words, "--json", "-o", str(map_path)], stdin=subprocess.DEVNULL,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        if run.returncode != 0:
            message = run.stderr.decode(errors="replace").strip().removeprefix("replk-tui: ")
            raise Error(message if name is None else message.replace(str(model), name), run.returncode)
        facts = json.loads(run.stdout)["results"][0]
        if name is not None:
            # The file that it was written to is gone by now.
            for key in ("model", "weights"):
                facts[key] = facts[key].replace(str(model), name)
        return numpy.load(map_path), facts


def _whole_numbers(name, pair, expected):
    """The two whole numbers of an argument, which may be numpy's."""
    try:
        if isinstance(pair, str):
            raise TypeError
        first, second = (operator.index(number) for number in pair)
    except (TypeError, ValueError):
        raise TypeError(f"{name} is {pair!r}: expected {expected}") from None
    return first, second


def _saved(module, sides, folder):
    """The file in `folder` that `module` was written to: as ONNX for an input of `sides`, or its weights.

    The module is left as it was: in its mode, on its device, in its type.
    """
    import torch

    if not importlib.util.find_spec("onnx"):
        torch.save(module.state_dict(), folder / "model.pth")
        return folder / "model.pth"
    weight = next((value for value in module.parameters() if value.is_floating_point()), None)
    first = next((part for part in module.modules() if isinstance(part, torch.nn.Conv2d)), None)
    picture = torch.zeros(
        1, first.in_channels if first is not None else 3, *sides,
        dtype=torch.float32 if weight is None else weight.dtype,
        device=None if weight is None else weight.device)
    modes = {part: part.training for part in module.modules()}
    module.eval()
    try:
        # The newer exporter needs onnxscript besides; both write what the program reads.
        torch.onnx.export(module, (picture,), str(folder / "model.onnx"), input_names=["input"], verbose=False,
                          dynamo=importlib.util.find_spec("onnxscript") is not None)
    except Exception as error:
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise Error(f"{type(module).__name__} cannot be exported to ONNX for an input of "
                    f"{sides[0]}x{sides[1]}: {reason}", 1) from error
    finally:
        for part, training in modes.items():
            part.training = training
    return folder / "model.onnx"


def main():
    """The program itself, in the place of this process."""
    os.execv(program, ["replk-tui", *sys.argv[1:]])
