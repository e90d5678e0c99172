"""Packs checkpoints/zip.pth anew as people do who unzip and zip it: every entry deflated.

    python3 make_rezipped.py
"""

import pathlib
import zipfile

folder = pathlib.Path(__file__).parent / "checkpoints"
with zipfile.ZipFile(folder / "zip.pth") as source, \
        zipfile.ZipFile(folder / "deflated.pth", "w", zipfile.ZIP_DEFLATED, compresslevel=9) as target:
    for name in sorted(source.namelist()):
        # A fixed date, so that the same bytes come out every time.
        info = zipfile.ZipInfo(name, date_time=(2024, 1, 1, 0, 0, 0))
        info.compress_type = zipfile.ZIP_DEFLATED
        target.writestr(info, source.read(name))
