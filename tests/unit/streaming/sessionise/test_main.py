"""A small log to its end: each visit by hand, what is left beside it, and that the contract holds."""

import gzip
import json
import stat
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession

from common.contracts.model import FOLDER, load
from common.contracts.privacy import Privacy
from common.errors import UserError
from streaming.ingest.bronze_rows import bronze_rows
from streaming.sessionise.__main__ import main

KAFKA = "topic string, partition int, offset bigint, timestamp timestamp, key binary, value binary"
LAPTOP = "Mozilla/5.0 (X11; Linux x86_64; rv:120.0) Gecko/20100101 Firefox/120.0"
PHONE = "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 Chrome/120.0.0.0 Mobile Safari/537.36"
ROBOT = "Mozilla/5.0 (compatible; Googlebot/2.1)"


def line(time: str, who: str, request: str, status: int = 200, referrer: str = "-", agent: str = LAPTOP) -> str:
    """Return a line of the first of March 2024; `who` is address and user."""
    address, user = who.split()
    return f'{address} - {user} [01/Mar/2024:{time} +0100] "{request}" {status} 9 "{referrer}" "{agent}"\n'


GUEST, OTHER, ANNA = "192.0.2.1 -", "2001:db8::1 -", "192.0.2.1 anna"
SHOP = "https://www.shop.example/"
OLDER = [
    line("08:00:00", GUEST, "GET /robots.txt HTTP/1.1", agent=ROBOT),
    # A guest from a search, who looks at a product twice, and at another one.
    line("09:00:00", GUEST, "GET /?q=1 HTTP/1.1", referrer="https://www.google.com/"),
    line("09:00:00", GUEST, "GET /a.css HTTP/1.1", referrer=SHOP),
    line("09:01:00", GUEST, "GET /product/7 HTTP/1.1", referrer=SHOP),
    # Another guest behind a link of a newsletter, whose first address is a redirect.
    line("09:01:02", OTHER, "GET /spring?utm_source=newsletter HTTP/1.1", 302, agent=PHONE),
    line("09:01:01", OTHER, "GET /product/8 HTTP/1.1", 404, agent=PHONE),
    line("09:01:03", OTHER, "GET /product/8 HTTP/1.1", referrer=SHOP, agent=PHONE),
    "cut in the mid",
    "\n",
    line("09:02:00", GUEST, "GET /product/7?again HTTP/1.1", 304, referrer=SHOP),
]
NEWER = [
    line("09:31:00", GUEST, "GET /product/9 HTTP/1.1", referrer=SHOP),
    line("09:31:10", GUEST, "POST /cart/add/9 HTTP/1.1", 302, referrer=SHOP),
    # The same reader, known now.
    line("09:31:11", ANNA, "GET /cart HTTP/1.1", referrer=SHOP),
    line("10:05:00", GUEST, "GET / HTTP/1.1", referrer=SHOP),
    line("10:40:00", GUEST, "HEAD / HTTP/1.1"),
]
VISITS = [
    # occurred_at, customer, channel, device, seconds, pages, products, carted
    ("2024-03-01T08:01:03.000Z", None, "email", "mobile", 1, 1, 1, 0),
    ("2024-03-01T08:31:10.000Z", None, "search", "desktop", 1870, 4, 2, 1),
    ("2024-03-01T08:31:11.000Z", "anna", "direct", "desktop", 0, 1, 0, 0),
    ("2024-03-01T09:05:00.000Z", None, "direct", "desktop", 0, 1, 0, 0),
]
FIELDS = [
    "occurred_at",
    "customer_id",
    "channel",
    "device",
    "seconds",
    "pages_viewed",
    "products_viewed",
    "products_in_cart",
]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A platform's folder, and a log of two files, the newer by name first."""
    state = tmp_path / "state"
    (state / "run").mkdir(parents=True)
    (state / ".platform").touch()
    monkeypatch.setenv("STATE_DIR", str(state))
    monkeypatch.setenv("PSEUDONYMS_PASSWORD", "a secret")
    folder = tmp_path / "logs"
    folder.mkdir()
    (folder / "access.log").write_text("".join(NEWER))
    (folder / "access.log.1.gz").write_bytes(gzip.compress("".join(OLDER).encode()))
    return tmp_path


def run(home: Path, *more: str) -> list[dict[str, Any]]:
    """Put the log together and return the events that all runs have left."""
    main(["--logs", str(home / "logs"), "--source", "shop", "--site", "shop.example", *more])
    paths = (home / "state" / "out" / "visits").glob("visits-*")
    return [json.loads(line) for path in paths for line in path.read_text().splitlines()]


def test_the_visits_are_those_of_a_look_at_the_log(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    events = run(home)
    assert [tuple(event[name] for name in FIELDS) for event in events] == VISITS
    assert len({event["visit_id"] for event in events}) == len({event["event_id"] for event in events}) == 4
    summary = capsys.readouterr().out
    assert "14 lines of 2 logs = 7 pages + 2 redirects and carts + 3 other requests + 1 of robots + 1 unread" in summary
    assert "4 visits = 4 written" in summary and summary.endswith(
        " + 0 not over yet + 0 perhaps begun before the logs + 0 without a page\n"
    )


def test_files_are_private_and_name_no_address(home: Path) -> None:
    run(home)
    visits, unreadable = sorted((home / "state" / "out" / "visits").iterdir(), key=lambda path: path.name, reverse=True)
    assert visits.name.startswith("visits-shop-20240301T094000Z-") and unreadable.name.startswith("_unreadable-shop-")
    assert {stat.S_IMODE(path.stat().st_mode) for path in (visits, unreadable)} == {0o600}
    assert json.loads(unreadable.read_text()) == {
        "file": str(home / "logs" / "access.log.1.gz"),
        "line": 8,
        "reason": "is no line of the formats common and combined",
    }
    content = visits.read_text() + unreadable.read_text()
    assert "192.0.2" not in content and "2001:db8" not in content
    assert list((home / "state" / "tmp").iterdir()) == []


def test_a_run_again_writes_the_same_and_a_grown_log_only_adds(home: Path) -> None:
    before = run(home)
    assert run(home) == before, "the same file in its own place"
    with (home / "logs" / "access.log").open("a") as log:
        log.write(line("12:00:00", ANNA, "GET / HTTP/1.1") + line("13:00:00", GUEST, "HEAD / HTTP/1.1"))
    after = run(home)
    assert len(after) == len(before) + len(before) + 1
    assert len({event["event_id"] for event in after}) == len(before) + 1


def test_a_log_that_was_rotated_away_takes_the_visits_that_began_in_it(home: Path) -> None:
    before = run(home)
    (home / "logs" / "access.log.1.gz").unlink()
    after = run(home)
    assert len(after) == 5, "of the newer log only the visit that a pause is before"
    assert {event["event_id"] for event in after} == {event["event_id"] for event in before}


def test_options_say_what_is_a_product_a_page_and_a_pause(home: Path) -> None:
    with (home / "logs" / "access.log").open("a") as log:
        log.write(line("12:00:00", GUEST, "HEAD / HTTP/1.1"))
    events = run(home, "--product", "/product/(7)", "--cart", "nothing", "--ignore", "^/cart", "--pause", "45")
    assert [tuple(one[name] for name in FIELDS[4:]) for one in events] == [(1, 1, 0, 0), (3_900, 5, 1, 0)]


def test_a_clock_that_goes_back_a_day_changes_nothing(home: Path) -> None:
    before = run(home)
    (home / "logs" / "access.log.1.gz").unlink()
    ahead = [one.replace("01/Mar", "02/Mar") for one in NEWER]
    (home / "logs" / "access.log").write_text("".join([*ahead, *OLDER, *NEWER]))
    found = {event["event_id"] for event in run(home)}
    assert {event["event_id"] for event in before} <= found
    assert len(found) == len(before) + 3


def test_nothing_to_write_leaves_no_file(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for path in (home / "logs").iterdir():
        path.unlink()
    (home / "logs" / "access.log").touch()
    assert run(home) == []
    assert "0 lines of 1 logs" in capsys.readouterr().out
    assert list((home / "state" / "out" / "visits").iterdir()) == []


def test_what_fails_half_way_leaves_nothing(home: Path) -> None:
    many = "".join([*OLDER, *(line("09:59:00", GUEST, f"GET /{number} HTTP/1.1") for number in range(20_000))])
    (home / "logs" / "access.log.1.gz").write_bytes(gzip.compress(many.encode())[:-9])
    with pytest.raises(UserError, match=r"access\.log\.1\.gz: the gzip file is damaged or cut short"):
        run(home)
    assert [path for folder in ("out/visits", "tmp") for path in (home / "state" / folder).iterdir()] == []


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--site", "https://shop.example/", "is not a host name such as shop.example"),
        ("--product", "/product/(", "is not a regular expression: missing"),
        ("--source", "my shop", "use letters, digits"),
        ("--pause", "0", "is not a whole number from 1 to 720"),
        ("--out", "/dev/null", "/dev/null: .*name another folder"),
    ],
)
def test_a_mistake_is_one_line(home: Path, option: str, value: str, said: str) -> None:
    with pytest.raises(UserError, match=said):
        run(home, option, value)


def test_every_event_keeps_the_contract(home: Path, spark: SparkSession) -> None:
    run(home)
    [path] = (home / "state" / "out" / "visits").glob("visits-*")
    records = [
        ("visits", 0, place, datetime(2024, 3, 2), b"key", value)
        for place, value in enumerate(path.read_bytes().splitlines())
    ]
    frame = spark.createDataFrame(records, KAFKA)
    rows = bronze_rows(frame, load(FOLDER), {"visits": "id"}, 1, Privacy.of_secret("a secret")).collect()
    assert [(row.broken_rule, row.visit_id is None) for row in rows] == [(None, False)] * 4
