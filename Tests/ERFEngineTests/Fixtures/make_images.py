#!/usr/bin/env python3
"""Makes the small pictures in images/ and resize/, with what Pillow makes of them beside them.

images/NAME holds a picture; images/expected/NAME.ppm is Image.open(NAME).convert("RGB"). resize/ holds
source.ppm and what Image.resize makes of it, in the order of passes that Pillow has had since version
13. Grey of 16 bits is expected otherwise than Pillow does it, which clips at 255 instead of scaling.

Needs numpy and pillow. Run it in this folder: python3 make_images.py
"""

import io
import struct
import zlib
from pathlib import Path

import numpy as np
from PIL import Image

HERE = Path(__file__).parent
OUT = HERE / "images"
EXPECTED = OUT / "expected"
rng = np.random.default_rng(5)
H, W = 19, 23


def scene(height, width, channels=3):
    """Smooth colours, an edge and a little noise."""
    y, x = np.mgrid[0:height, 0:width]
    planes = [
        127 + 110 * np.sin((x * (c + 1) + y * (3 - c)) / 7 + c) + 8 * rng.standard_normal(x.shape)
        for c in range(channels)
    ]
    a = np.stack(planes, -1)
    a[height // 3 : height // 2, width // 4 : width // 2] = 250
    return a.clip(0, 255).astype(np.uint8)


def png(name, samples, depth, colour, interlaced=False, chunks=()):
    """Writes a PNG of any depth, also interlaced: samples is (H, W, C) of unscaled values."""
    height, width, channels = samples.shape

    def rows(part):
        data = b""
        for line in part.reshape(part.shape[0], -1):
            if depth == 16:
                packed = line.astype(">u2").tobytes()
            elif depth == 8:
                packed = line.astype(np.uint8).tobytes()
            else:
                bits = "".join(format(int(v), f"0{depth}b") for v in line)
                bits += "0" * (-len(bits) % 8)
                packed = bytes(int(bits[i : i + 8], 2) for i in range(0, len(bits), 8))
            data += b"\0" + packed
        return data

    if interlaced:
        passes = [(0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1)]
        raw = b""
        for y, x, dy, dx in passes:
            part = samples[y::dy, x::dx]
            if part.size:
                raw += rows(part)
    else:
        raw = rows(samples)

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, int(interlaced))
    data = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header)
    for kind, content in chunks:
        data += chunk(kind, content)
    data += chunk(b"IDAT", zlib.compress(raw)) + chunk(b"IEND", b"")
    (OUT / name).write_bytes(data)


def save(name, image, **options):
    image.save(OUT / name, **options)


def expect(name, rgb=None):
    if rgb is None:
        rgb = np.array(Image.open(OUT / name).convert("RGB"))
    Image.fromarray(rgb).save(EXPECTED / (name + ".ppm"))


def main():
    for folder in (OUT, EXPECTED, HERE / "resize"):
        folder.mkdir(exist_ok=True)
    rgb = scene(H, W)
    picture = Image.fromarray(rgb)
    grey = Image.fromarray(rgb[..., 0])

    save("rgb-444.jpg", picture, quality=90, subsampling=0)
    save("rgb-422.jpg", picture, quality=80, subsampling=1)
    save("rgb-420.jpg", picture, quality=75, subsampling=2)
    save("progressive.jpg", picture, quality=85, progressive=True)
    save("grey.jpg", grey, quality=85)
    save("cmyk.jpg", Image.fromarray(scene(H, W, 4), "CMYK"), quality=90)
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by 90 degrees, which convert() ignores
    save("oriented.jpg", picture, quality=85, exif=exif)
    # The same inks as YCCK: Adobe's marker says transform 2 instead of 0.
    ycck = bytearray((OUT / "cmyk.jpg").read_bytes())
    at = ycck.index(b"Adobe")
    ycck[at + 11] = 2
    (OUT / "ycck.jpg").write_bytes(bytes(ycck))

    save("rgb.png", picture)
    save("rgba.png", Image.fromarray(scene(H, W, 4), "RGBA"))
    save("grey-alpha.png", Image.fromarray(scene(H, W, 2), "LA"))
    save("palette.png", picture.quantize(40))
    save("palette-transparent.png", picture.quantize(16), transparency=3)
    save("rgb-transparent.png", picture, transparency=(250, 250, 250))
    for depth in (1, 2, 4):
        png(f"grey-{depth}.png", rgb[..., :1] >> (8 - depth), depth, 0)
        colours = rng.integers(0, 256, (2**depth, 3), dtype=np.uint8).tobytes()
        png(f"palette-{depth}.png", rgb[..., :1] >> (8 - depth), depth, 3, chunks=[(b"PLTE", colours)])
    png("grey-8.png", rgb[..., :1], 8, 0)
    png("rgb-interlaced.png", rgb, 8, 2, interlaced=True)
    png("grey-2-interlaced.png", rgb[..., :1] >> 6, 2, 0, interlaced=True)
    deep = rgb.astype(np.uint16) * 256 + rng.integers(0, 256, rgb.shape, dtype=np.uint16)
    png("rgb-16.png", deep, 16, 2)
    png("rgba-16.png", np.concatenate([deep, deep[..., :1]], -1), 16, 6)
    png("grey-16.png", deep[..., :1], 16, 0)
    gamma = [(b"gAMA", struct.pack(">I", 100000)), (b"sBIT", bytes([5, 5, 5]))]
    png("rgb-gamma.png", rgb, 8, 2, chunks=gamma)

    def text(values):
        return "\n".join(" ".join(map(str, line)) for line in values.reshape(values.shape[0], -1))

    (OUT / "binary.ppm").write_bytes(b"P6 # made by hand\n%d # width\n%d\n255\n" % (W, H) + rgb.tobytes())
    (OUT / "binary-100.ppm").write_bytes(b"P6\n%d %d 100\n" % (W, H) + (rgb // 4).tobytes())
    (OUT / "binary-16.ppm").write_bytes(b"P6\n%d %d\n65535\n" % (W, H) + deep.astype(">u2").tobytes())
    (OUT / "binary-1000.ppm").write_bytes(b"P6\n%d %d\n1000\n" % (W, H) + (deep // 66).astype(">u2").tobytes())
    (OUT / "binary.pgm").write_bytes(b"P5\n# grey\n%d %d\n255\n" % (W, H) + rgb[..., 0].tobytes())
    (OUT / "text.ppm").write_text(f"P3\n# colours\n{W} {H}\n255\n{text(rgb)}\n")
    (OUT / "text.pgm").write_text(f"P2\n{W} {H}\n# late\n255\n{text(rgb[..., 0])}\n")
    (OUT / "binary-16.pgm").write_bytes(b"P5\n%d %d\n65535\n" % (W, H) + deep[..., 0].astype(">u2").tobytes())

    otherwise = {
        "grey-16.png": rgb[..., :1].repeat(3, -1),
        "binary-16.pgm": np.rint(deep[..., :1] / 65535 * 255).astype(np.uint8).repeat(3, -1),
    }
    for path in sorted(OUT.iterdir()):
        if path.is_file():
            expect(path.name, otherwise.get(path.name))

    source = Image.fromarray(scene(37, 29))
    source.save(HERE / "resize" / "source.ppm")
    sizes = [(16, 16), (64, 50), (1, 1), (7, 100), (37, 29), (37, 12), (80, 29), (74, 58), (36, 30)]
    for name, kind in (("bicubic", Image.BICUBIC), ("bilinear", Image.BILINEAR)):
        for height, width in sizes:
            source.resize((width, height), kind).save(HERE / "resize" / f"{name}-{height}x{width}.ppm")


main()
