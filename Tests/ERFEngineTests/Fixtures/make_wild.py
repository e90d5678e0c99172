"""Writes checkpoints as training programs leave them: objects of other libraries beside the weights, tensors
of unusual kinds, names of compilers, pruning and parallel training. All hold the same tiny ResNet.

    pip install torch torchvision numpy
    python make_wild.py
"""
import argparse
import collections
import datetime
import pathlib
import pickle
import sys
import types
import zipfile
from collections import OrderedDict, defaultdict
from pathlib import Path

import numpy
import torch
from torchvision.models.resnet import BasicBlock, ResNet

OUT = Path(__file__).parent / "wild"


def foreign(module, name, base=object):
    """A class of a library that is not installed."""
    parts = module.split(".")
    for end in range(1, len(parts) + 1):
        sys.modules.setdefault(".".join(parts[:end]), types.ModuleType(".".join(parts[:end])))
    made = type(name, (base,), {"__module__": module})
    setattr(sys.modules[module], name, made)
    return made


def network(seed=0, classes=7, width=2):
    """torchvision's ResNet with one basic block a stage and `width` planes in the first."""
    torch.manual_seed(seed)
    net = ResNet(BasicBlock, [1, 1, 1, 1], num_classes=classes)
    inputs = 3
    for name, module in list(net.named_modules()):
        parent = net.get_submodule(name.rpartition(".")[0])
        leaf = name.rpartition(".")[2]
        if isinstance(module, torch.nn.Conv2d):
            i = inputs if name == "conv1" else module.in_channels * width // 64
            setattr(parent, leaf, torch.nn.Conv2d(
                i, module.out_channels * width // 64, module.kernel_size, module.stride, module.padding, bias=False))
        if isinstance(module, torch.nn.BatchNorm2d):
            setattr(parent, leaf, torch.nn.BatchNorm2d(module.num_features * width // 64))
    net.fc = torch.nn.Linear(512 * width // 64, classes)
    for module in net.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.running_mean.normal_(0, 0.1)
            module.running_var.uniform_(0.5, 1.5)
    return net.eval()


def companions():
    """What stands beside weights in the files of mmengine, Lightning, detectron2 and hand-written loops."""
    history = foreign("mmengine.logging.history_buffer", "HistoryBuffer")()
    history.__dict__.update(_log_history=numpy.arange(5.0), _statistics_methods={"mean": max})
    config = foreign("omegaconf.dictconfig", "DictConfig")()
    config.__dict__.update(_content={"lr": 0.1}, _metadata=foreign("omegaconf.base", "ContainerMetadata")())
    easy = foreign("easydict", "EasyDict", dict)(lr=0.1)
    node = foreign("yacs.config", "CfgNode", dict)({"MODEL": {"DEPTH": 18}})
    hyper = foreign("lightning.fabric.utilities.data", "AttributeDict", dict)(lr=0.1)
    logs = defaultdict(list)
    logs["loss"].append(1.5)
    return {
        "message_hub": {"log_scalars": {"loss": history}}, "cfg": config, "args": easy, "yacs": node,
        "hyper_parameters": hyper, "logs": logs, "path": pathlib.PosixPath("/data/imagenet"),
        "time": datetime.datetime(2023, 5, 1, 12, 30), "random_state": numpy.random.RandomState(1).get_state(),
        "array": numpy.arange(6.0).reshape(2, 3), "ring": collections.deque([1, 2], maxlen=4),
        "epoch": 119, "namespace": argparse.Namespace(arch="resnet18"),
    }


def save(name, held, **options):
    torch.save(held, OUT / name, **options)


def main():
    OUT.mkdir(exist_ok=True)
    weights = network().state_dict()
    save("companions.pth", {"state_dict": weights, **companions()})
    save("companions-legacy.pth", {"state_dict": weights, **companions()}, _use_new_zipfile_serialization=False)
    save("companions-4.pth", {"state_dict": weights, **companions()}, pickle_protocol=4)
    save("whole-model.pth", network())

    quantised = OrderedDict(weights)
    quantised["fc.weight"] = torch.quantize_per_tensor(weights["fc.weight"], 0.1, 0, torch.qint8)
    save("quantised.pth", quantised)
    sparse = OrderedDict(weights)
    sparse["fc.weight"] = weights["fc.weight"].to_sparse()
    save("sparse.pth", sparse)
    meta = OrderedDict(weights)
    meta["fc.weight"] = weights["fc.weight"].to("meta")
    save("meta.pth", meta)
    objects = OrderedDict(weights)
    objects["fc.weight"] = foreign("bitsandbytes.nn.modules", "Params4bit")()
    save("object.pth", objects)
    arrays = OrderedDict((k, v.numpy()) for k, v in weights.items())
    save("arrays.pth", arrays)
    small = OrderedDict(weights)
    small["fc.weight"] = weights["fc.weight"].to(torch.float8_e4m3fn)
    save("float8.pth", small)
    paired = OrderedDict(weights)
    paired["fc.weight"] = weights["fc.weight"].to(torch.complex64)
    save("complex.pth", paired)
    whole = OrderedDict(weights)
    whole["fc.bias"] = torch.arange(7).to(torch.uint16)
    save("unsigned.pth", whole)

    with zipfile.ZipFile(OUT / "companions.pth") as source, zipfile.ZipFile(
            OUT / "deflated.pth", "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            target.writestr(name, source.read(name))


if __name__ == "__main__":
    main()
