"""Effective receptive fields of neural networks, computed by the program replk-tui that this package carries.

    import replk_tui
    field, facts = replk_tui.erf("resnet50.pth", size=512, images="photos")
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile

__all__ = ["Error", "erf", "program"]

program = str(pathlib.Path(__file__).parent / "bin" / "replk-tui")


class Error(Exception):
    """What the program said in its one line, and its exit code."""

    def __init__(self, message, code):
        super().__init__(message)
        self.code = code


def erf(model, size=224, images=None, *, weights=None, stage=None, tap=None, at=None, count=None,
        rule="paper", threads=None):
    """The effective receptive field of a network.

    model: a name that `replk-tui models` lists, the path of a checkpoint, or a torch.nn.Module, whose
        state dict is saved to a temporary file. Where shapes do not tell the network, name it and give
        the file as `weights`.
    size: side of the input in pixels, or (height, width).
    images: path or list of paths of pictures and folders; None: a built-in picture.

    Returns M, the scores averaged over the images, as a float32 array (height, width), and what the
    program tells of the run: metrics, images, weights, what computed it.
    """
    import numpy

    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        if hasattr(model, "state_dict"):
            import torch

            path = folder / "model.pth"
            torch.save(model.state_dict(), path)
            model = path
        sides = size if isinstance(size, (tuple, list)) else (size, size)
        words = ["erf", os.fspath(model), "--size", "x".join(str(int(side)) for side in sides)]
        if images is not None:
            for image in [images] if isinstance(images, (str, os.PathLike)) else images:
                words += ["--image", os.fspath(image)]
        options = {"--weights": weights, "--stage": stage, "--tap": tap, "--count": count,
                   "--rule": rule, "--threads": threads,
                   "--at": None if at is None else ",".join(str(int(place)) for place in at)}
        for name, value in options.items():
            if value is not None:
                words += [name, str(value)]
        map_path = folder / "map.npy"
        run = subprocess.run([program, *words, "--json", "-o", str(map_path)], stdin=subprocess.DEVNULL,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        if run.returncode != 0:
            message = run.stderr.decode(errors="replace").strip().removeprefix("replk-tui: ")
            raise Error(message, run.returncode)
        return numpy.load(map_path), json.loads(run.stdout)["results"][0]


def main():
    """The program itself, in the place of this process."""
    os.execv(program, ["replk-tui", *sys.argv[1:]])
