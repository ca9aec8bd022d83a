"""Files of the raw zone that a killed agent left unfinished: their events are no longer in its channel.

The HDFS sink 1.11 takes its events out of the channel when they are in a file, and gives the file its name when it is
closed. Of a killed agent it stays under the unfinished name for good, and `make import-raw` would pass it over.
"""

import re
import tempfile
from pathlib import Path

from common.lake_paths import FLUME_EVENTS
from common.webhdfs import WebHdfs

UNFINISHED = re.compile(r"(.*\.(\d+))\.tmp")
BLOCK = 1 << 20


def adopt(hdfs: WebHdfs, began_ms: int) -> list[str]:
    """Give the whole lines of what agents before the present one left their names, and return these.

    Args:
        hdfs: as Flume's own user.
        began_ms: when the present agent's sink began; its own files bear later numbers.

    Raises:
        UserError: HDFS does not answer, or refuses.
    """
    names = []
    for topic in hdfs.names(FLUME_EVENTS):
        for name in hdfs.names(f"{FLUME_EVENTS}/{topic}"):
            match = UNFINISHED.fullmatch(name)
            if match and int(match[2]) < began_ms:
                finish(hdfs, f"{FLUME_EVENTS}/{topic}", name, match[1])
                names.append(f"{FLUME_EVENTS}/{topic}/{match[1]}")
    return names


def finish(hdfs: WebHdfs, folder: str, name: str, whole: str) -> None:
    """Copy the lines of a file that nobody writes any more to one with a name, where there are any, and remove it.

    A copy, since the dead agent's lease on the file holds up whoever reads its length. Behind the last end of a line
    stands what was never taken out of the channel, so it comes again.
    """
    with tempfile.TemporaryDirectory() as scratch:
        local = Path(scratch) / "file"
        with hdfs.open(f"{folder}/{name}") as content, local.open("wb") as copy:
            kept = 0
            while block := content.read(BLOCK):
                if (end := block.rfind(b"\n") + 1) > 0:
                    kept = copy.tell() + end
                copy.write(block)
            copy.truncate(kept)
        if kept:
            hdfs.upload(local, f"{folder}/{whole}", "0640")
    hdfs.delete(f"{folder}/{name}")
