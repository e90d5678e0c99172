"""Sets the bytes of weights apart, the lower ones of all halves before the upper ones: so a wheel packs them smaller.

    python3 apart.py FILE.safetensors...        # in place; apart.c joins them again
"""

import pathlib
import sys

for path in map(pathlib.Path, sys.argv[1:]):
    data = path.read_bytes()
    start = 8 + int.from_bytes(data[:8], "little")
    body = data[start:]
    path.write_bytes(data[:start] + body[0::2] + body[1::2])
