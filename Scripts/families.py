"""Exports one network of every module of timm, and torchvision's backbones, runs replk-tui on each, and
compares features and fields of two layers with PyTorch's; writes docs/onnx-families.md.

Needs torch, torchvision, timm, onnx, onnxscript, safetensors in a virtual environment of its own:

    python3 -m venv /tmp/families && /tmp/families/bin/pip install torch torchvision timm onnx onnxscript safetensors
    /tmp/families/bin/python Scripts/families.py .build/release/replk-tui [--keep ROWS] [NAME ...]
"""
import argparse
import contextlib
import io
import json
import os
import re
import resource
import subprocess
import sys
import tempfile
import textwrap
import warnings

import numpy as np
import torch
import torch.nn as nn

warnings.filterwarnings("ignore")


# What the names of small networks hold, the smallest first.
SMALL = ["atto", "femto", "pico", "nano", "xxs", "xx_small", "_002", "x_small", "tiny", "_t_", "_ti", "b0", "lite",
         "_s", "mini", "18", "small", "s12", "b1", "26", "50"]


# Networks for larger inputs than this are made for 256 pixels.
LARGEST = 448

# Errors below this count as rounding.
LIMIT = 1e-3


def timm_names():
    """A small network of every module of timm."""
    import timm

    names = []
    for module in timm.list_modules():
        models = timm.list_models(module=module)
        ranked = sorted(models, key=lambda m: next((i for i, word in enumerate(SMALL) if word in m), len(SMALL)))
        if ranked:
            names.append((module, "timm:" + ranked[0]))
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
        if size[0] > LARGEST:
            # Two copies in double precision with all that a gradient needs would not fit into memory.
            size = (256, 256)
            try:
                model = timm.create_model(rest, pretrained=False, img_size=size)
            except TypeError:
                pass  # It takes inputs of any size.
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
    for module in model.modules():
        if getattr(module, "inplace", False):
            # What is kept of a layer's output stays as the layer made it.
            module.inplace = False
    with torch.no_grad():
        settle(model, size)
        for p in model.parameters():
            p.add_(torch.randn_like(p) * 0.02 * p.std().clamp(min=1e-3) if p.numel() > 1 else 0)
    return model, size


def settle(model, size):
    """Gives batch norms the statistics of noise, so that values stay of a size at which they differ in float32."""
    norms = [module for module in model.modules() if isinstance(module, nn.modules.batchnorm._BatchNorm)]
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None
        norm.train()
    if norms:
        model(torch.randn(2, 3, *size))
    model.eval()


def reason(error):
    """The first line of what went wrong first."""
    while error.__cause__ is not None:
        error = error.__cause__
    text = re.sub(r"\x1b\[[0-9;]*m", "", str(error)).strip()
    return text.splitlines()[0] if text else type(error).__name__


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
    return (kept[0] if kept else None), image


def unit(feature):
    """The features of the unit in the middle; tokens may have others in front."""
    if feature.dim() == 4:
        last = feature.shape[1] == feature.shape[2] != feature.shape[3]
        y, x = (feature.shape[1:3] if last else feature.shape[2:4])
        return feature[0, y // 2, x // 2] if last else feature[0, :, y // 2, x // 2]
    if feature.dim() == 2:
        return feature[0]
    side = int(feature.shape[1] ** 0.5)
    return feature[0, feature.shape[1] - side * side + side // 2 * side + side // 2]


def compared(own, map, feature, gradient):
    """The errors of features and of a map, of the largest value each."""
    expected = like(own, feature.detach().double().numpy())
    if own.shape != expected.shape:
        return None
    exact = gradient[0].double().relu().sum(0).numpy()
    return (
        float(np.abs(own - expected).max() / max(1, np.abs(expected).max())),
        float(np.abs(map - exact).max() / max(1e-12, exact.max())),
    )


def single(model, path, x, feature, gradient):
    """How far PyTorch's own numbers in single precision are from those in double precision: networks without
    shortcuts multiply rounding errors layer by layer, and a rectifier that one of them crosses changes the map."""
    model.float()
    rough, source = field(model, path, x.float())
    (slope,) = torch.autograd.grad(unit(rough).relu().sum(), source)
    model.double()
    map = slope[0].relu().sum(0).numpy()
    return max(compared(rough.detach().numpy(), map, feature, gradient))


def by_differences(model, path, x, map):
    """The largest error of the map at its three largest pixels, by central differences in double precision."""
    worst = 0.0
    for index in np.argsort(map.ravel())[-3:]:
        row, column = divmod(int(index), map.shape[1])
        slopes = []
        for channel in range(3):
            values = []
            for step in (1e-5, -1e-5):
                moved = x.clone()
                moved[0, channel, row, column] += step
                with torch.no_grad():
                    values.append(unit(field(model, path, moved)[0]).relu().sum().item())
            slopes.append(max(0.0, (values[0] - values[1]) / 2e-5))
        worst = max(worst, abs(sum(slopes) - float(map[row, column])) / max(1e-12, float(map.max())))
    return worst


def export(model, x, path):
    """Writes the file with PyTorch's older exporter, or the newer one where that refuses; says which."""
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        try:
            torch.onnx.export(model, (x,), path, dynamo=False, opset_version=17)
            return ""
        except Exception:
            torch.onnx.export(model, (x,), path, dynamo=True, verbose=False)
            return ", exported with dynamo"


def check(program, name, folder):
    model, size = make(name)
    x = torch.randn(1, 3, *size)
    path = os.path.join(folder, "m.onnx")
    try:
        how = export(model, x, path)
    except Exception as error:
        return "not exported", reason(error)[:80]
    info = run(program, "info", path, "--json")
    if info.returncode != 0:
        return "not opened", (info.stderr.strip() or "crash").splitlines()[-1].replace(folder, "")[:160]
    rows = json.loads(info.stdout)["rows"]
    modules = dict(model.named_modules())
    taps = [row["name"] for row in rows if row["name"] in modules and not row["isStage"]]
    if not taps:
        return "opened", "no module is a layer by itself"
    picture = os.path.join(folder, "x.npy")
    model = model.double()
    worst, rounded = 0.0, 0.0
    for tap in sorted({taps[len(taps) // 2], taps[-1]}):
        best = None
        # A rectifier that rounding turns over for one input is sure of itself for another.
        for trial in range(3):
            x = torch.randn(1, 3, *size)
            np.save(picture, x.numpy())
            x = x.double()
            out, image = os.path.join(folder, "f.npy"), os.path.join(folder, "map.npy")
            for old in (out, image):
                if os.path.exists(old):
                    os.remove(old)
            done = run(program, "features", path, "--tensor", picture, "--tap", tap, "-o", out)
            if done.returncode == 0:
                done = run(program, "erf", path, "--tensor", picture, "--tap", tap, "-o", image)
            if done.returncode != 0:
                return "opened", (done.stderr.strip() or "crash").splitlines()[-1].replace(folder, "")[:160]
            feature, source = field(model, tap, x)
            if not torch.is_tensor(feature):
                break
            (gradient,) = torch.autograd.grad(unit(feature).relu().sum(), source)
            own, mine = np.load(out), np.load(image)
            errors = compared(own, mine, feature, gradient)
            if errors is None:
                return "differs", f"{tap}: {own.shape} against {tuple(feature.shape)}"
            rounding = 0.0
            remark = "" if trial == 0 else f", input {trial + 1}"
            if max(errors) > LIMIT:
                rounding = single(model, tap, x, feature, gradient)
                if max(errors) < 10 * rounding:
                    best = (0.0, max(errors), remark + f", PyTorch's own float32 {rounding:.0e}")
                    break
            if errors[1] > LIMIT:
                # PyTorch's own gradient is wrong now and then, behind convolutions of transposed maps.
                errors = errors[0], by_differences(model, tap, x, mine)
                remark += ", field by differences"
            if best is None or max(errors) < best[0]:
                best = (max(errors), 0.0, remark)
            if best[0] < LIMIT:
                break
        if best:
            worst, rounded = max(worst, best[0]), max(rounded, best[1])
            how += best[2] if best[2] not in how else ""
    layers = "layer" if len(taps) == 1 else "layers"
    return ("equal" if worst < LIMIT else "differs"), f"{len(taps)} {layers}, {max(worst, rounded):.0e}{how}"


def main():
    # Rather an error in the table than a machine without memory.
    resource.setrlimit(resource.RLIMIT_AS, (12 << 30, 12 << 30))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("names", nargs="*", help="only networks or modules of these names; no table is written")
    parser.add_argument("--keep", help="a file of rows: those in it are not run again, others are added as they come")
    options = parser.parse_intermixed_args()
    program = os.path.abspath(options.program)
    known = {}
    if options.keep and os.path.exists(options.keep):
        known = {row[1]: row for row in map(json.loads, open(options.keep))}
    rows = []
    for module, name in torchvision_names() + timm_names():
        if options.names and not any(w in name or w == module for w in options.names):
            continue
        row = known.get(name)
        if row is None:
            with tempfile.TemporaryDirectory() as folder:
                try:
                    row = [module, name, *check(program, name, folder)]
                except Exception as error:
                    row = [module, name, "failed", repr(error)[:120]]
            if options.keep:
                with open(options.keep, "a") as file:
                    file.write(json.dumps(row) + "\n")
        rows.append(row)
        print(*row, sep=" | ", flush=True)
    if not options.names:
        write_table(rows)


def write_table(rows):
    here = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    equal = {part: sum(row[2] == "equal" for row in rows if (row[0] == "torchvision") == part)
             for part in (True, False)}
    of = {part: sum((row[0] == "torchvision") == part for row in rows) for part in (True, False)}
    with open(os.path.join(here, "docs", "onnx-families.md"), "w") as file:
        file.write("# Families of networks that open\n\n")
        for text in (
            "Made by `Scripts/families.py`: one network of every module of timm"
            " with random weights, and torchvision's, exported and compared with PyTorch in double precision: features"
            f" and receptive fields of two layers each. Of timm's {of[False]} modules {equal[False]} are equal, of"
            f" torchvision's {of[True]} networks {equal[True]}.",
            "The remark tells how many layers PyTorch's names"
            " give, and the largest error of what was compared, of the largest value. Where networks multiply rounding"
            f" errors beyond {LIMIT}, PyTorch's own error in single precision stands beside it, and ten times that"
            " counts as equal. \"Field by differences\": PyTorch's gradient differed, so the three largest pixels of"
            " the map were compared with central differences. \"Input 2\": rounding turned a rectifier over for the"
            " input before."
            " \"Exported with dynamo\": PyTorch's older exporter refused.",
        ):
            file.write(textwrap.fill(text, 120, break_long_words=False, break_on_hyphens=False) + "\n\n")
        file.write("| module | network | result | remark |\n|---|---|---|---|\n")
        for row in sorted(rows):
            file.write("| " + " | ".join(cell.replace("|", "/") for cell in row) + " |\n")


if __name__ == "__main__":
    main()
