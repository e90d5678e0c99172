#!/usr/bin/env python3
"""Makes small pictures in WebP, GIF, TIFF and BMP in images/, with what Pillow makes of them beside them.

images/expected/NAME.ppm is Image.open(NAME).convert("RGB"), of the first frame or page.

Needs numpy and pillow. Run it in this folder: python3 make_formats.py
"""

import struct
from pathlib import Path

import numpy as np
from PIL import Image, TiffImagePlugin

HERE = Path(__file__).parent
OUT = HERE / "images"
rng = np.random.default_rng(17)
H, W = 19, 23


def scene(channels=3, shift=0):
    """Smooth colours, an edge and a little noise."""
    y, x = np.mgrid[0:H, 0:W]
    planes = [127 + 110 * np.sin((x * (c + 1) + y * (3 - c) + shift) / 7 + c) + 8 * rng.standard_normal(x.shape)
              for c in range(channels)]
    a = np.stack(planes, -1)
    a[H // 3 : H // 2, W // 4 : W // 2] = 250
    return a.clip(0, 255).astype(np.uint8)


def bitmap(name, bits, rows, palette=b"", compression=0, masks=b"", header=40, top_down=False):
    """A BMP by hand: what Pillow does not write."""
    if header == 12:
        info = struct.pack("<IHHHH", 12, W, H, 1, bits)
    else:
        height = -H if top_down else H
        info = struct.pack("<IiiHHIIiiII", header, W, height, 1, bits, compression, len(rows), 0, 0, 0, 0)
        info += masks + bytes(header - 40 - (len(masks) if header > 40 else 0)) if header > 40 else masks
    start = 14 + len(info) + len(palette)
    head = b"BM" + struct.pack("<IHHI", start + len(rows), 0, 0, start)
    (OUT / name).write_bytes(head + info + palette + rows)


def padded(rows):
    return b"".join(r + bytes(-len(r) % 4) for r in rows)


def bitmaps(rgb):
    grey = rgb[::-1, :, 0]
    colours = rng.integers(0, 256, (256, 4), dtype=np.uint8)
    for bits in (1, 4, 8):
        packed = []
        for line in grey >> (8 - bits):
            text = "".join(format(int(v), f"0{bits}b") for v in line)
            packed.append(int(text.ljust(-len(text) % 8 + len(text), "0"), 2).to_bytes(-(-len(text) // 8), "big"))
        bitmap(f"palette-{bits}.bmp", bits, padded(packed), colours[: 2**bits].tobytes())
    bitmap("os2.bmp", 24, padded([r[:, ::-1].tobytes() for r in rgb[::-1]]), header=12)
    bitmap("top-down.bmp", 24, padded([r[:, ::-1].tobytes() for r in rgb]), top_down=True)
    five = (rgb >> 3).astype(np.uint16)
    packed = five[..., 0] << 10 | five[..., 1] << 5 | five[..., 2]
    bitmap("rgb-555.bmp", 16, padded([r.astype("<u2").tobytes() for r in packed[::-1]]))
    packed = five[..., 0] << 11 | (rgb[..., 1] >> 2).astype(np.uint16) << 5 | five[..., 2]
    bitmap("rgb-565.bmp", 16, padded([r.astype("<u2").tobytes() for r in packed[::-1]]), compression=3,
           masks=struct.pack("<III", 0xF800, 0x7E0, 0x1F))
    wide = rgb.astype(np.uint32)
    packed = wide[..., 0] << 24 | wide[..., 1] << 16 | wide[..., 2] << 8 | 0x7F
    bitmap("masks-32.bmp", 32, packed[::-1].astype("<u4").tobytes(), compression=3, header=108,
           masks=struct.pack("<IIII", 0xFF000000, 0xFF0000, 0xFF00, 0xFF))
    runs = b""
    for line in grey:
        line = [int(v) // 64 for v in line]
        runs += bytes([0, 5]) + bytes(line[:5]) + b"\0"  # five as they are
        for value in line[5:]:
            runs += bytes([1, value])
        runs += b"\0\0"
    bitmap("runs-8.bmp", 8, runs + b"\0\1", colours[:4].tobytes(), compression=1)
    runs = b""
    for line in grey:
        line = [int(v) // 16 for v in line]
        runs += bytes([0, 3, line[0] << 4 | line[1], line[2] << 4])
        for at in range(3, W - 1, 2):
            runs += bytes([2, line[at] << 4 | line[at + 1]])
        if (W - 3) % 2:
            runs += bytes([1, line[-1] << 4])
        runs += b"\0\0"
    bitmap("runs-4.bmp", 4, runs + b"\0\1", colours[:16].tobytes(), compression=2)


def associated(name, extra):
    """A TIFF by hand of colours and other samples, the kinds of which are `extra`: Pillow writes none but of kind 2."""
    n = 3 + len(extra)
    pixels = (np.arange(H * W * n, dtype=np.uint32) * 37 % 256).astype(np.uint8).reshape(H, W, n)
    pixels[:4, :, 3] = np.array([0, 1, 254, 255])[:, None]
    tags = [(256, W), (257, H), (258, [8] * n), (259, 1), (262, 2), (273, 0), (277, n), (278, H), (279, H * W * n),
            (338, extra)]
    place = 8 + 2 + 12 * len(tags) + 4
    start = place + 2 * n + 2 * len(extra)
    entries, lists = b"", b""
    for tag, value in tags:
        if isinstance(value, list):
            packed = struct.pack(f"<{len(value)}H", *value)
            held = packed.ljust(4, b"\0") if len(packed) <= 4 else struct.pack("<I", place + len(lists))
            lists += packed if len(packed) > 4 else b""
            entries += struct.pack("<HHI", tag, 3, len(value)) + held
        else:
            entries += struct.pack("<HHII", tag, 4, 1, start if tag == 273 else value)
    lists = lists.ljust(start - place, b"\0")
    head = b"II*\0" + struct.pack("<IH", 8, len(tags)) + entries + bytes(4)
    (OUT / name).write_bytes(head + lists + pixels.tobytes())


def main():
    rgb = scene()
    picture = Image.fromarray(rgb)
    clear = Image.fromarray(scene(4), "RGBA")
    later = [Image.fromarray(scene(shift=9)), Image.fromarray(scene(shift=18))]

    picture.save(OUT / "lossy.webp", quality=80)
    picture.save(OUT / "lossless.webp", lossless=True)
    clear.save(OUT / "alpha.webp", lossless=True, exact=True)
    clear.save(OUT / "alpha-lossy.webp", quality=70)
    picture.save(OUT / "animated.webp", save_all=True, append_images=later, lossless=True)

    picture.save(OUT / "still.gif")
    picture.quantize(7).save(OUT / "interlaced.gif", interlace=True)
    picture.quantize(5).save(OUT / "transparent.gif", transparency=2)
    Image.fromarray(rgb[..., 0]).save(OUT / "grey.gif")
    picture.save(OUT / "animated.gif", save_all=True, append_images=later, disposal=2)
    # A frame that covers a part of its screen, and one that leaves it.
    for name, left in (("part", 4), ("beyond", -1)):
        data = bytearray((OUT / "still.gif").read_bytes())
        struct.pack_into("<HH", data, 6, W + 9, H + 6)
        at = data.index(b"\x2c")
        struct.pack_into("<HH", data, at + 1, left if left > 0 else 0, 3)
        (OUT / f"{name}.gif").write_bytes(bytes(data))
    (OUT / "beyond.gif").unlink()

    for name, options in {"plain": {}, "lzw": {"compression": "tiff_lzw"}, "packbits": {"compression": "packbits"},
                          "deflate": {"compression": "tiff_adobe_deflate"}}.items():
        picture.save(OUT / f"{name}.tiff", **options)
    Image.fromarray(rgb[..., 0]).save(OUT / "grey.tif")
    Image.fromarray(rgb[..., 0] > 127).save(OUT / "fax.tif", compression="group4")
    picture.quantize(30).save(OUT / "palette.tif")
    clear.save(OUT / "alpha.tif")
    Image.fromarray(scene(4), "CMYK").save(OUT / "cmyk.tif")
    picture.save(OUT / "pages.tif", save_all=True, append_images=later)
    for turn in range(2, 9):
        info = TiffImagePlugin.ImageFileDirectory_v2()
        info[274] = turn
        picture.save(OUT / f"turned-{turn}.tif", tiffinfo=info)
    big = bytearray()
    big += b"MM\x00\x2a" + struct.pack(">I", 8)
    tags = [(256, 3, 1, W << 16), (257, 3, 1, H << 16), (258, 3, 1, 8 << 16), (259, 3, 1, 1 << 16),
            (262, 3, 1, 1 << 16), (273, 4, 1, 8 + 2 + 9 * 12 + 4), (277, 3, 1, 1 << 16), (278, 3, 1, H << 16),
            (279, 4, 1, W * H)]
    big += struct.pack(">H", len(tags)) + b"".join(struct.pack(">HHII", *t) for t in tags) + bytes(4)
    (OUT / "big-endian.tif").write_bytes(bytes(big) + rgb[..., 1].tobytes())

    associated("associated.tif", [1])
    associated("associated-more.tif", [1, 0])
    associated("alpha-more.tif", [2, 0])

    picture.save(OUT / "rgb.bmp")
    clear.save(OUT / "rgba.bmp")
    Image.fromarray(rgb[..., 0]).save(OUT / "grey.bmp")
    bitmaps(rgb)

    for path in sorted(OUT.iterdir()):
        if path.suffix in (".webp", ".gif", ".tif", ".tiff", ".bmp"):
            with Image.open(path) as opened:
                Image.fromarray(np.array(opened.convert("RGB"))).save(OUT / "expected" / (path.name + ".ppm"))


main()
