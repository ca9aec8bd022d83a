"""Files of the raw zone, to Kafka once each: what is no event is quarantined, what cannot be read is named."""

import bz2
import gzip
import json
from collections.abc import Iterable
from pathlib import Path

import pytest

from common.lake_paths import RAW_EVENTS
from common.webhdfs import WebHdfs
from tests.integration.harness import Platform

LANDED = "select coalesce(broken_rule, 'valid') as rule, count(*) as rows from bronze.events {} group by 1 order by 1"
WHERE = "where event_id like 'raw-%' or key like 'raw/%'"


def visit(number: int) -> bytes:
    """Return a visit as a line without its end."""
    event = {
        "event_id": f"raw-{number}", "schema_version": 1, "source": "raw-shop", "customer_id": None,
        "occurred_at": "2024-03-01T08:26:00.000Z", "visit_id": f"v{number}", "channel": "search", "device": None,
        "seconds": 60, "pages_viewed": 3, "products_viewed": 1, "products_in_cart": 0,
    }  # fmt: skip
    return json.dumps(event).encode()


FILES = {
    "visits/2024/a.log": visit(1) + b"\n" + visit(2)[:40] + b"\n\n" + visit(3),
    "visits/2024/the same again.log": visit(1) + b"\n" + visit(2)[:40] + b"\n\n" + visit(3),
    "visits/b.log.gz": gzip.compress(visit(4) + b"\n"),
    "visits/c.log.bz2": bz2.compress(visit(5) + b"\n"),
    "visits/d.log.gz": gzip.compress(visit(6) * 100)[:-20],
    "visits/empty.log": b"",
    "visits/e.log.tmp": visit(7)[:20],
}

BROWSER = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148"
# Minute of the day, user, path: something early that is no page, a guest's two pages, a customer's visits before and
# after a pause, whose newer one is over when the log has grown.
REQUESTS = [
    (10, "-", "/robots.txt"),
    (60, "-", "/?utm_medium=email"),
    (61, "-", "/product/7"),
    (62, "anna", "/product/7"),
    (63, "anna", "/cart/add/7"),
    (120, "anna", "/"),
]
LATER = [(180, "-", "/")]


def put(platform: Platform, folder: Path, files: dict[str, bytes]) -> None:
    """Put files into the raw zone."""
    hdfs = WebHdfs.of(platform.settings, "streaming")
    for name, content in files.items():
        local = folder / "file"
        local.write_bytes(content)
        hdfs.make_folder(f"{RAW_EVENTS}/{name}".rpartition("/")[0], "700")
        hdfs.upload(local, f"{RAW_EVENTS}/{name}")


def access_log(requests: Iterable[tuple[int, str, str]]) -> bytes:
    """Return the log of a day's requests."""
    lines = [
        f"192.0.2.9 - {user} [01/Mar/2024:{minute // 60:02}:{minute % 60:02}:00 +0000] "
        f'"GET {path} HTTP/1.1" 200 9 "-" "{BROWSER}"\n'
        for minute, user, path in requests
    ]
    return "".join(lines).encode()


def sessionise(platform: Platform, folder: Path) -> str:
    """Put the visits of the logs of a folder into the raw zone, and return what is said of them."""
    words = {"LOGS": str(folder), "SOURCE": "logs-shop", "SITE": "shop.example", "OUT": str(folder.parent / "out")}
    return platform.make("sessionise", words, RAW="1").stdout


def events_by_rule(platform: Platform) -> dict[str, int]:
    """Return how many events of the raw files lie in bronze, by the rule that they break."""
    return {row["rule"]: int(row["rows"]) for row in platform.rows(LANDED.format(WHERE), "lake")}


@pytest.fixture(scope="module")
def faults(kafka_topics: Platform, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The files, sent as far as they can be read, and an access log that grows, landed; what was said of the others."""
    platform, logs = kafka_topics, tmp_path_factory.mktemp("logs") / "logs"
    assert "nothing to import" in platform.make("import-raw").stdout
    logs.mkdir()
    (logs / "access.log.1.gz").write_bytes(gzip.compress(access_log(REQUESTS)))
    assert "3 visits = 2 written" in sessionise(platform, logs)
    assert "1 of 1 files sent" in platform.make("import-raw").stdout
    (logs / "access.log").write_bytes(access_log(LATER))
    assert "4 visits = 3 written" in sessionise(platform, logs)
    put(platform, tmp_path_factory.mktemp("raw"), FILES)
    process = platform.make("import-raw", status=2)
    assert "visits/2024/a.log: 3 lines = 2 events + 1 for the quarantine\n" in process.stdout
    assert "4 of 8 files sent, the others were before; 7 lines = 6 events + 1 for the quarantine" in process.stdout
    assert "not whole yet: visits/e.log.tmp" in process.stdout
    platform.make("ingest")
    return process.stderr


def test_what_cannot_be_read_is_named_and_the_rest_is_sent(platform: Platform, faults: str) -> None:
    assert f"{RAW_EVENTS}/visits/c.log.bz2: is bzip2, not lines of JSON" in faults
    assert f"{RAW_EVENTS}/visits/d.log.gz: the gzip file is damaged or cut short" in faults
    assert events_by_rule(platform) == {"unmappable": 1, "valid": 3}


def test_a_file_is_sent_once_and_a_longer_one_is_another_whose_lines_are_known(
    platform: Platform, faults: str, tmp_path: Path
) -> None:
    hdfs = WebHdfs.of(platform.settings, "streaming")
    for name in ("c.log.bz2", "d.log.gz"):
        hdfs.delete(f"{RAW_EVENTS}/visits/{name}")
    assert "0 of 6 files sent" in platform.make("import-raw").stdout
    put(platform, tmp_path, {"visits/2024/a.log": FILES["visits/2024/a.log"] + b"\n" + visit(8) + b"\n"})
    assert "1 of 6 files sent" in platform.make("import-raw").stdout
    platform.make("ingest")
    # The lines that were there before come again, with their identities.
    assert events_by_rule(platform) == {"unmappable": 2, "valid": 6}
    distinct = f"select count(distinct event_id) from bronze.events where ({WHERE[6:]}) and broken_rule is null"
    assert platform.value(distinct, "lake") == "4"


def test_a_folder_of_no_topic_is_refused(platform: Platform, faults: str, tmp_path: Path) -> None:
    put(platform, tmp_path, {"visit/a.log": visit(1)})
    assert f"{RAW_EVENTS}/visit: there is no topic of this name" in platform.make("import-raw", status=2).stderr
    WebHdfs.of(platform.settings, "streaming").delete(f"{RAW_EVENTS}/visit", recursive=True)


VISITS_LANDED = """
select customer_id, channel, device, seconds, pages_viewed, products_viewed, products_in_cart, count(*) as events,
    count(distinct event_id) as identities
from bronze.events where source = 'logs-shop' and broken_rule is null group by all order by customer_id, seconds
"""


def test_an_access_log_becomes_visits_and_more_of_it_doubles_none(platform: Platform, faults: str) -> None:
    assert [tuple(row.values()) for row in platform.rows(VISITS_LANDED, "lake")] == [
        ("", "email", "mobile", "60", "2", "1", "0", "2", "1"),
        ("anna", "direct", "mobile", "0", "1", "0", "0", "1", "1"),
        ("anna", "direct", "mobile", "60", "2", "1", "1", "2", "1"),
    ]
