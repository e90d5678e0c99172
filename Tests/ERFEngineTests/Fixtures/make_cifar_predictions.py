"""What PyTorch takes 1000 CIFAR-10 test images for: one digit an image, classes and files in sorted order.

    pip install torch numpy pillow
    python make_cifar_predictions.py REFERENCE_DIR CHECKPOINTS_DIR IMAGES_DIR cifar-predictions.txt

REFERENCE_DIR holds the PyTorch form of the networks (resnet_torch.py).
"""
import sys
from pathlib import Path

import numpy as np
import torch
from PIL import Image


def main(reference, checkpoints, images, out):
    sys.path.insert(0, reference)
    from resnet_torch import CifarResNet

    mean, deviation = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])
    files = [f for folder in sorted(Path(images).iterdir()) for f in sorted(folder.iterdir())]
    pixels = np.stack([np.asarray(Image.open(f).convert("RGB")) for f in files])
    x = ((torch.from_numpy(pixels) / 255 - mean) / deviation).permute(0, 3, 1, 2)
    lines = []
    for depth, name in ((20, "resnet20-12fca82f.th"), (32, "resnet32-d509ac18.th")):
        net = CifarResNet(depth)
        state = torch.load(Path(checkpoints) / name, weights_only=True, map_location="cpu")["state_dict"]
        net.load_state_dict({k.removeprefix("module."): v for k, v in state.items()})
        net.eval()
        with torch.no_grad():
            lines.append("".join(str(c) for c in net(x).argmax(1).tolist()))
    Path(out).write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
