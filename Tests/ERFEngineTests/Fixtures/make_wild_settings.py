"""Writes checkpoints whose configuration tells strides as mmengine >= 0.8 writes it, whose settings name the
network, and in which an object stands where a weight belongs.

settings/NAME holds tiny ResNets, zipped again with compression; settings/golden.safetensors has, for one input of
64 x 64, the output of the last stage (NAME/features) by torchvision's own network with those strides.

    pip install torch torchvision numpy safetensors
    python make_wild_settings.py
"""
import types
import sys
import zipfile
from collections import OrderedDict
from pathlib import Path

import torch
from safetensors.torch import save_file
from torchvision.models.resnet import Bottleneck, ResNet

from make_wild_names import basic, last_stage, randomise, shrunk

OUT = Path(__file__).parent / "settings"
GOLDEN = {}


def save(name, held, way=zipfile.ZIP_DEFLATED):
    torch.save(held, OUT / name)
    with zipfile.ZipFile(OUT / name) as source:
        files = [(i.filename, source.read(i)) for i in source.infolist()]
    with zipfile.ZipFile(OUT / name, "w", way) as target:
        for file, held in files:
            target.writestr(zipfile.ZipInfo(file), held, way)


def prefixed(held, prefix):
    return OrderedDict((prefix + k, v) for k, v in held.items() if not k.startswith("fc."))


def written(numbers):
    return "(\n" + "".join(f"            {i},\n" for i in numbers) + "        )"


def config(strides, dilations):
    return ("model = dict(\n    backbone=dict(\n        contract_dilation=True,\n        depth=50,\n"
            f"        dilations={written(dilations)},\n        norm_eval=False,\n        strides={written(strides)},\n"
            "        style='pytorch',\n        type='ResNetV1c'),\n    decode_head=dict(type='UPerHead'))\n"
            "optim_wrapper = dict(paramwise_cfg=dict(custom_keys=dict(backbone=dict(lr_mult=0.1))))\n")


class Weight:
    __module__ = "my.layers"


def main():
    OUT.mkdir(exist_ok=True)
    torch.manual_seed(1)
    x = torch.randn(1, 3, 64, 64)
    GOLDEN["input"] = x
    head = {"decode_head.conv_seg.weight": torch.zeros(5, 64, 1, 1)}
    for name, strides, dilations, replaced in [
        ("os16.pth", (1, 2, 2, 1), (1, 1, 1, 2), [False, False, True]),
        ("upernet.pth", (1, 2, 2, 2), (1, 1, 1, 1), None),
    ]:
        net = randomise(shrunk(ResNet(Bottleneck, [1, 1, 1, 2], replace_stride_with_dilation=replaced), 2), 3)
        save(name, {"meta": {"cfg": config(strides, dilations)},
                    "state_dict": {**prefixed(net.state_dict(), "backbone."), **head}})
        with torch.no_grad():
            GOLDEN[name + "/features"] = last_stage(net, x).contiguous()
    held = basic(5).state_dict()
    save("nested-names.pth", {"config": {"model": {"name": "resnet18_blur"}}, "cfg": {"MODEL": {"NAME": "drn_d_22"}},
                              "model_state_dict": held})
    save("fcn18.pth", {"arch": "fcn_resnet18", "state_dict": held})
    save("output-stride.pth", {"args": {"output_stride": 8}, "state_dict": held})
    save("replaced.pth", {"args": {"replace_stride_with_dilation": [False, True, True]}, "state_dict": held})
    save("dilated.pth", {"hyper_parameters": {"dilated": True}, "state_dict": held})
    save("plus.pth", {"arch": "deeplabv3plus_resnet50", "state_dict": prefixed(net.state_dict(), "")})
    save("plus-16.pth", {"args": {"arch": "deeplabv3plus_resnet50", "output_stride": 16},
                         "state_dict": prefixed(net.state_dict(), "")})
    save("quiet.pth", {"env": {"os": "8"}, "args": {"dilation": 1, "output_stride": 32, "dilated": False,
                                                    "augment": {"dilation": 3}}, "state_dict": held})
    save("array.pth", {"model": {**held, "conv1.weight": held["conv1.weight"].numpy()}})
    module = types.ModuleType("my.layers")
    module.Weight = Weight
    sys.modules["my"], sys.modules["my.layers"] = types.ModuleType("my"), module
    Weight.__qualname__ = "Weight"
    save("object.pth", {"model": {**held, "layer1.0.conv1.weight": Weight()}})
    for name, way in [("bzip2.pth", zipfile.ZIP_BZIP2), ("lzma.pth", zipfile.ZIP_LZMA)]:
        save(name, {"weight": torch.zeros(2)}, way)
    save_file(GOLDEN, OUT / "golden.safetensors")


if __name__ == "__main__":
    main()
