"""The tiny networks that make_onnx.py exports, by the names of their files."""
import torch
import torch.nn.functional as F
from torch import nn

from .convolutional import ConvNeXt, Dense, LargeKernels, Mobile, Parallel, ResNet
from .operators import Attended, Grouped, Placed, Pooled, Responses, Selective, Shuffle, Spelt, Standardised, SubPixel
from .branching import HighResolution, Inception, Pyramid, Segmenter, UpDown
from .tokens import Cosine, CrossCovariance, GatedTokens, Mixer, Registers, Sequencer, Swin, ViT
from .twins import TwinRepLKNet, TwinResNet

NETWORKS = {
    "resnet": ResNet,
    "mobile": lambda: Mobile(nn.Hardswish, F.hardsigmoid),
    "efficient": lambda: Mobile(nn.SiLU, torch.sigmoid),
    "convnext": ConvNeXt,
    "vit": ViT,
    "swin": Swin,
    "dense": Dense,
    "grouped": Grouped,
    "segmenter": Segmenter,
    "shuffle": Shuffle,
    "large": LargeKernels,
    "mixer": Mixer,
    "sequencer": Sequencer,
    "standardised": Standardised,
    "updown": UpDown,
    "spelt": Spelt,
    "covariance": CrossCovariance,
    "pooled": Pooled,
    "parallel": Parallel,
    "inception": Inception,
    "cosine": Cosine,
    "resolutions": HighResolution,
    "selective": Selective,
    "gated": GatedTokens,
    "pyramid": Pyramid,
    "attended": Attended,
    "placed": Placed,
    "registers": Registers,
    "gru": lambda: Sequencer(nn.GRU),
    "responses": Responses,
    "subpixel": SubPixel,
    "twinresnet": TwinResNet,
    "twinreplknet": TwinRepLKNet,
}

# Tokens in front of those of the pixels, where others stand behind.
IN_FRONT = {"registers": 1}

# Networks with one stage, and a module of each that is looked at besides.
MODULES = {"vit": "blocks.1", "gated": "blocks.0", "registers": "blocks.0", "mixer": None,
           "segmenter": "down1", "updown": "down1"}
