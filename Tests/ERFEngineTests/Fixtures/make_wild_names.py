"""Writes checkpoints whose names, heads and inputs are those that people have, with what PyTorch computes.

names/NAME holds tiny ResNets; names/golden.safetensors has, for one input of 64 x 64, the output of the last stage
(NAME/features), the logits where there are any (NAME/logits), and the effective receptive field of the stage's
central unit (NAME/erf: the positive part of the gradient of its positive answers, summed over channels).

    pip install torch torchvision timm safetensors
    python make_wild_names.py
"""
import json
from collections import OrderedDict
from pathlib import Path

import timm
import torch
import torch.nn as nn
import torch.nn.functional as F
from safetensors.torch import save_file
from torch.nn import utils
from torch.nn.utils import prune
from torchvision.models.resnet import BasicBlock, Bottleneck, ResNet
from torchvision.models.segmentation.fcn import FCNHead

OUT = Path(__file__).parent / "names"
GOLDEN = {}


def randomise(net, seed):
    torch.manual_seed(seed)
    for module in net.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight)
        if isinstance(module, nn.BatchNorm2d):
            nn.init.uniform_(module.weight, 0.5, 1.5)
            nn.init.normal_(module.bias, 0, 0.1)
            module.running_mean.normal_(0, 0.1)
            module.running_var.uniform_(0.5, 1.5)
    return net.eval()


def shrunk(net, width, inputs=3):
    """The same network with `width` planes instead of 64."""
    for name, module in list(net.named_modules()):
        parent, leaf = net.get_submodule(name.rpartition(".")[0]), name.rpartition(".")[2]
        if isinstance(module, nn.Conv2d):
            i = inputs if name == "conv1" else module.in_channels * width // 64
            setattr(parent, leaf, nn.Conv2d(
                i, module.out_channels * width // 64, module.kernel_size, module.stride, module.padding,
                module.dilation, bias=False))
        if isinstance(module, nn.BatchNorm2d):
            setattr(parent, leaf, nn.BatchNorm2d(module.num_features * width // 64))
        if isinstance(module, nn.Linear):
            setattr(parent, leaf, nn.Linear(module.in_features * width // 64, module.out_features))
    return net


def basic(seed, classes=7, inputs=3):
    return randomise(shrunk(ResNet(BasicBlock, [1, 1, 1, 1], num_classes=classes), 2, inputs), seed)


class Cifar(nn.Module):
    """The CIFAR ResNet that everybody trains: a 3x3 stem, and shortcuts called so."""

    class Block(nn.Module):
        def __init__(self, inputs, planes, stride):
            super().__init__()
            self.conv1 = nn.Conv2d(inputs, planes, 3, stride, 1, bias=False)
            self.bn1 = nn.BatchNorm2d(planes)
            self.conv2 = nn.Conv2d(planes, planes, 3, 1, 1, bias=False)
            self.bn2 = nn.BatchNorm2d(planes)
            self.shortcut = nn.Sequential()
            if stride != 1 or inputs != planes:
                self.shortcut = nn.Sequential(
                    nn.Conv2d(inputs, planes, 1, stride, bias=False), nn.BatchNorm2d(planes))

        def forward(self, x):
            y = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
            return F.relu(y + self.shortcut(x))

    def __init__(self, width=2):
        super().__init__()
        self.conv1 = nn.Conv2d(3, width, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        inputs = width
        for stage in range(4):
            planes = width << stage
            blocks = [self.Block(inputs, planes, 1 if stage == 0 else 2), self.Block(planes, planes, 1)]
            setattr(self, f"layer{stage + 1}", nn.Sequential(*blocks))
            inputs = planes
        self.linear = nn.Linear(inputs, 10)

    def features(self, x):
        x = F.relu(self.bn1(self.conv1(x)))
        return self.layer4(self.layer3(self.layer2(self.layer1(x))))

    def forward(self, x):
        return self.linear(self.features(x).mean((2, 3)))


def last_stage(net, x):
    x = net.maxpool(net.relu(net.bn1(net.conv1(x))))
    return net.layer4(net.layer3(net.layer2(net.layer1(x))))


def record(name, x, features, logits=None):
    x = x.clone().requires_grad_(True)
    out = features(x)
    F.relu(out[:, :, out.shape[2] // 2, out.shape[3] // 2]).sum().backward()
    GOLDEN[f"{name}/features"] = out.detach().contiguous()
    GOLDEN[f"{name}/erf"] = x.grad.clamp(min=0).sum((0, 1)).contiguous()
    if logits is not None:
        with torch.no_grad():
            GOLDEN[f"{name}/logits"] = logits(x).contiguous()


def save(name, held):
    torch.save(held, OUT / name)


def prefixed(held, prefix):
    return OrderedDict((prefix + k, v) for k, v in held.items())


def segmentation(x):
    net = randomise(shrunk(ResNet(
        Bottleneck, [1, 2, 2, 2], replace_stride_with_dilation=[False, True, True]), 2), 3)
    body = OrderedDict((k, v) for k, v in net.state_dict().items() if not k.startswith("fc."))
    head = prefixed(FCNHead(64, 5).state_dict(), "classifier.")
    save("fcn.pth", {**prefixed(body, "backbone."), **head,
                     **prefixed(FCNHead(32, 5).state_dict(), "aux_classifier.")})
    record("fcn.pth", x, lambda x: last_stage(net, x))
    config = ("model = dict(\n    type='EncoderDecoder',\n    backbone=dict(\n"
              "        type='ResNet',\n        depth=50,\n"
              "        dilations=(1, 1, 2, 4),\n        strides=(1, 2, 1, 1),\n        style='pytorch',\n"
              "        contract_dilation=True),\n    decode_head=dict(num_classes=5))\n")
    save("mmseg.pth", {"meta": {"config": config, "epoch": 3}, "state_dict": {
        **prefixed(body, "backbone."), "decode_head.conv_seg.weight": torch.zeros(5, 64, 1, 1)}})
    GOLDEN["mmseg.pth/features"] = GOLDEN["fcn.pth/features"].clone()

    net = randomise(shrunk(ResNet(Bottleneck, [1, 1, 1, 1]), 2), 4)
    for stage in (2, 3, 4):
        block = getattr(net, f"layer{stage}")[0]
        block.conv1.stride, block.conv2.stride = (2, 2), (1, 1)
    body = OrderedDict((k, v) for k, v in net.state_dict().items() if not k.startswith("fc."))
    save("caffe.pth", {"meta": {"config": "model = dict(backbone=dict(\n    strides=(1, 2, 2, 2),\n"
                                          "    dilations=(1, 1, 1, 1),\n    style='caffe'))\n"},
                       "state_dict": {**prefixed(body, "backbone."), "neck.conv.weight": torch.zeros(2, 2)}})
    record("caffe.pth", x, lambda x: last_stage(net, x))


def made_at_each_pass(x):
    """Weights that PyTorch makes of others: lengths of one axis or of all, and largest singular values."""
    def of_each(make, **keywords):
        net = basic(12)
        for module in (net.conv1, net.layer1[0].conv2, net.layer2[0].conv1, net.fc):
            make(module, **keywords)
        return net

    def stretched(net):
        with torch.no_grad():
            for name, value in net.named_parameters():
                if name.endswith(("weight_g", "original0")):
                    value.mul_(torch.rand_like(value) + 0.5)
        return net.eval()

    def settled(net):
        net.train()
        for module in (net.conv1, net.layer1[0].conv2, net.layer2[0].conv1):
            for _ in range(3):
                module(torch.randn(1, module.in_channels, 8, 8))
        return net.eval()

    made = {
        "weight-norm.pth": stretched(of_each(utils.weight_norm)),
        "weight-norm-axis.pth": stretched(of_each(utils.weight_norm, dim=1)),
        "weight-norm-whole.pth": stretched(of_each(utils.weight_norm, dim=None)),
        "weight-norm-parametrized.pth": stretched(of_each(utils.parametrizations.weight_norm)),
        "spectral-norm.pth": settled(of_each(utils.spectral_norm)),
        "spectral-norm-parametrized.pth": settled(of_each(utils.parametrizations.spectral_norm)),
    }
    for name, net in made.items():
        record(name, x, lambda x: last_stage(net, x), net)
        save(name, net.state_dict())


def main():
    OUT.mkdir(exist_ok=True)
    torch.manual_seed(1)
    x = torch.randn(1, 3, 64, 64)
    GOLDEN["input"] = x
    segmentation(x)

    net = basic(5)
    held = net.state_dict()
    record("plain.pth", x, lambda x: last_stage(net, x), net)
    save("plain.pth", held)
    save("compiled.pth", {"model": OrderedDict(
        ("_orig_mod." + k.replace("layer2.", "layer2._orig_mod."), v) for k, v in held.items())})
    save("sequential.pth", nn.Sequential(*net.children()).state_dict())
    pruned = basic(5)
    for module in (pruned.conv1, pruned.layer1[0].conv2, pruned.fc):
        prune.l1_unstructured(module, "weight", amount=0.4)
    record("pruned.pth", x, lambda x: last_stage(pruned, x), pruned)
    save("pruned.pth", pruned.state_dict())
    save("head-pruned.pth", {k.replace("fc.", "classifier."): v for k, v in pruned.state_dict().items()})
    made_at_each_pass(x)

    other = basic(6).state_dict()
    body = OrderedDict((k, v) for k, v in held.items() if not k.startswith("fc."))
    follower = OrderedDict((k, v) for k, v in other.items() if not k.startswith("fc."))
    head = OrderedDict([("head.mlp.0.weight", torch.zeros(4, 16)), ("head.mlp.0.bias", torch.zeros(4)),
                        ("head.last_layer.weight_v", torch.zeros(3, 4))])
    save("dino.pth", {"student": prefixed({**prefixed(follower, "backbone."), **head}, "module."),
                      "teacher": {**prefixed(body, "backbone."), **head}, "epoch": 100, "arch": "resnet18"})
    mlp = OrderedDict([("fc.0.weight", torch.zeros(16, 16)), ("fc.0.bias", torch.zeros(16)),
                       ("fc.2.weight", torch.zeros(8, 16)), ("fc.2.bias", torch.zeros(8))])
    save("moco.pth", {"arch": "resnet18", "state_dict": {
        **prefixed({**body, **mlp}, "module.encoder_q."), **prefixed({**follower, **mlp}, "module.encoder_k."),
        "module.queue": torch.zeros(8, 4)}})
    fc = {"weight": held["fc.weight"], "bias": held["fc.bias"]}
    for name in ("fc.1", "last_linear", "classifier", "head.fc"):
        save(f"head-{name}.pth", {**body, **prefixed(fc, name + ".")})
    save("head-arcface.pth", {**body, "fc.weight": torch.zeros(100, 16)})
    save("head-mlp.pth", {**body, **mlp})
    save("extra.pth", {**held, "layer1.0.attention.weight": torch.zeros(2), "queue": torch.zeros(3)})
    save("extra-headless.pth", {**body, **mlp, "layer1.0.attention.weight": torch.zeros(2)})
    save("blur.pth", {"args": __import__("argparse").Namespace(arch="resnetblur18"), "model": held})

    net = Cifar()
    randomise(net, 8)
    record("cifar18.pth", x, net.features, net)
    save("cifar18.pth", {"net": prefixed(net.state_dict(), "module."), "acc": 95.1, "epoch": 180})

    grey = basic(9, inputs=1)
    shares = torch.tensor([0.299, 0.587, 0.114]).view(1, 3, 1, 1)
    record("grey.pth", x, lambda x: last_stage(grey, (x * shares).sum(1, keepdim=True)),
           lambda x: grey((x * shares).sum(1, keepdim=True)))
    save("grey.pth", grey.state_dict())
    four = basic(10, inputs=4)
    record("four.pth", x, lambda x: last_stage(four, torch.cat([x, 0 * x[:, :1]], 1)),
           lambda x: four(torch.cat([x, 0 * x[:, :1]], 1)))
    save("four.pth", four.state_dict())

    folder = OUT / "shards"
    folder.mkdir(exist_ok=True)
    names = sorted(k for k in held if "num_batches" not in k)
    files = {"model-00001-of-00002.safetensors": names[::2], "model-00002-of-00002.safetensors": names[1::2]}
    for file, keys in files.items():
        save_file({k: held[k].contiguous() for k in keys}, folder / file)
    (folder / "model.safetensors.index.json").write_text(json.dumps(
        {"metadata": {"total_size": 1}, "weight_map": {k: f for f, keys in files.items() for k in keys}}, indent=1))

    lite = timm.models.efficientnet._gen_efficientnet_lite(
        "tf_efficientnet_lite0", channel_multiplier=0.1, num_classes=3, bn_eps=1e-3, pad_type="same")
    randomise(lite, 11).half().float()

    def features(x):
        x = lite.bn1(lite.conv_stem(x))
        for group in lite.blocks:
            x = group(x)
        return x
    save_file({k: v.half() for k, v in lite.state_dict().items() if "num_batches" not in k},
              OUT / "timm-lite.safetensors")
    record("timm-lite.safetensors", x, features, lite)
    full = timm.create_model("tf_efficientnet_lite0", pretrained=False)
    (OUT / "tf_efficientnet_lite0.txt").write_text("".join(
        f"{k} {' '.join(map(str, v.shape))}\n" for k, v in full.state_dict().items()))

    save_file(GOLDEN, OUT / "golden.safetensors")


if __name__ == "__main__":
    main()
