"""Transformers, mixers and recurrent layers: networks over tokens and windows."""
import torch
import torch.nn.functional as F
from torch import nn

from .common import Staged


class Attention(nn.Module):
    def __init__(self, c, heads, bias=None):
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(c, 3 * c)
        self.proj = nn.Linear(c, c)
        self.bias = nn.Parameter(torch.randn(heads, bias, bias) * 0.3) if bias else None

    def forward(self, x):
        b, n, c = x.shape
        q, k, v = self.qkv(x).reshape(b, n, 3, self.heads, c // self.heads).permute(2, 0, 3, 1, 4).unbind(0)
        scores = (q * (c // self.heads) ** -0.5) @ k.transpose(-2, -1)
        if self.bias is not None:
            scores = scores + self.bias
        return self.proj((scores.softmax(-1) @ v).transpose(1, 2).reshape(b, n, c))


class Transformer(nn.Module):
    def __init__(self, c, heads=2):
        super().__init__()
        self.norm1 = nn.LayerNorm(c)
        self.attn = Attention(c, heads)
        self.norm2 = nn.LayerNorm(c)
        self.mlp = nn.Sequential(nn.Linear(c, 2 * c), nn.GELU(), nn.Linear(2 * c, c))

    def forward(self, x):
        x = x + self.attn(self.norm1(x))
        return x + self.mlp(self.norm2(x))


class ViT(Staged):
    def __init__(self):
        super().__init__()
        self.patch = nn.Conv2d(3, 16, 8, 8)
        self.cls = nn.Parameter(torch.randn(1, 1, 16))
        self.pos = nn.Parameter(torch.randn(1, 37, 16) * 0.5)
        self.blocks = nn.Sequential(*[Transformer(16) for _ in range(3)])
        self.norm = nn.LayerNorm(16)
        self.head = nn.Linear(16, 10)

    def forward(self, x):
        x = self.patch(x).flatten(2).transpose(1, 2)
        x = torch.cat([self.cls.expand(x.shape[0], -1, -1), x], 1) + self.pos
        x = self.stage(self.blocks(x))
        return self.head(self.norm(x)[:, 0])


class Registers(Staged):
    """A class token in front of those of the pixels, three registers behind them."""

    def __init__(self):
        super().__init__()
        self.patch = nn.Conv2d(3, 16, 8, 8)
        self.cls = nn.Parameter(torch.randn(1, 1, 16))
        self.registers = nn.Parameter(torch.randn(1, 3, 16))
        self.pos = nn.Parameter(torch.randn(1, 36, 16) * 0.5)
        self.blocks = nn.Sequential(*[Transformer(16) for _ in range(3)])
        self.norm = nn.LayerNorm(16)
        self.head = nn.Linear(16, 10)

    def forward(self, x):
        x = self.patch(x).flatten(2).transpose(1, 2) + self.pos
        n = x.shape[0]
        x = torch.cat([self.cls.expand(n, -1, -1), x, self.registers.expand(n, -1, -1)], 1)
        x = self.stage(self.blocks(x))
        return self.head(self.norm(x)[:, 1:-3].mean(1))


class Window(nn.Module):
    """Attention in windows of 3x3, rolled in every second block."""

    def __init__(self, c, shift):
        super().__init__()
        self.shift = shift
        self.norm1 = nn.LayerNorm(c)
        self.attn = Attention(c, 2, bias=9)
        self.norm2 = nn.LayerNorm(c)
        self.mlp = nn.Sequential(nn.Linear(c, 2 * c), nn.GELU(), nn.Linear(2 * c, c))

    def forward(self, x):
        b, h, w, c = x.shape
        y = self.norm1(x)
        if self.shift:
            y = torch.roll(y, (-1, -1), (1, 2))
        y = y.reshape(b, h // 3, 3, w // 3, 3, c).permute(0, 1, 3, 2, 4, 5).reshape(-1, 9, c)
        y = self.attn(y).reshape(b, h // 3, w // 3, 3, 3, c).permute(0, 1, 3, 2, 4, 5).reshape(b, h, w, c)
        if self.shift:
            y = torch.roll(y, (1, 1), (1, 2))
        x = x + y
        return x + self.mlp(self.norm2(x))


class Swin(Staged):
    def __init__(self):
        super().__init__()
        self.patch = nn.Conv2d(3, 8, 4, 4)
        self.layer1 = nn.Sequential(Window(8, False), Window(8, True))
        self.norm = nn.LayerNorm(32)
        self.reduction = nn.Linear(32, 16, bias=False)
        self.layer2 = nn.Sequential(Window(16, False), Window(16, True))
        self.last = nn.LayerNorm(16)
        self.head = nn.Linear(16, 10)

    def forward(self, x):
        x = self.stage(self.layer1(self.patch(x).permute(0, 2, 3, 1)))
        b, h, w, c = x.shape
        x = x.reshape(b, h // 2, 2, w // 2, 2, c).permute(0, 1, 3, 4, 2, 5).flatten(3)
        x = self.stage(self.layer2(self.reduction(self.norm(x))))
        return self.head(self.last(x).mean((1, 2)))


class Mixer(Staged):
    """Tokens mixed by matrices over places, normalised by length, and an einsum."""

    def __init__(self):
        super().__init__()
        self.patch = nn.Conv2d(3, 12, 8, 8)
        self.norm = nn.LayerNorm(12)
        self.places = nn.Linear(36, 36)
        self.channels = nn.Linear(12, 12)
        self.table = nn.Parameter(torch.randn(12, 3, 4) * 0.3)
        self.head = nn.Linear(12, 10)

    def forward(self, x):
        x = self.patch(x).flatten(2).transpose(1, 2)
        x = x + self.places(self.norm(x).transpose(1, 2)).transpose(1, 2)
        x = x + self.channels(F.normalize(x, dim=-1))
        y = torch.einsum("blc,cde->blde", x, self.table).flatten(2)
        x = self.stage(x + y / (1 + y.abs().sum(-1, keepdim=True)).sqrt())
        return self.head(x.mean(1))


class Sequencer(Staged):
    """Columns and rows of places read both ways by recurrent layers."""

    class Block(nn.Module):
        def __init__(self, c, layer):
            super().__init__()
            self.norm = nn.LayerNorm(c)
            self.down = layer(c, 5, batch_first=True, bidirectional=True)
            self.across = layer(c, 5, batch_first=True, bidirectional=True)
            self.fc = nn.Linear(20, c)

        def forward(self, x):
            y = self.norm(x.permute(0, 2, 3, 1))
            n, h, w, c = y.shape
            down = self.down(y.permute(0, 2, 1, 3).reshape(n * w, h, c))[0].reshape(n, w, h, 10).permute(0, 2, 1, 3)
            across = self.across(y.reshape(n * h, w, c))[0].reshape(n, h, w, 10)
            return x + self.fc(torch.cat([down, across], -1)).permute(0, 3, 1, 2)

    def __init__(self, layer=nn.LSTM):
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 8, 8)
        self.layer1 = nn.Sequential(Sequencer.Block(8, layer), Sequencer.Block(8, layer))
        self.layer2 = nn.Sequential(nn.Conv2d(8, 12, 2, 2), Sequencer.Block(12, layer))
        self.head = nn.Linear(12, 10)

    def forward(self, x):
        x = self.stage(self.layer1(self.stem(x)))
        x = self.stage(self.layer2(x))
        return self.head(x.mean((2, 3)))


class CrossCovariance(Staged):
    """Attention between channels, whose queries and keys have length 1, with a temperature."""

    class Block(nn.Module):
        def __init__(self, c):
            super().__init__()
            self.norm = nn.LayerNorm(c)
            self.qkv = nn.Linear(c, 3 * c)
            self.temperature = nn.Parameter(torch.rand(2, 1, 1) + 0.5)
            self.proj = nn.Linear(c, c)
            self.dw = nn.Conv2d(c, c, 3, 1, 1, groups=c)

        def forward(self, x):
            n, c, h, w = x.shape
            y = self.norm(x.flatten(2).transpose(1, 2))
            q, k, v = self.qkv(y).reshape(n, h * w, 3, 2, c // 2).permute(2, 0, 3, 4, 1)
            scores = F.normalize(q, dim=-1) @ F.normalize(k, dim=-1).transpose(-2, -1) * self.temperature
            y = self.proj((scores.softmax(-1) @ v).permute(0, 3, 1, 2).reshape(n, h * w, c))
            x = x + y.transpose(1, 2).reshape(n, c, h, w)
            return x + F.gelu(self.dw(x))

    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 12, 7, 4, 3), nn.BatchNorm2d(12), nn.GELU())
        self.layer1 = nn.Sequential(CrossCovariance.Block(12), CrossCovariance.Block(12))
        self.down = nn.Conv2d(12, 16, 2, 2)
        self.layer2 = CrossCovariance.Block(16)
        self.head = nn.Linear(16, 10)

    def forward(self, x):
        x = self.stage(self.layer1(self.stem(x)))
        x = self.stage(self.layer2(self.down(x)))
        return self.head(x.amax((2, 3)))


class Cosine(Staged):
    """Attention by the cosine in windows, with a bias that a small network makes of places, as in Swin V2."""

    class Block(nn.Module):
        def __init__(self, c, heads=2, side=3):
            super().__init__()
            self.heads, self.side = heads, side
            self.qkv = nn.Linear(c, 3 * c, bias=False)
            self.proj = nn.Linear(c, c)
            self.norm = nn.LayerNorm(c)
            self.logit = nn.Parameter(torch.rand(heads, 1, 1) + 1)
            self.bias = nn.Sequential(nn.Linear(2, 8), nn.ReLU(), nn.Linear(8, heads, bias=False))
            steps = torch.arange(1 - side, side).float()
            table = torch.stack(torch.meshgrid(steps, steps, indexing="ij"), -1)
            self.register_buffer("table", torch.sign(table) * torch.log2(table.abs() + 1))
            places = torch.stack(torch.meshgrid(torch.arange(side), torch.arange(side), indexing="ij")).flatten(1)
            away = places[:, :, None] - places[:, None, :] + side - 1
            self.register_buffer("index", away[0] * (2 * side - 1) + away[1])

        def forward(self, x):
            b, h, w, c = x.shape
            s = self.side
            y = x.reshape(b, h // s, s, w // s, s, c).permute(0, 1, 3, 2, 4, 5).reshape(-1, s * s, c)
            q, k, v = self.qkv(y).reshape(-1, s * s, 3, self.heads, c // self.heads).permute(2, 0, 3, 1, 4).unbind(0)
            scores = F.normalize(q, dim=-1) @ F.normalize(k, dim=-1).transpose(-2, -1)
            scores = scores * torch.clamp(self.logit, max=4.6).exp()
            table = self.bias(self.table).reshape(-1, self.heads)
            bias = table[self.index.reshape(-1)].reshape(s * s, s * s, -1).permute(2, 0, 1)
            scores = scores + 16 * torch.sigmoid(bias)
            y = self.proj((scores.softmax(-1) @ v).transpose(1, 2).reshape(-1, s * s, c))
            y = y.reshape(b, h // s, w // s, s, s, c).permute(0, 1, 3, 2, 4, 5).reshape(b, h, w, c)
            return x + self.norm(y)

    def __init__(self):
        super().__init__()
        self.patch = nn.Conv2d(3, 8, 4, 4)
        self.layer1 = nn.Sequential(Cosine.Block(8), Cosine.Block(8))
        self.merge = nn.Linear(32, 16, bias=False)
        self.layer2 = Cosine.Block(16)
        self.head = nn.Linear(16, 10)

    def forward(self, x):
        x = self.stage(self.layer1(self.patch(x).permute(0, 2, 3, 1)))
        x = torch.cat([x[:, 0::2, 0::2], x[:, 1::2, 0::2], x[:, 0::2, 1::2], x[:, 1::2, 1::2]], -1)
        x = self.stage(self.layer2(self.merge(x)))
        return self.head(x.mean((1, 2)))


class GatedTokens(Staged):
    """Class and register tokens, RMS norms, rotated queries and keys, and a SwiGLU, as newer ViTs have them."""

    class Block(nn.Module):
        def __init__(self, c, places):
            super().__init__()
            self.weight1 = nn.Parameter(torch.rand(c) + 0.5)
            self.weight2 = nn.Parameter(torch.rand(c) + 0.5)
            self.qkv = nn.Linear(c, 3 * c)
            self.proj = nn.Linear(c, c)
            self.fc1, self.fc2 = nn.Linear(c, 4 * c), nn.Linear(2 * c, c)
            angles = torch.arange(places)[:, None] * torch.tensor([0.3, 0.05, 0.01, 0.002])
            self.register_buffer("sin", angles.sin().repeat(1, 2))
            self.register_buffer("cos", angles.cos().repeat(1, 2))

        def norm(self, x, weight):
            return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + 1e-6) * weight

        def rotated(self, x):
            head, rest = x[:, :, :5], x[:, :, 5:]
            one, other = rest.chunk(2, -1)
            return torch.cat([head, rest * self.cos + torch.cat([-other, one], -1) * self.sin], 2)

        def forward(self, x):
            b, n, c = x.shape
            q, k, v = self.qkv(self.norm(x, self.weight1)).reshape(b, n, 3, 2, c // 2).permute(2, 0, 3, 1, 4)
            y = F.scaled_dot_product_attention(self.rotated(q), self.rotated(k), v)
            x = x + self.proj(y.transpose(1, 2).reshape(b, n, c))
            gate, value = self.fc1(self.norm(x, self.weight2)).chunk(2, -1)
            return x + self.fc2(F.silu(gate) * value)

    def __init__(self):
        super().__init__()
        self.patch = nn.Conv2d(3, 16, 8, 8)
        self.cls = nn.Parameter(torch.randn(1, 1, 16))
        self.registers = nn.Parameter(torch.randn(1, 4, 16))
        self.pos = nn.Parameter(torch.randn(1, 36, 16) * 0.5)
        self.blocks = nn.Sequential(*[GatedTokens.Block(16, 36) for _ in range(2)])
        self.norm = nn.LayerNorm(16)
        self.head = nn.Linear(16, 10)

    def forward(self, x):
        x = self.patch(x).flatten(2).transpose(1, 2) + self.pos
        extra = [t.expand(x.shape[0], -1, -1) for t in (self.cls, self.registers)]
        x = self.stage(self.blocks(torch.cat(extra + [x], 1)))
        return self.head(self.norm(x)[:, 0])
