"""The end of the monitor, a minute at most: a client of HDFS would wait much longer for one that is gone."""

import threading
import time
from dataclasses import dataclass, field
from typing import Self

from pyspark.sql import SparkSession

from common.shutdown import Stop

SECONDS_TO_END = 60.0
SECONDS_BETWEEN_LOOKS = 0.5


@dataclass
class Ending:
    """Watches over the end: what is not over a minute after a stop was asked for loses its engine, as by a kill."""

    spark: SparkSession
    stop: Stop
    is_cut_off: bool = False
    over: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Self:
        """Begin to watch."""
        threading.Thread(target=self.watch, name="ending", daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        """It is over."""
        self.over.set()

    def watch(self) -> None:
        """Wait for the end, or bring it about; the thread's work."""
        asked = None
        while not self.over.wait(SECONDS_BETWEEN_LOOKS):
            if self.stop.requested and asked is None:
                asked = time.monotonic()
            if asked is not None and time.monotonic() > asked + SECONDS_TO_END:
                self.cut_off()
                return

    def cut_off(self) -> None:
        """Kill the engine, so that whatever waits for it fails."""
        # Where another program has started the engine, it is not ours to kill.
        process = getattr(self.spark.sparkContext._gateway, "proc", None)
        if process is not None:
            self.is_cut_off = True
            process.kill()
