#!/bin/sh
# The browser tests want a Chromium, and libatomic for the Node inside Playwright, which a bare Debian has not.
# Install Debian's where that is allowed; otherwise those tests skip and say so.
missing=chromium
for name in chromium chromium-browser google-chrome google-chrome-stable chrome; do
    command -v "$name" >/dev/null && missing= && break
done
for driver in .venv/lib/python3*/site-packages/playwright/driver/node; do
    "$driver" --version >/dev/null 2>&1 || missing="$missing libatomic1"
done
[ -z "$missing" ] && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "installing for the browser tests: $missing"
    # shellcheck disable=SC2086 - two packages are two words
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $missing >/dev/null; } && exit 0
fi
echo "missing here and not to be installed: $missing; the browser tests will be skipped"
