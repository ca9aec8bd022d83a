#!/bin/bash
# Apache Flume 1.11.0, source TAILDIR: a log that is cut in place and has grown past the position before the source looks again
# is read on from its middle, without a word.
#
# The source knows a file by its number (inode) and a position. A file shorter than its position is read from its
# beginning, which the log says ("is larger than file size! Restarting from pos 0"). One that is not shorter looks as
# if it had grown. So of a log that is rotated by copying and cutting it, lines are lost whenever as much is written
# again between two looks: with the default pauses of up to five seconds, or while the agent does not run. The first
# thing that is read may be half a line.
#
# Here the agent ends, the log of 3 lines is cut and gets 9 others, and the agent begins again. Seen: "sent of the 3 lines
# before: 3", "sent of the 9 lines that stand in the log: 6". The script fails where that is no longer so.
set -euo pipefail
folder=$(mktemp -d)
agent=
trap '[ -z "$agent" ] || kill "$agent" 2>/dev/null; rm -rf "$folder"' EXIT
. "$(dirname "$0")/flume.bash"
install_flume "$folder"
mkdir "$folder/logs" "$folder/out"

printf 'old-%d\n' 1 2 3 >"$folder/logs/app.log"
start_agent "$folder" 'app\.log'
wait_sent "$folder" old 3
end_agent
: >"$folder/logs/app.log"
printf 'new-%d\n' 1 2 3 4 5 6 7 8 9 >>"$folder/logs/app.log"
start_agent "$folder" 'app\.log'
wait_sent "$folder" new 1
end_agent
echo "sent of the 3 lines before: $(sent "$folder" old)"
echo "sent of the 9 lines that stand in the log: $(sent "$folder" new)"
[ "$(sent "$folder" old)" = 3 ] && [ "$(sent "$folder" new)" = 6 ]
