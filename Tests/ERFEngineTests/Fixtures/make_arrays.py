"""Writes the same small array in every type, byte order and order of axes that NumPy has for real numbers.

    pip install numpy
    python make_arrays.py
"""
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


if __name__ == "__main__":
    main()
