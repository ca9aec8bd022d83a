"""Flume at work: logs that are renamed, cut and killed over, to Kafka; whole files to HDFS; what is no event, named."""

import os
import signal
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from common.errors import UserError
from common.lake_paths import FLUME_EVENTS
from common.webhdfs import WebHdfs
from infra.local import supervise
from infra.local.flume import state
from tests.integration.harness import Platform, wait_until
from tests.integration.log_lines import visit

LANDED = """
select split_part(event_id, '-', 2) as what, count(*) as rows, count(distinct event_id) as events
from bronze.events where source = 'log-shop' and broken_rule is null group by 1 order by 1
"""
QUARANTINED = "select key, broken_rule from bronze.events where key like '%/odd.log, byte%' order by 1"


@dataclass
class Shop:
    """An app that writes its log into Flume's folder."""

    platform: Platform
    written: dict[str, int] = field(default_factory=dict)

    @property
    def log(self) -> Path:
        return self.platform.settings.flume_logs / "visits" / "app.log"

    def write(self, what: str, count: int, end: str = "\n") -> None:
        """Append visits that are called so."""
        first = self.written.get(what, 0)
        with self.log.open("ab") as file:
            file.write(b"\n".join(visit(f"flume-{what}-{number}") for number in range(first, first + count)))
            file.write(end.encode())
        self.written[what] = first + count

    @property
    def pid(self) -> int:
        return int(supervise.processes(self.platform.settings)["flume"]["pid"])

    def wait_delivered(self) -> None:
        """Wait until Kafka has all that was written."""
        since = datetime.now(UTC)
        wait_until(lambda: state.has_delivered(self.platform.settings, since), 90, "Flume has not delivered")


@pytest.fixture(scope="module")
def shop(kafka_topics: Platform) -> Iterator[Shop]:
    """A day of an app: rotation by rename and by copy, a log cut while Flume does not look, a kill, odd lines."""
    platform, shop = kafka_topics, Shop(kafka_topics)
    platform.make("up", SERVICES="+flume")
    for number in range(3):
        shop.write("renamed", 300)
        shop.log.rename(shop.log.with_name(f"app-{number}.log"))
    shop.write("copied", 300)
    shop.log.with_name("app.log.1").write_bytes(shop.log.read_bytes())
    os.truncate(shop.log, 0)
    shop.write("copied", 100)
    shop.wait_delivered()
    cut_unseen(shop)
    kill_while_the_log_is_renamed(shop)
    with shop.log.with_name("odd.log").open("wb") as file:
        file.write(b'not an event\n[1]\n\n\xff"\n{"no": "identity"}\n' + visit("flume-odd-0"))
    shop.written["odd"] = 1
    shop.wait_delivered()
    spool(shop)
    platform.make("import-raw")
    platform.make("ingest")
    yield shop
    supervise.stop(platform.settings, "flume")
    supervise.stop(platform.settings, "flume-watch")


def cut_unseen(shop: Shop) -> None:
    """Cut the log and let it grow past where Flume stands, before Flume looks again."""
    pid = shop.pid
    os.kill(pid, signal.SIGSTOP)
    os.truncate(shop.log, 0)
    shop.write("cut", 600)
    # For the watch, which looks twice a second.
    time.sleep(1.5)
    os.kill(pid, signal.SIGCONT)
    shop.wait_delivered()


def kill_while_the_log_is_renamed(shop: Shop) -> None:
    """Kill the agent, and rename the log while none runs."""
    os.kill(shop.pid, signal.SIGKILL)
    shop.write("killed", 500)
    shop.log.rename(shop.log.with_name("app-9.log"))
    shop.write("killed", 500)


def spool(shop: Shop) -> None:
    """Give a file to the folder for HDFS, kill the agent before it has given it a name, and wait for the name."""
    platform, folder = shop.platform, shop.platform.settings.path("flume", "spool", "visits")
    lines = b"\n".join(visit(f"flume-spooled-{number}") for number in range(2_500))
    part = folder / ".history.jsonl.part"
    part.write_bytes(lines)
    part.rename(folder / "history.jsonl")
    wait_until(lambda: drained(platform) >= 2_500, 60, "nothing comes to HDFS")
    os.kill(shop.pid, signal.SIGKILL)
    hdfs = WebHdfs.of(platform.settings, "streaming")

    def has_name() -> bool:
        names = hdfs.names(f"{FLUME_EVENTS}/visits")
        return any(name.startswith("history.jsonl.") for name in names) and not any(".tmp" in name for name in names)

    wait_until(has_name, 90, "the file has no name yet")
    shop.written["spooled"] = 2_500


def drained(platform: Platform) -> int:
    """Return how many events have come to files in HDFS since the agent began."""
    try:
        return int(state.metrics(platform.settings)["SINK.hdfs"]["EventDrainSuccessCount"])
    except (OSError, KeyError):
        return 0


def test_every_line_that_was_written_has_landed_and_repeats_are_known_by_their_identity(
    platform: Platform, shop: Shop
) -> None:
    landed = {row["what"]: int(row["events"]) for row in platform.rows(LANDED, "lake")}
    assert landed == shop.written


def test_a_line_that_is_no_event_is_in_the_quarantine_with_its_file_and_byte(platform: Platform, shop: Shop) -> None:
    rows = {row["key"].rpartition(" ")[2]: row["broken_rule"] for row in platform.rows(QUARANTINED, "lake")}
    assert rows == {"0": "unmappable", "13": "unmappable", "18": "unmappable", "21": "missing_event_id"}


def test_status_tells_what_was_cut_and_doctor_too(platform: Platform, shop: Shop) -> None:
    cut = "visits/app.log was cut, or written anew, and grew past where Flume stood before it looked"
    words = platform.make("status").stdout
    assert cut in words and " logs, behind by bytes: none" in words
    assert cut in platform.call("make", "doctor", status=2).stdout
    assert "finished in place of an agent that was killed" in platform.make("logs", SERVICE="flume").stdout


def test_nobody_but_flume_writes_where_it_writes(platform: Platform, shop: Shop, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(visit("flume-forged-1"))
    for user in ("streaming", "modeler"):
        with pytest.raises(UserError, match="Permission denied"):
            WebHdfs.of(platform.settings, user).upload(tmp_path / "file", f"{FLUME_EVENTS}/visits/forged.jsonl")
    with pytest.raises(UserError, match="Permission denied"):
        WebHdfs.of(platform.settings, "modeler").names(f"{FLUME_EVENTS}/visits")


def test_bench(platform: Platform, shop: Shop) -> None:
    # The last: its lines are no part of what the tests before have counted.
    process = platform.call(sys.executable, "bench/flume_rate.py", "--sample")
    assert [line.split()[0] for line in process.stdout.splitlines()[-2:]] == ["Flume", "plain"]


def test_drill(platform: Platform, shop: Shop) -> None:
    arguments = ("--here", "--kills", "2", "--rate", "50", "--longest", "3")
    process = platform.call(sys.executable, "-m", "tests.drills.flume", *arguments)
    assert process.stdout.startswith("2 kills, ") and "lost 0, doubled 0" in process.stdout
