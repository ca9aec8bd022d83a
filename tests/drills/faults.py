"""The faults: each hurts the running platform once, and mends what would not mend by itself."""

import signal
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

from common.errors import UserError
from tests.drills.ingest import Ingest, kill_tree
from tests.drills.platform import Platform

ARMED_SECONDS = 180
FRESH_SECONDS = 240
FULL_SECONDS, MEET_SECONDS = 20, 90


@dataclass
class Drill:
    """What a fault may use; `burst` sends the fault's share of the events without waiting for it."""

    platform: Platform
    ingest: Ingest
    chance: Random
    burst: Callable[[], None]
    unreachable_seconds: float
    contracts: int = 0
    known: int = -1
    struck_at: str = ""

    def soon(self) -> None:
        """Wait a little, so that a fault meets a batch anywhere: the moment itself is drawn."""
        time.sleep(self.chance.uniform(0.5, 4))

    def busy(self) -> None:
        """Send the burst and wait a little, while the ingest runs."""
        self.at_work()
        self.newest()
        self.burst()
        self.soon()

    def at_work(self) -> None:
        """Start the ingest where it does not run, and wait until it has committed something."""
        if self.ingest.has_ended():
            self.fresh()

    def die_at(self, point: str, batch: int | None = None) -> None:
        """Run the ingest armed until it was struck, in a batch of its own choice where none is given.

        Raises:
            UserError: it was not, or ended of something else.
        """
        self.ingest.stop()
        self.ingest.start(point, str(batch or (self.chance.randrange(1, 3) if self.ingest.arguments else 1)))
        self.burst()
        deadline = time.monotonic() + ARMED_SECONDS
        while not self.ingest.has_ended():
            if time.monotonic() > deadline:
                raise UserError(f"the ingest did not reach {point} in {ARMED_SECONDS} s; see its last log")
            time.sleep(0.2)
        if self.ingest.wait() != -signal.SIGKILL:
            raise UserError(f"the ingest ended before {point}; see its last log")
        self.struck_at = self.ingest.struck_at()

    def fresh(self) -> float:
        """Wait until a batch is committed again, and return the seconds.

        Raises:
            UserError: none is; the ingest has not recovered.
        """
        began, before = time.monotonic(), self.newest()
        while self.newest() <= before:
            self.ingest.tend()
            if time.monotonic() > began + FRESH_SECONDS:
                raise UserError(f"no batch in {FRESH_SECONDS} s after a fault; see the logs of the ingest")
            time.sleep(0.5)
        return time.monotonic() - began

    def newest(self) -> int:
        """Return the newest version of the table with new rows that was ever seen; HDFS may be away."""
        self.known = self.platform.newest(self.known)
        return self.known


Fault = Callable[[Drill], None]


def kill_at_random(drill: Drill) -> None:
    """Kill the ingest at random."""
    drill.busy()
    drill.ingest.kill()


def killed_at(point: str) -> Fault:
    """Return: kill the ingest at a point of a batch."""
    return lambda drill: drill.die_at(point)


def daemon_killed(daemon: str) -> Fault:
    """Return: kill a daemon while a batch runs."""

    def fault(drill: Drill) -> None:
        drill.busy()
        drill.platform.kill(daemon)

    return fault


def checkpoint_deleted(drill: Drill) -> None:
    """Delete the checkpoint of an ingest that was stopped."""
    drill.busy()
    drill.ingest.stop()
    drill.platform.delete_checkpoint()
    recover(drill)


def checkpoint_deleted_after_kill(drill: Drill) -> None:
    """Delete the checkpoint when a batch is committed that it does not know of."""
    drill.die_at("after-commit")
    drill.platform.delete_checkpoint()
    recover(drill)


def checkpoint_truncated(drill: Drill) -> None:
    """Cut the checkpoint's newest file of an ingest that was killed at random."""
    drill.busy()
    drill.ingest.kill()
    drill.platform.truncate_checkpoint(drill.chance.choice((0, 0.5)))
    recover(drill)


def checkpoint_truncated_after_kill(drill: Drill) -> None:
    """Cut the checkpoint's newest file when a batch is committed that it does not know of."""
    drill.die_at("after-commit")
    drill.platform.truncate_checkpoint(drill.chance.choice((0, 0.5)))
    recover(drill)


def recover(drill: Drill) -> None:
    """Rebuild the checkpoint as the operator would."""
    drill.platform.command("streaming.recover")


def hdfs_full(drill: Drill) -> None:
    """Leave HDFS no room until the ingest has met it, and a while longer."""
    drill.at_work()
    drill.platform.fill()
    try:
        drill.burst()
        met, until = drill.ingest.starts, time.monotonic() + MEET_SECONDS
        while time.monotonic() < until:
            drill.ingest.tend()
            if drill.ingest.starts > met:
                met, until = sys.maxsize, time.monotonic() + FULL_SECONDS
            time.sleep(0.5)
    finally:
        drill.platform.quota()


def broker_unreachable(drill: Drill) -> None:
    """Let the broker answer nobody."""
    drill.busy()
    drill.platform.freeze("kafka", drill.unreachable_seconds)


def contract_changed(drill: Drill) -> None:
    """Give the contracts one field more between a kill, with a batch pending, and the restart."""
    drill.die_at("before-write")
    drill.contracts += 1
    drill.platform = drill.ingest.platform = drill.platform.with_new_field(drill.contracts)


def upkeep_killed(drill: Drill) -> None:
    """Kill the upkeep of the table after a time that is drawn, so somewhere in its work, beside a running batch."""
    drill.at_work()
    upkeep = drill.platform.start("spark.maintenance", "--small-files", "2", "--commits", "1")
    drill.burst()
    time.sleep(drill.chance.uniform(5, 30))
    kill_tree(upkeep.pid)
    upkeep.wait()


FAULTS: dict[str, Fault] = {
    "ingest killed at random": kill_at_random,
    "ingest killed before the write": killed_at("before-write"),
    "ingest killed mid-write": killed_at("mid-write"),
    "ingest killed after the write": killed_at("after-write"),
    "ingest killed after the commit": killed_at("after-commit"),
    "broker killed": daemon_killed("kafka"),
    "DataNode killed": daemon_killed("datanode"),
    "NameNode killed": daemon_killed("namenode"),
    "checkpoint deleted": checkpoint_deleted,
    "checkpoint deleted after a kill": checkpoint_deleted_after_kill,
    "checkpoint truncated": checkpoint_truncated,
    "checkpoint truncated after a commit": checkpoint_truncated_after_kill,
    "HDFS full": hdfs_full,
    "broker unreachable": broker_unreachable,
    "contract changed after a kill": contract_changed,
    "upkeep killed": upkeep_killed,
}
SAMPLE = ("ingest killed after the commit", "ingest killed mid-write", "broker killed")
CONTROL = "control: no identifiers, killed after the commit"


def control(drill: Drill) -> None:
    """Kill the ingest after a commit that names neither application nor version: the batch runs again.

    It is the first: a second one would not be begun again but refused, since bronze knows nothing of the first.
    """
    drill.die_at("without-identifiers", batch=1)


def plan(count: int, chance: Random, only: Sequence[str] | None) -> list[str]:
    """Return the names of `count` faults: every one as often as the others, in a mixed order."""
    kinds = list(only or FAULTS)
    names: list[str] = []
    while len(names) < count:
        names += chance.sample(kinds, len(kinds))
    return names[:count]
