"""Writes chained.pth, a tiny ResNet whose weights PyTorch makes in several steps at each pass, and what it computes.

names/chained.safetensors has what names/golden.safetensors has of the other files of names/, which make_wild_names.py
writes: the input, the output of the last stage, the logits and the effective receptive field.

    pip install torch torchvision timm safetensors
    python make_chained_weights.py
"""
import torch
from safetensors.torch import save_file
from torch import nn
from torch.nn import utils
from torch.nn.utils import parametrizations, prune

from make_wild_names import GOLDEN, OUT, basic, last_stage, record


def pruned(module, name):
    prune.l1_unstructured(module, name, amount=0.4)


def main():
    torch.manual_seed(2)
    x = torch.randn(1, 3, 64, 64)
    GOLDEN["input"] = x
    net = basic(13)
    # Directions, lengths and what was normalised, with masks; as hooks and as parametrizations.
    utils.weight_norm(net.conv1)
    pruned(net.conv1, "weight_v")
    utils.weight_norm(net.layer2[0].conv2)
    pruned(net.layer2[0].conv2, "weight_g")
    pruned(net.layer4[0].conv1, "weight")
    parametrizations.spectral_norm(net.layer4[0].conv1, "weight_orig")
    parametrizations.weight_norm(net.fc)
    pruned(net.fc.parametrizations.weight, "original1")
    # Two norms.
    parametrizations.weight_norm(net.layer1[0].conv2)
    parametrizations.spectral_norm(net.layer1[0].conv2)
    parametrizations.spectral_norm(net.layer2[0].conv1)
    parametrizations.spectral_norm(net.layer2[0].conv1, dim=1)
    # Rows along the second axis, which here is another than the first, and here as long.
    utils.spectral_norm(net.layer3[0].conv1, dim=1)
    parametrizations.spectral_norm(net.layer1[0].conv1, dim=1)
    utils.spectral_norm(net.layer3[0].conv2, dim=1)
    with torch.no_grad():
        for name, value in net.named_parameters():
            if name.endswith(("weight_g", "weight_g_orig", "original0")):
                value.mul_(torch.rand_like(value) + 0.5)
    for module in (net.layer3[0].conv1, net.layer3[0].conv2):
        module.train()
        for _ in range(20):
            module(torch.randn(1, module.in_channels, 8, 8))
    net.eval()
    # What hooks keep is made of what was made before them.
    with torch.no_grad():
        for _ in range(3):
            net(x)
    record("chained.pth", x, lambda x: last_stage(net, x), net)
    torch.save(net.state_dict(), OUT / "chained.pth")
    save_file(GOLDEN, OUT / "chained.safetensors")


if __name__ == "__main__":
    main()
