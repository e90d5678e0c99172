"""Writes the small checkpoints that ship with the project, all with the same six tensors and one more.

    pip install torch numpy safetensors
    python make_checkpoints.py
"""
import argparse
import os
import pickle
from collections import Counter, OrderedDict
from pathlib import Path

import numpy
import torch
from safetensors.torch import save_file

OUT = Path(__file__).parent / "checkpoints"


class RunsACommand:
    """A loader that executes pickles would run this."""

    def __reduce__(self):
        return os.system, ("exit 0",)


def tensors():
    """Element i of each tensor is i / 2 - 1, whatever the type and the order in memory."""
    def ramp(*shape, dtype=torch.float32):
        count = torch.Size(shape).numel()
        return (torch.arange(count) / 2 - 1).to(dtype).reshape(shape)

    flat = torch.cat([torch.zeros(3), ramp(4)])
    return OrderedDict(
        plain=ramp(2, 3), half=ramp(5, dtype=torch.float16), brain=ramp(5, dtype=torch.bfloat16),
        double=ramp(5, dtype=torch.float64), whole=ramp(6, dtype=torch.int64),
        transposed=ramp(3, 2).t().contiguous().t(), window=flat[3:], parameter=torch.nn.Parameter(ramp(2, 2)),
    )


def integers():
    """Every type of integer at its edges, and what is told but not converted."""
    held = OrderedDict()
    for name in ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"):
        dtype = getattr(torch, name)
        edges = [torch.iinfo(dtype).min, 0, 7, torch.iinfo(dtype).max]
        held[name] = torch.from_numpy(numpy.array(edges, dtype=name))
    held["bool"] = torch.tensor([False, True])
    held["complex"] = torch.zeros(3, dtype=torch.complex64)
    held["float8"] = torch.zeros(4).to(torch.float8_e4m3fn)
    return held


def shared():
    """Tensors that lie in one storage: a number that repeats, columns, every second element, the same twice."""
    flat = torch.arange(24) / 2 - 1
    return OrderedDict(
        whole=flat, repeated=flat[3].expand(2, 5), column=flat.view(4, 6)[:, 2], tied=flat,
        corner=flat.view(4, 6)[1:3, 4:], axes=flat.view(2, 3, 4).permute(2, 0, 1), every_second=flat[1::2],
        empty=torch.zeros(0, 3), number=flat[5],
    )


def main():
    OUT.mkdir(exist_ok=True)
    for name, held in (("integers", integers()), ("shared", shared())):
        torch.save(held, OUT / f"{name}.pth")
        torch.save(held, OUT / f"{name}-legacy.pth", _use_new_zipfile_serialization=False)
    save_file(integers(), OUT / "integers.safetensors")
    held = tensors()
    torch.save(held, OUT / "zip.pth")
    torch.save(held, OUT / "legacy.pth", _use_new_zipfile_serialization=False)
    torch.save(dict(held), OUT / "protocol4.pth", pickle_protocol=4)
    torch.save({
        "model_ema": {"module." + k: v + 100 for k, v in held.items()},
        "model": {"module." + k: v for k, v in held.items()},
        "epoch": 119, "best": numpy.float64(91.7), "args": argparse.Namespace(lr=4e-3),
        "scheduler": {"milestones": Counter([30, 60]), "last": [1, 2.5, None]},
    }, OUT / "wrapped.pth")
    torch.save({"model": held, "hook": RunsACommand()}, OUT / "runs-a-command.pth")
    torch.save({"model": held, "hook": RunsACommand()}, OUT / "runs-a-command-legacy.pth",
               _use_new_zipfile_serialization=False)
    (OUT / "runs-a-command.pkl").write_bytes(pickle.dumps(RunsACommand()))
    (OUT / "no-checkpoint.pkl").write_bytes(pickle.dumps({"a": 1}, protocol=2))


if __name__ == "__main__":
    main()
