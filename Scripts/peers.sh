#!/bin/sh
# Times replk-tui against PyTorch on this machine: same networks, weights, inputs and threads, turn by
# turn. PyTorch comes from PyPI into a private environment, unless PEERS_PYTHON names a Python that
# has torch and numpy.
#
#     sh Scripts/peers.sh BINARY [OPTIONS OF peers.py]
#
# PEERS_SCRIPT=peers_training.py times training instead; PEERS_SCRIPT=peers_forward.py forward passes
# against inference engines, which PEERS_PACKAGES names.
set -eu

folder=$(dirname "$0")
binary=$1
shift
environment=.build/peers
python=${PEERS_PYTHON:-$environment/bin/python}
if [ ! -x "$python" ]; then
  python3 -m venv "$environment" || {
    echo 'there is no working python3 with venv: on Debian, apt-get install python3-venv' >&2
    exit 1
  }
  # On Linux PyPI's PyTorch brings libraries for GPUs along, gigabytes that this does not use.
  "$environment/bin/pip" install --quiet numpy torch torchvision
fi
# Such as onnxruntime, for the scripts that want more than PyTorch.
[ -z "${PEERS_PACKAGES:-}" ] || [ "$python" != "$environment/bin/python" ] ||
  "$python" -m pip install --quiet $PEERS_PACKAGES
exec "$python" "$folder/${PEERS_SCRIPT:-peers.py}" --program "$binary" "$@"
