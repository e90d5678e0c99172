"""Exports one network of every module of timm, and torchvision's backbones, runs replk-tui on each, and
compares features and fields of two layers with PyTorch's; writes docs/onnx-families.md.

Needs torch, torchvision, timm, onnx, onnxscript, safetensors in a virtual environment of its own:

    python3 -m venv /tmp/families && /tmp/families/bin/pip install torch torchvision timm onnx onnxscript safetensors
    /tmp/families/bin/python Scripts/families.py .build/release/replk-tui [NAME ...]
"""
import json
import os
import subprocess
import sys
import tempfile
import warnings

import numpy as np
import torch
import torch.nn as nn

warnings.filterwarnings("ignore")


def timm_names():
    """The smallest network of every module of timm."""
    import timm

    names = []
    for module in timm.list_modules():
        models = [m for m in timm.list_models(module=module) if "in22" not in m]
        best = None
        for name in models:
            try:
                with torch.device("meta"):
                    model = timm.create_model(name)
            except Exception:
                continue
            size = sum(p.numel() for p in model.parameters())
            if best is None or size < best[0]:
                best = (size, name)
        if best:
            names.append((module, "timm:" + best[1]))
    return names


def torchvision_names():
    names = ["resnet18", "mobilenet_v2", "mobilenet_v3_small", "efficientnet_b0", "convnext_tiny", "densenet121",
             "regnet_y_400mf", "shufflenet_v2_x0_5", "squeezenet1_1", "mnasnet0_5", "vgg11_bn", "alexnet",
             "googlenet", "inception_v3", "swin_t", "swin_v2_t", "vit_b_32", "maxvit_t",
             "segmentation:fcn_resnet50", "segmentation:lraspp_mobilenet_v3_large", "segmentation:deeplabv3_resnet50",
             "detection:fcos_resnet50_fpn", "detection:retinanet_resnet50_fpn",
             "detection:ssdlite320_mobilenet_v3_large"]
    return [("torchvision", "tv:" + name) for name in names]


def make(name):
    torch.manual_seed(0)
    kind, rest = name.split(":", 1)
    if kind == "timm":
        import timm

        model = timm.create_model(rest, pretrained=False)
        size = model.pretrained_cfg.get("input_size", (3, 224, 224))[1:]
    else:
        import torchvision

        part = torchvision.models
        size = (224, 224)
        if ":" in rest:
            area, rest = rest.split(":")
            part = getattr(part, area)
            model = getattr(part, rest)(weights=None, weights_backbone=None)
            model = model.backbone
        else:
            options = {"init_weights": False, "aux_logits": False} if rest in ("googlenet", "inception_v3") else {}
            if rest == "inception_v3":
                size = (299, 299)
            model = getattr(part, rest)(weights=None, **options)
    model.eval()
    with torch.no_grad():
        for module in model.modules():
            if isinstance(module, nn.BatchNorm2d):
                module.running_mean.add_(torch.randn_like(module.running_mean) * 0.05)
                module.running_var.mul_(torch.rand_like(module.running_var) * 0.5 + 0.75)
        for p in model.parameters():
            p.add_(torch.randn_like(p) * 0.02 * p.std().clamp(min=1e-3) if p.numel() > 1 else 0)
    return model, size


def run(program, *arguments):
    return subprocess.run([program, *arguments], capture_output=True, text=True, timeout=900)


def like(own, expected):
    """PyTorch's feature in the order of axes that the program writes."""
    if own.ndim == 4 and expected.ndim == 4 and own.shape != expected.shape:
        return expected.transpose(0, 3, 1, 2)
    return expected


def field(model, path, x):
    """The paper's map of the unit in the middle of the output of a module, and the output."""
    kept = []
    handle = dict(model.named_modules())[path].register_forward_hook(lambda m, i, o: kept.append(o))
    image = x.clone().requires_grad_()
    model(image)
    handle.remove()
    feature = kept[0]
    return feature, image


def check(program, name, folder):
    model, size = make(name)
    x = torch.randn(1, 3, *size)
    path = os.path.join(folder, "m.onnx")
    try:
        torch.onnx.export(model, (x,), path, dynamo=False, opset_version=17)
    except Exception as error:
        return "not exported", str(error).splitlines()[0][:80]
    info = run(program, "info", path, "--json")
    if info.returncode != 0:
        return "not opened", info.stderr.strip().splitlines()[-1].replace(folder, "")[:160]
    rows = json.loads(info.stdout)["rows"]
    modules = dict(model.named_modules())
    taps = [row["name"] for row in rows if row["name"] in modules]
    if not taps:
        return "opened", "no module is a layer by itself"
    picture = os.path.join(folder, "x.npy")
    np.save(picture, x.numpy())
    worst = 0.0
    for tap in sorted({taps[len(taps) // 2], taps[-1]}):
        out, image = os.path.join(folder, "f.npy"), os.path.join(folder, "map.npy")
        done = run(program, "features", path, "--tensor", picture, "--tap", tap, "-o", out)
        if done.returncode == 0:
            done = run(program, "erf", path, "--tensor", picture, "--tap", tap, "-o", image)
        if done.returncode != 0:
            return "opened", done.stderr.strip().splitlines()[-1].replace(folder, "")[:160]
        own = np.load(out)
        feature, source = field(model, tap, x)
        expected = like(own, feature.detach().numpy())
        if own.shape != expected.shape:
            return "differs", f"{tap}: {own.shape} against {expected.shape}"
        worst = max(worst, float(np.abs(own - expected).max() / max(1, np.abs(expected).max())))
        if feature.dim() == 4:
            chosen = feature if own.shape == feature.shape else feature.permute(0, 3, 1, 2)
            chosen = chosen[0, :, chosen.shape[2] // 2, chosen.shape[3] // 2]
        else:
            side = int(feature.shape[1] ** 0.5)
            prefix = feature.shape[1] - side * side
            chosen = feature[0, prefix + side // 2 * side + side // 2]
        (gradient,) = torch.autograd.grad(chosen.relu().sum(), source)
        map = gradient[0].relu().sum(0).numpy()
        worst = max(worst, float(np.abs(np.load(image) - map).max() / max(1e-12, map.max())))
    return ("equal" if worst < 1e-3 else "differs"), f"{len(taps)} layers, {worst:.0e}"


def main():
    program = os.path.abspath(sys.argv[1])
    wanted = sys.argv[2:]
    rows = []
    for module, name in timm_names() + torchvision_names():
        if wanted and not any(w in name or w == module for w in wanted):
            continue
        with tempfile.TemporaryDirectory() as folder:
            try:
                result, remark = check(program, name, folder)
            except Exception as error:
                result, remark = "failed", repr(error)[:120]
        rows.append((module, name, result, remark))
        print(*rows[-1], sep=" | ", flush=True)
    if wanted:
        return
    equal = sum(row[2] == "equal" for row in rows)
    here = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    with open(os.path.join(here, "docs", "onnx-families.md"), "w") as file:
        file.write(
            "# Families of networks that open\n\nMade by `Scripts/families.py`: one network of every module of timm, and"
            " torchvision's, exported and compared with PyTorch: features and receptive fields of two layers each."
            f" {equal} of {len(rows)} are equal.\n\n| module | network | result | remark |\n|---|---|---|---|\n"
        )
        for row in rows:
            file.write("| " + " | ".join(cell.replace("|", "/") for cell in row) + " |\n")


if __name__ == "__main__":
    main()
