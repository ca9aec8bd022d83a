"""What every writer of HDFS is told."""

from common.settings import read_settings
from infra.local.hadoop_conf import client

WAITS = "dfs.client.block.write.locateFollowingBlock"


def test_the_close_of_a_file_asks_soon_and_waits_a_minute_for_a_busy_datanode() -> None:
    told = client(read_settings({}))
    first, number = int(str(told[f"{WAITS}.initial.delay.ms"])), int(str(told[f"{WAITS}.retries"]))
    waits = [first * 2**one for one in range(number)]
    assert waits[0] <= 20
    assert sum(waits) >= 60_000 >= waits[-1]
