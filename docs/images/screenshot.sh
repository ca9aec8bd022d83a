#!/bin/bash
# Takes docs/images/report.png, the README's picture, from a report: docs/images/screenshot.sh [report.html]
# Needs chromium; take it from a run on the public data, never on anyone's own.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
report=$(realpath "${1:-${STATE_DIR:-$here/../../.state}/out/report.html}")
profile=$(mktemp -d)
trap 'rm -rf "$profile"' EXIT
[ "$EUID" != 0 ] || as_root=--no-sandbox
chromium --headless ${as_root:-} --disable-gpu --disable-quic --no-first-run --disable-background-networking \
  --disable-component-update --disable-sync --hide-scrollbars --user-data-dir="$profile" \
  --window-size=1180,"${HEIGHT:-1500}" --screenshot="$here/report.png" "file://$report" 2>/dev/null
ls -l "$here/report.png"
