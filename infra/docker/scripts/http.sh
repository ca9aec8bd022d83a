#!/usr/bin/env bash
# http.sh HOST PORT PATH TEXT: whether the answer to a request holds a text. Bash alone: not every image has curl.
set -euo pipefail

exec 3<>"/dev/tcp/$1/$2"
printf 'GET %s HTTP/1.0\r\nHost: localhost\r\n\r\n' "$3" >&3
grep -qF -- "$4" <&3
