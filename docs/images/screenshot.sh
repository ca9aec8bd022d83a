#!/bin/bash
# Takes the pictures of README and docs from a run: docs/images/screenshot.sh [folder with the report and the docs site]
# Needs chromium; take them from a run on the public data, never on anyone's own.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
out=$(realpath "${1:-${STATE_DIR:-$here/../../.state}/out}")
profile=$(mktemp -d)
trap 'rm -rf "$profile"' EXIT
[ "$EUID" != 0 ] || as_root=--no-sandbox

take() { # picture, width, height, page
  chromium --headless ${as_root:-} --disable-gpu --disable-quic --no-first-run --disable-background-networking \
    --disable-component-update --disable-sync --hide-scrollbars --user-data-dir="$profile" --virtual-time-budget=15000 \
    --window-size="$2,$3" --screenshot="$here/$1" "file://$4" 2>/dev/null
  ls -l "$here/$1"
}

take report.png 1180 1500 "$out/report.html"
# Everything that the customers at risk come from, from the topics on.
take lineage.png 1800 1000 "$out/dbt/static_index.html#!/overview?g_v=1&g_i=%2Brpt_at_risk_customers"
