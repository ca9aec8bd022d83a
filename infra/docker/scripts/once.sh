#!/usr/bin/env bash
# once.sh FILE FORMAT… -- DAEMON…: formats the daemon's folder where FILE is not there yet, then becomes the daemon.
set -euo pipefail

mark=$1
shift
format=()
while [ "$1" != -- ]; do
  format+=("$1")
  shift
done
shift
[ -e "$mark" ] || "${format[@]}"
exec "$@"
