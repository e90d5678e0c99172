"""Writes the same small array in every type, byte order and order of axes that NumPy has for real numbers.

    pip install numpy
    python make_arrays.py
"""
import zipfile
from pathlib import Path

import numpy

OUT = Path(__file__).parent / "arrays"


def main():
    OUT.mkdir(exist_ok=True)
    values = (numpy.arange(24) * 5).reshape(2, 3, 4)
    for code in ("f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8"):
        for name, order in (("little", "<"), ("big", ">")):
            if code[1] != "1" or name == "little":
                numpy.save(OUT / f"{code}-{name}.npy", values.astype(order + code))
    numpy.save(OUT / "bool.npy", values % 3 == 0)
    numpy.save(OUT / "fortran.npy", numpy.asfortranarray(values.astype("<f4")))
    numpy.save(OUT / "fortran-big.npy", numpy.asfortranarray(values.astype(">f8")))
    numpy.savez(OUT / "one.npz", values)
    numpy.savez_compressed(OUT / "one-deflated.npz", map=values.astype("f4"))
    numpy.savez(OUT / "two.npz", a=values, b=values)
    write_as_macos(values.astype("f4"))


def write_as_macos(values):
    """An archive as the Finder packs a folder with an array."""
    beside = b"\0\5\26\7\0\2\0\0Mac OS X        " + bytes(136)
    with zipfile.ZipFile(OUT / "macos.npz", "w") as archive:
        for name, contents in (
            ("maps/", b""), ("maps/map.npy", None), ("__MACOSX/", b""), ("__MACOSX/maps/", b""),
            ("__MACOSX/maps/._map.npy", beside), ("maps/.DS_Store", b"\0\0\0\1Bud1"),
            ("__MACOSX/maps/._.DS_Store", beside),
        ):
            with archive.open(zipfile.ZipInfo(name), "w") as entry:
                if contents is None:
                    numpy.save(entry, values)
                else:
                    entry.write(contents)


if __name__ == "__main__":
    main()
