#!/usr/bin/env bash
# kafka.sh HOST PORT: whether a broker answers a request of Kafka's protocol without an error.
# Kafka's own tools would start a JVM each time.
set -euo pipefail

exec 3<>"/dev/tcp/$1/$2"
# Ten bytes follow: ApiVersions (18) in version 0, correlation 7, no client's name.
printf '\0\0\0\012\0\022\0\0\0\0\0\007\377\377' >&3
# The answer: its length, the correlation, the error, which is 0.
[ "$(head -c 10 <&3 | od -An -v -tx1 -j4 | tr -d ' \n')" = 000000070000 ]
