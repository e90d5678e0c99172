"""Makes the tiny exported networks in onnx/: NAME-ts.onnx (TorchScript exporter) and NAME-dynamo.onnx, and
NAME.safetensors with an input, the features of every stage, of a module too where there is but one stage, and the
ERF maps of their units in the middle. The networks are in onnx_networks/.

Needs torch, onnx, onnxscript and safetensors: python3 make_onnx.py [NAME ...]
"""
import os
import sys
import warnings

import onnx
import torch
from safetensors.torch import save_file
from torch import nn

from onnx_networks import IN_FRONT, MODULES, NETWORKS

warnings.filterwarnings("ignore")
HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "onnx")


def perturb(model):
    """Norms that do something."""
    with torch.no_grad():
        for module in model.modules():
            if isinstance(module, (nn.BatchNorm2d, nn.LayerNorm, nn.GroupNorm, nn.InstanceNorm2d)):
                module.weight.copy_(torch.rand_like(module.weight) + 0.5)
                module.bias.copy_(torch.randn_like(module.bias) * 0.2)
            if isinstance(module, nn.BatchNorm2d):
                module.running_mean.copy_(torch.randn_like(module.running_mean) * 0.2)
                module.running_var.copy_(torch.rand_like(module.running_var) + 0.5)


def strip(path):
    """Without stack traces, which are longer than the networks."""
    model = onnx.load(path)
    for node in model.graph.node:
        kept = [p for p in node.metadata_props if p.key == "pkg.torch.onnx.name_scopes"]
        del node.metadata_props[:]
        node.metadata_props.extend(kept)
    del model.graph.value_info[:]
    onnx.save(model, path)


def grid(feature, channels_last, in_front):
    """Rows and columns of a feature, and the feature as (places, C)."""
    if feature.dim() == 3:
        # 6 x 6 places.
        prefix = feature.shape[1] - 36 if in_front is None else in_front
        tokens = feature[0, prefix:prefix + 36]
        side = int(round(tokens.shape[0] ** 0.5))
        return side, side, tokens
    if channels_last:
        return feature.shape[1], feature.shape[2], feature[0].flatten(0, 1)
    return feature.shape[2], feature.shape[3], feature[0].flatten(1).transpose(0, 1)


def main():
    os.makedirs(HERE, exist_ok=True)
    for name in sys.argv[1:] or NETWORKS:
        torch.manual_seed(sum(map(ord, name)))
        model = NETWORKS[name]().eval()
        perturb(model)
        x = torch.randn(1, 3, 48, 48)
        path = os.path.join(HERE, name)
        torch.onnx.export(model, (x,), path + "-ts.onnx", dynamo=False, opset_version=17)
        torch.onnx.export(
            model, (x,), path + "-dynamo.onnx", dynamo=True, external_data=False, verbose=False
        )
        strip(path + "-dynamo.onnx")
        double = model.double()
        image = x.double().requires_grad_()
        double.kept = []
        module = MODULES.get(name)
        inner = []
        if module:
            handle = double.get_submodule(module).register_forward_hook(lambda m, i, o: inner.append(o))
        double(image)
        if module:
            handle.remove()
        kept = {"input": x}
        shown = [(f"stage{index + 1}", f"map{index + 1}", feature) for index, feature in enumerate(double.kept)]
        shown += [(f"layer:{module}", f"field:{module}", feature) for feature in inner]
        for layer, field, feature in shown:
            rows, columns, places = grid(feature, name in ("swin", "cosine"), IN_FRONT.get(name))
            kept[layer] = places.detach().float().contiguous()
            unit = places[rows // 2 * columns + columns // 2]
            (gradient,) = torch.autograd.grad(unit.relu().sum(), image, retain_graph=True)
            kept[field] = gradient[0].relu().sum(0).float().contiguous()
        save_file(kept, path + ".safetensors")
        sizes = [os.path.getsize(path + end) // 1024 for end in ("-ts.onnx", "-dynamo.onnx", ".safetensors")]
        print(name, [tuple(f.shape) for f in double.kept], sizes)


if __name__ == "__main__":
    main()
