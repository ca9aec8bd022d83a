"""The watch over Flume: sends again what its sources cannot see, and tells how far it is.

It looks twice a second at the logs, at the positions that Flume notes, and at what the agent says of itself.
"""

import contextlib
import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from prometheus_client import CollectorRegistry, Gauge, start_http_server

from common.errors import UserError
from common.files import replace_file
from common.settings import Settings, read_settings
from common.webhdfs import WebHdfs
from infra.local.flume import leftovers, memory, places, resend, state, tails
from infra.local.flume.memory import Found

SECONDS_BETWEEN_LOOKS, SECONDS_BETWEEN_LOOKS_AT_HDFS = 0.5, 10.0
USER = "flume"
CHANNELS = ("logs", "files")


def main() -> None:
    """Look, until it is ended; what it remembers is on disk after each look."""
    settings = read_settings()
    watch = Watch(settings)
    gauges = Gauges.serving(settings)
    while True:
        if watch.look(time.time()):
            gauges.show(watch.state)
        time.sleep(SECONDS_BETWEEN_LOOKS)


@dataclass
class Watch:
    """What is known from one look to the next."""

    settings: Settings
    remembered: memory.Memory = field(init=False)
    state: dict = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    sent: int = 0
    last_delivery_at: float = 0.0
    looked_at_hdfs: float = 0.0
    # How often the sink had found its channel empty when all logs were read; what it finds later is after that.
    empty_before: int | None = None
    sizes_before: Mapping[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Remember."""
        self.remembered = memory.load(places.data(self.settings, "watched.json"))

    def look(self, now: float) -> bool:
        """Look once; return whether it could."""
        self.problems = []
        read = memory.positions(places.positions(self.settings))
        if read is None:
            return False
        found = dict(tails.files(places.logs(self.settings)))
        look = tails.Look(self.remembered, read, now)
        look.at(found)
        for piece in look.pieces:
            with self.noting("a piece of a log could not be sent again"):
                resend.write(places.again(self.settings), piece)
        memory.store(places.data(self.settings, "watched.json"), self.remembered)
        agent = self.ask()
        if agent and now - self.looked_at_hdfs >= SECONDS_BETWEEN_LOOKS_AT_HDFS:
            self.looked_at_hdfs = now
            self.adopt(int(agent["SINK.hdfs"]["StartTime"]))
        self.tell(now, self.read_files(found, read), agent, look)
        return True

    def ask(self) -> dict[str, dict[str, str]]:
        """Return what the agent says of itself; nothing where it does not answer, or has not begun."""
        try:
            agent = state.metrics(self.settings)
        except OSError:
            return {}
        return agent if {"SINK.kafka", "SINK.hdfs", *(f"CHANNEL.{name}" for name in CHANNELS)} <= set(agent) else {}

    def adopt(self, began_ms: int) -> None:
        """Finish the files of agents that were killed, once the present one's sink has begun."""
        with self.noting("files of a killed agent stay unfinished in HDFS"):
            if began_ms:
                for name in leftovers.adopt(WebHdfs.of(self.settings, USER), began_ms):
                    print(f"{name}: finished in place of an agent that was killed", flush=True)

    def read_files(self, found: Mapping[int, Found], read: Mapping[int, int]) -> dict[int, dict]:
        """Return the files that Flume reads: topic and name, size, how far it has read."""
        pieces = dict(tails.files(places.again(self.settings)))
        return {
            inode: {"name": f"{one.topic}/{one.path.name}", "size": one.size, "read": min(read.get(inode, 0), one.size)}
            for inode, one in {**found, **pieces}.items()
            if places.IS_READ.fullmatch(one.path.name)
        }

    def tell(self, now: float, files: dict[int, dict], agent: dict[str, dict[str, str]], look: tails.Look) -> None:
        """Write the state of Flume for whoever asks."""
        sent = int(agent["SINK.kafka"]["EventDrainSuccessCount"]) if agent else 0
        if sent > self.sent:
            self.last_delivery_at = now
        self.sent = sent
        if not agent:
            self.problems.append("the agent does not answer; see `make logs SERVICE=flume`")
        channels = {
            name: [int(agent[f"CHANNEL.{name}"][key]) for key in ("ChannelSize", "ChannelCapacity")]
            for name in CHANNELS
            if agent
        }
        self.state = {
            "at": now,
            "sent": sent,
            "last_delivery_at": self.last_delivery_at,
            "channels": channels,
            "files": list(files.values()),
            "delivered": self.has_delivered(files, agent, look),
            "problems": self.problems,
            "faults": self.remembered.faults,
        }
        replace_file(self.settings.path(*state.FILE), json.dumps(self.state))

    def has_delivered(self, files: dict[int, dict], agent: dict[str, dict[str, str]], look: tails.Look) -> bool:
        """Return whether Kafka has all of the logs: all is read, and the sink found its channel empty after that."""
        sizes = {inode: one["size"] for inode, one in files.items()}
        is_read = all(one["size"] == one["read"] for one in files.values())
        in_doubt = any(log.doubt for log in self.remembered.logs.values())
        settled = is_read and sizes == self.sizes_before and not (look.waiting or look.pieces or in_doubt)
        self.sizes_before = sizes
        if not agent or not settled or agent["CHANNEL.logs"]["ChannelSize"] != "0":
            self.empty_before = None
            return False
        empty = int(agent["SINK.kafka"]["BatchEmptyCount"])
        if self.empty_before is None or empty < self.empty_before:
            self.empty_before = empty
        return empty > self.empty_before

    @contextlib.contextmanager
    def noting(self, what: str) -> Iterator[None]:
        """Let a fault be a problem that is shown, not the watch's end."""
        try:
            yield
        except (OSError, UserError) as error:
            self.problems.append(f"{what}: {error}")
            print(f"{what}: {error}", flush=True)


@dataclass(frozen=True)
class Gauges:
    """The state for Prometheus."""

    behind: Gauge
    events: Gauge
    sent: Gauge
    delivered_at: Gauge
    faults: Gauge
    looked_at: Gauge

    @classmethod
    def serving(cls, settings: Settings) -> "Gauges":
        """Return gauges whose endpoint answers."""
        registry = CollectorRegistry()

        def gauge(name: str, text: str, *labels: str) -> Gauge:
            return Gauge(f"lakehouse_flume_{name}", text, labels, registry=registry)

        gauges = cls(
            gauge("behind_bytes", "Bytes of a log that Flume has not read.", "log"),
            gauge("channel_events", "Events in a channel.", "channel"),
            gauge("sent_lines", "Lines sent to Kafka since the agent began."),
            gauge("last_delivery_at_seconds", "When lines were last sent (Unix time)."),
            gauge("faults", "Logs that were cut, replaced or removed before all was read; status says which."),
            gauge("looked_at_seconds", "When these were counted (Unix time)."),
        )
        start_http_server(settings.port("flume-metrics"), addr=settings.host, registry=registry)
        return gauges

    def show(self, state: Mapping) -> None:
        """Set the gauges."""
        self.behind.clear()
        for one in state["files"]:
            self.behind.labels(one["name"]).set(one["size"] - one["read"])
        for name, (held, _) in state["channels"].items():
            self.events.labels(name).set(held)
        self.sent.set(state["sent"])
        self.delivered_at.set(state["last_delivery_at"])
        self.faults.set(len(state["faults"]))
        self.looked_at.set(state["at"])


if __name__ == "__main__":
    main()
