"""Whether HDFS is at work, asked by its web address: its own clients wait for one that is gone, without a word."""

import http.client
import json
from urllib.parse import urlsplit

from common.settings import Settings

PATIENCE_SECONDS = 3.0
STATE = "/jmx?qry=Hadoop:service=NameNode,name=FSNamesystemState"
GO_ON = "queries that store or keep a state stand still until then, and go on by themselves"


def hdfs_problem(settings: Settings) -> str | None:
    """Return what is wrong with HDFS and what to do; None where nothing is, or it tells strangers nothing of itself."""
    connection = http.client.HTTPConnection(urlsplit(settings.webhdfs_url).netloc, timeout=PATIENCE_SECONDS)
    try:
        connection.request("GET", STATE)
        return problem_of(connection.getresponse().read())
    except (OSError, http.client.HTTPException):
        return f"HDFS does not answer; `make up` starts it, {GO_ON}"
    finally:
        connection.close()


def problem_of(answer: bytes) -> str | None:
    """Return what is wrong by the NameNode's answer."""
    try:
        (state,) = json.loads(answer)["beans"]
        nodes, is_safe = state["NumLiveDataNodes"], state["FSState"] == "safeMode"
    except (ValueError, KeyError, TypeError):
        return None
    if nodes == 0:
        return f"HDFS has no DataNode; `make up` starts it, {GO_ON}"
    return f"HDFS is in safe mode, which it leaves by itself; {GO_ON}" if is_safe else None
