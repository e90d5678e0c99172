"""Writes names/twins.safetensors: what PyTorch computes from the weights of names/timm-lite.safetensors, which
make_wild_names.py writes, in timm's own network of these names and shapes, efficientnet_lite0 (the logits, the output
of the last stage and the effective receptive field, as in names/golden.safetensors).

    pip install torch torchvision timm safetensors
    python make_timm_twins.py
"""
import timm
import torch
from safetensors.torch import load_file, save_file

from make_wild_names import GOLDEN, OUT, record


def main():
    torch.manual_seed(3)
    x = torch.randn(1, 3, 48, 62)
    GOLDEN["input"] = x
    lite = timm.models.efficientnet._gen_efficientnet_lite(
        "efficientnet_lite0", channel_multiplier=0.1, num_classes=3).eval()
    held = load_file(OUT / "timm-lite.safetensors")
    lite.load_state_dict({k: v.float() for k, v in held.items()}, strict=False)

    def features(x):
        return lite.blocks(lite.bn1(lite.conv_stem(x)))
    record("efficientnet_lite0", x, features, lite)
    save_file(GOLDEN, OUT / "twins.safetensors")


if __name__ == "__main__":
    main()
