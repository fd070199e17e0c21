#!/bin/sh
# A page as a picture: screenshot.sh PAGE.html PICTURE.png HEIGHT
set -eu
profile=$(mktemp -d)
trap 'rm -rf "$profile"' EXIT
chromium --headless --no-sandbox --disable-gpu --disable-background-networking --no-first-run \
  --user-data-dir="$profile" --hide-scrollbars --window-size=1240,"$3" --screenshot="$2" \
  "file://$(realpath "$1")" 2>/dev/null
