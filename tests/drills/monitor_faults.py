"""What is done to the monitor and to what it needs; each fault leaves a monitor that runs."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from infra.local import supervise
from tests.drills.monitor_process import SOON, Monitor
from tests.drills.platform import Platform


@dataclass
class Drill:
    """What a fault may use; `away_seconds` is how long a store is away."""

    platform: Platform
    monitor: Monitor
    chance: Random
    away_seconds: float
    contracts: int = 0


Fault = Callable[[Drill], None]


def monitor_killed(drill: Drill) -> None:
    """Kill the monitor, with nothing cleaned up, and start it again."""
    drill.monitor.kill()
    drill.monitor.start()


def contract_gains_field(drill: Drill) -> None:
    """Give the contracts one field more between a kill and the next start."""
    drill.monitor.kill()
    drill.contracts += 1
    drill.platform = drill.monitor.platform = drill.platform.with_new_field(drill.contracts)
    drill.monitor.start()


def daemon_killed(daemon: str) -> Fault:
    """Return: kill a daemon beside a monitor at work; its supervisor starts it again."""

    def fault(drill: Drill) -> None:
        drill.monitor.wait_begun(SOON)
        drill.platform.kill(daemon)

    return fault


def postgresql_away(drill: Drill) -> None:
    """Stop PostgreSQL for a while beside a monitor at work; one that begins would end with the remedy."""
    drill.monitor.wait_begun(SOON)
    supervise.stop(drill.platform.settings, "postgres")
    time.sleep(drill.away_seconds)
    drill.platform.command("infra.local", "up")


FAULTS: dict[str, Fault] = {
    "monitor killed": monitor_killed,
    "PostgreSQL killed": daemon_killed("postgres"),
    "broker killed": daemon_killed("kafka"),
    "DataNode killed": daemon_killed("datanode"),
    "NameNode killed": daemon_killed("namenode"),
    "PostgreSQL away": postgresql_away,
    "contract gains a field": contract_gains_field,
}


def plan(count: int, chance: Random) -> list[str]:
    """Return the names of `count` faults: the monitor killed every second time, each other as often as the rest."""
    others = [name for name in FAULTS if name != "monitor killed"]
    names: list[str] = []
    while len(names) < count:
        names += [name for other in chance.sample(others, len(others)) for name in ("monitor killed", other)]
    return names[:count]
