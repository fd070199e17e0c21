#!/bin/sh
# Create a virtual environment with the newest Python from 3.11 on; say what to do where there is none.
set -eu
for python in "${PYTHON:-}" python3 python3.14 python3.13 python3.12 python3.11; do
    [ -n "$python" ] && command -v "$python" >/dev/null 2>&1 || continue
    "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue
    if "$python" -m venv "$1" 2>/dev/null && "$1/bin/python" -m pip --version >/dev/null 2>&1; then
        exit 0
    fi
    rm -rf "$1"
    found=$python
done
if [ -n "${found:-}" ]; then
    echo "make: $found cannot create virtual environments; on Debian and Ubuntu: apt install python3-venv" >&2
else
    echo "make: Python 3.11 or newer is needed; set PYTHON=/path/to/python3 if it has another name" >&2
fi
exit 1
