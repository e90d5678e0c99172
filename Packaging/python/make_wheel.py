"""Packs the program and the Python side into a wheel that auditwheel can give its libraries.

    python3 make_wheel.py PROGRAM FOLDER

FOLDER/licenses holds the licences of the libraries that the wheel will carry.
"""

import base64
import hashlib
import pathlib
import subprocess
import sys
import sysconfig
import zipfile

program, folder = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
here = pathlib.Path(__file__).parent
root = here.parent.parent
version = subprocess.check_output([program, "--version"], text=True).split()[1]
tag = "py3-none-" + sysconfig.get_platform().replace("-", "_").replace(".", "_")
info = f"replk_tui-{version}.dist-info"
stripped = folder / "replk-tui"
subprocess.run(["strip", "-o", stripped, program], check=True)
metadata = f"""Metadata-Version: 2.1
Name: replk-tui
Version: {version}
Summary: Explorer of effective receptive fields of neural networks
License: MIT
Requires-Python: >=3.9
Requires-Dist: numpy
Description-Content-Type: text/markdown

# replk-tui

See which input pixels a convolutional network really listens to: an interactive terminal explorer of **effective
receptive fields**, after the paper [Scaling Up Your Kernels to 31x31](https://arxiv.org/abs/2203.06717) (RepLKNet).
The wheel carries the program, its libraries, and small trained networks; every number matches PyTorch's.

```sh
replk-tui                        # the explorer: two networks beside one another, ? for help
replk-tui erf my.onnx --image photos -o field.png
replk-tui --help
```

```python
import torchvision, replk_tui
field, facts = replk_tui.erf("replknet-31-nano", size=512)
field, facts = replk_tui.erf(torchvision.models.resnet50(weights="DEFAULT"), size=512, images="photos")
```

`field` is a float32 array of the input's size, `facts` holds its area ratios and where it comes from. Modules are
exported to ONNX where `onnx` and `onnxscript` are installed; else their weights have to be those of a built-in network.
"""
files = {
    "replk_tui/__init__.py": (here / "replk_tui/__init__.py").read_bytes(),
    "replk_tui/__main__.py": (here / "replk_tui/__main__.py").read_bytes(),
    "replk_tui/bin/replk-tui": stripped.read_bytes(),
    f"{info}/METADATA": metadata.encode(),
    f"{info}/WHEEL": f"Wheel-Version: 1.0\nGenerator: make_wheel\nRoot-Is-Purelib: false\nTag: {tag}\n".encode(),
    f"{info}/entry_points.txt": b"[console_scripts]\nreplk-tui = replk_tui:main\n",
    f"{info}/licenses/LICENSE": (root / "LICENSE").read_bytes(),
    f"{info}/licenses/NOTICE": (root / "NOTICE").read_bytes(),
}
for path in sorted((folder / "licenses").iterdir()):
    files[f"{info}/licenses/libraries/{path.name}"] = path.read_bytes()
record = ""
wheel = folder / f"replk_tui-{version}-{tag}.whl"
with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
    def add(name, data, mode):
        entry = zipfile.ZipInfo(name, date_time=(2024, 1, 1, 0, 0, 0))
        entry.external_attr = (0o100000 | mode) << 16
        entry.compress_type = zipfile.ZIP_DEFLATED
        archive.writestr(entry, data)

    for name, data in files.items():
        add(name, data, 0o755 if "/bin/" in name else 0o644)
        digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
        record += f"{name},sha256={digest},{len(data)}\n"
    add(f"{info}/RECORD", record + f"{info}/RECORD,,\n", 0o644)
print(wheel)
