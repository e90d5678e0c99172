"""Makes onnx-edits.safetensors: what edited forms of the networks in onnx/ compute, by PyTorch in double precision.

Needs torch and safetensors: python3 make_onnx_edits.py, after make_onnx.py
"""
import os

import torch
from safetensors.torch import load_file, save_file

import make_onnx


def load(name):
    """The network that make_onnx.py exported, made anew, and its input; its features must be those it had."""
    torch.manual_seed(sum(map(ord, name)))
    model = make_onnx.NETWORKS[name]().eval()
    make_onnx.perturb(model)
    model = model.double()
    golden = load_file(os.path.join(make_onnx.HERE, name) + ".safetensors")
    x = golden["input"].double()
    model.kept = []
    model(x)
    last = model.kept[-1][0].flatten(1).T
    expected = golden[f"stage{len(model.kept)}"]
    assert (last - expected).abs().max() < 1e-5, "another version of PyTorch draws other weights: run make_onnx.py"
    return model, x


def cropped(conv, side):
    """The middle of a convolution's kernels."""
    skip = (conv.kernel_size[0] - side) // 2
    conv.weight = torch.nn.Parameter(conv.weight[:, :, skip : skip + side, skip : skip + side].contiguous())
    conv.kernel_size, conv.padding = (side, side), ((side - 1) // 2 * conv.dilation[0],) * 2


def dilated(conv, dilation):
    conv.dilation = (dilation, dilation)
    conv.padding = ((conv.kernel_size[0] - 1) // 2 * dilation,) * 2


def resnet():
    """Stage 1 without shortcuts, kernels of stage 2 cropped to 1x1, those of stage 3 dilated by 2."""
    model, x = load("resnet")
    for block in model.layer1:
        block.forward = lambda x, b=block: b.act(b.bn2(b.conv2(b.act(b.bn1(b.conv1(x))))))
    for block in model.layer2:
        cropped(block.conv1, 1)
        cropped(block.conv2, 1)
    for block in model.layer3:
        dilated(block.conv1, 2)
        dilated(block.conv2, 2)
    return model, x


def bare():
    """The last stage without its shortcut, which leads over a convolution."""
    model, x = load("resnet")
    for block in model.layer3:
        block.forward = lambda x, b=block: b.act(b.bn2(b.conv2(b.act(b.bn1(b.conv1(x))))))
    return model, x


def convnext():
    """Depth-wise kernels of stage 1 cropped to 3x3, stage 2 without shortcuts."""
    model, x = load("convnext")
    for block in model.stages[0]:
        cropped(block.dwconv, 3)
    last = model.stages[1][2]
    last.forward = lambda x, b=last: (
        b.fc2(torch.nn.functional.gelu(b.fc1(b.norm(b.dwconv(x).permute(0, 2, 3, 1))))) * b.gamma
    ).permute(0, 3, 1, 2)
    return model, x


def main():
    kept = {}
    for make in (resnet, bare, convnext):
        model, x = make()
        model.kept = []
        image = x.requires_grad_()
        model(image)
        feature = model.kept[-1]
        unit = feature[0, :, feature.shape[2] // 2, feature.shape[3] // 2]
        (gradient,) = torch.autograd.grad(unit.relu().sum(), image)
        kept[make.__name__ + ".stage"] = feature.detach().float().contiguous()
        kept[make.__name__ + ".map"] = gradient[0].relu().sum(0).float().contiguous()
    save_file(kept, make_onnx.HERE + "-edits.safetensors")


if __name__ == "__main__":
    main()
