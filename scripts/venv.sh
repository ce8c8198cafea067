#!/bin/sh
# Make a virtual environment: venv.sh PYTHON FOLDER. Debian's Python comes without ensurepip, so ask apt for it if that is allowed.
set -eu
python=$1
folder=$2
command -v "$python" >/dev/null || { echo "no $python found: install Python 3.11 or newer" >&2; exit 1; }
"$python" - <<'PY' || exit 1
import sys
if sys.version_info < (3, 11):
    sys.exit(f"Sargas needs Python 3.11 or newer, this is {sys.version.split()[0]}: run make PYTHON=python3.11 ...")
PY
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq python3-venv >/dev/null
    else
        echo "$python has no venv module: run 'apt-get install python3-venv' as root, then make again" >&2
        exit 1
    fi
fi
"$python" -m venv "$folder"
