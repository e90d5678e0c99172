"""Tiles the fields of several layers of one network into a picture, by layer, for the documentation.

Needs Pillow: python3 Scripts/layer_fields.py PROGRAM MODEL OUT.png LAYER... [-- OPTIONS OF erf]
"""
import os
import subprocess
import sys
import tempfile

from PIL import Image, ImageDraw, ImageFont

SIDE, GAP, LABEL, COLUMNS = 224, 8, 18, 4


def main():
    words = sys.argv[1:]
    options = words[words.index("--") + 1 :] if "--" in words else []
    program, model, out, *layers = words[: words.index("--")] if "--" in words else words
    rows = (len(layers) + COLUMNS - 1) // COLUMNS
    sheet = Image.new(
        "RGB", (COLUMNS * (SIDE + GAP) + GAP, rows * (SIDE + LABEL + GAP) + GAP), (16, 16, 20)
    )
    draw = ImageDraw.Draw(sheet)
    font = ImageFont.load_default()
    with tempfile.TemporaryDirectory() as folder:
        for index, layer in enumerate(layers):
            path = os.path.join(folder, "field.png")
            subprocess.run(
                [program, "erf", model, "--tap", layer, "-o", path, "--force", *options], check=True,
                stdout=subprocess.DEVNULL,
            )
            x = GAP + index % COLUMNS * (SIDE + GAP)
            y = GAP + index // COLUMNS * (SIDE + LABEL + GAP)
            sheet.paste(Image.open(path).convert("RGB").resize((SIDE, SIDE), Image.NEAREST), (x, y + LABEL))
            draw.text((x, y + 3), layer, fill=(220, 220, 220), font=font)
    sheet.save(out, optimize=True)


if __name__ == "__main__":
    main()
