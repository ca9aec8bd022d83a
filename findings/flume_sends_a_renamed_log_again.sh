#!/bin/bash
# Apache Flume 1.11.0, source TAILDIR: a log that is renamed is sent again from its beginning where the pattern matches its new
# name too, though it has the number (inode) that the source remembers.
#
# The user guide says of the source that it does not rename, delete or modify what it follows, and patterns such as
# `.*\.log.*` are what its readers write. A file whose number is known under another path counts as a new one, so at
# each rotation all of the log comes twice. Where the pattern matches the live name alone, nothing comes twice, and what
# was written just before the rename is still read, as long as the agent runs.
#
# Seen: "pattern of both names: 3 lines sent as 6", "pattern of the live name: 3 lines sent as 3". The script fails where
# that is no longer so.
set -euo pipefail
folder=$(mktemp -d)
agent=
trap '[ -z "$agent" ] || kill "$agent" 2>/dev/null; rm -rf "$folder"' EXIT
. "$(dirname "$0")/flume.bash"
install_flume "$folder"

# Write a log, rename it while an agent follows the names of a pattern, and set `lines` to how many lines it has sent.
rotate() {
    rm -rf "$folder/logs" "$folder/out" "$folder/positions.json"
    mkdir "$folder/logs" "$folder/out"
    printf 'line-%d\n' 1 2 3 >"$folder/logs/app.log"
    start_agent "$folder" "$1"
    wait_sent "$folder" line 3
    mv "$folder/logs/app.log" "$folder/logs/app.log.1"
    # The source looks for new names at least every five seconds.
    sleep 15
    end_agent
    lines=$(sent "$folder" line)
}

rotate 'app\.log.*'
both=$lines
rotate 'app\.log'
echo "pattern of both names: 3 lines sent as $both"
echo "pattern of the live name: 3 lines sent as $lines"
[ "$both" = 6 ] && [ "$lines" = 3 ]
