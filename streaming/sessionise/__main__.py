"""Put the requests of a web server's access log together to visits, each a line of the contract `visits`.

Reads the formats `combined` and `common` of Apache and nginx, plain or gzip, one file or a folder of rotated ones, and
writes a new file of events for `make import-raw`. A page is a GET that was answered by 2xx or 304, is no part of a page
by its ending, no health check and no robot's. Redirects, and what puts a product into the cart by GET or POST, belong
to a visit and are no pages. A visit ends with a pause, at the latest after a day. It is written when the logs show it
from beginning to end; what is open is left for the next run. The same visits have the same identities in every run.
No address of a visitor is written.
"""

import argparse
import re
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

from common import locks
from common.cli import Parser, whole
from common.contracts.model import load
from common.contracts.privacy import IDENTITY, derive
from common.errors import entry_point
from common.lake_paths import RAW_EVENTS
from common.settings import Settings, read_settings
from common.shutdown import interruptible
from common.webhdfs import WebHdfs
from streaming.progress import say
from streaming.reading.dialect import Dialect
from streaming.reading.ids import Ids, e_mail_hash
from streaming.sessionise import logs
from streaming.sessionise.output import Output
from streaming.sessionise.reader import Reader
from streaming.sessionise.rules import KINDS, Rules
from streaming.sessionise.stage import Stage, new_stage
from streaming.sessionise.visits import ENDS, WRITTEN, Visits, event, instant

TOPIC, USER = "visits", "streaming"
PRODUCT, CART = r"/products?/([^/?]+)", r"/cart/add/([^/?]+)"
IGNORED = r"^/(?:health(?:z|[-_]?check)?|livez|readyz|ping|status|server-status|nginx_status)/?$"
STEPS_AT_ONCE = 1_000


def main(argv: Sequence[str] | None = None) -> None:
    """Read the logs, put their requests together, write the visits that are over."""
    arguments = parse(argv)
    settings = read_settings()
    key = derive(settings.secret(IDENTITY), b"visitors")
    version = load(settings.contracts_dir).of(TOPIC).version
    found, passed_over = logs.find(arguments.logs)
    out = arguments.out or settings.path("out", "visits")
    ids = Ids(Dialect(), e_mail_hash(settings))
    rules = Rules(arguments.site, arguments.product, arguments.cart, arguments.ignore, key, ids)
    with (
        interruptible(),
        locks.hold(settings, "sessionise"),
        new_stage(settings) as stage,
        Output(out, "visits") as written,
        Output(out, "unreadable") as unread,
    ):
        reader = Reader(rules, unread)
        read(found, reader, stage)
        visits = Visits(reader.span(60 * arguments.pause))
        say(f"sessionise: {reader.lines:,} lines read; puts their requests together")
        stage.add_visits((one.last_at, event(one, arguments.source, version, key)) for one in visits.of(stage.steps()))
        written.add(stage.events())
        name = f"visits-{arguments.source}-{instant(visits.span.newest):%Y%m%dT%H%M%SZ}"
        places = [keep(written, name), keep(unread, f"_unreadable-{arguments.source}")]
    print(summary(reader, visits, places, len(found), passed_over))
    if arguments.raw and places[0]:
        put_into_raw_zone(settings, places[0], arguments.source)


def read(found: Sequence[logs.Log], reader: Reader, stage: Stage) -> None:
    """Stage the requests of all logs."""
    for log in found:
        steps = reader.steps(log)
        while chunk := list(islice(steps, STEPS_AT_ONCE)):
            stage.add(chunk)


def keep(output: Output, name: str) -> Path | None:
    """Keep a file that has lines, and return where it is."""
    return output.keep(name, ".jsonl") if output.lines else None


def put_into_raw_zone(settings: Settings, path: Path, source: str) -> None:
    """Put a file where `make import-raw` looks for it.

    Raises:
        UserError: HDFS does not take it; the file stays where it is.
    """
    hdfs, folder = WebHdfs.of(settings, USER), f"{RAW_EVENTS}/{TOPIC}/{source}"
    hdfs.make_folder(folder, "0700")
    hdfs.upload(path, f"{folder}/{path.name}", "0600")
    say(f"sessionise: {folder}/{path.name} is in HDFS; `make import-raw` sends it to Kafka")


def summary(reader: Reader, visits: Visits, places: Sequence[Path | None], logs_read: int, others: list[str]) -> str:
    """Return what became of all lines and of all visits, and what was passed over."""
    events, faults = (f" ({path})" if path else "" for path in places)
    kinds = " + ".join(f"{reader.rules.counts[kind]:,} {kind}" for kind in KINDS)
    ends = " + ".join(f"{visits.counts[kind]:,} {kind}" for kind in ENDS[1:])
    lines = f"{reader.lines:,} lines of {logs_read:,} logs = {kinds} + {reader.unread.lines:,} unreadable{faults}"
    told = f"{visits.counts.total():,} visits = {visits.counts[WRITTEN]:,} {WRITTEN}{events} + {ends}"
    passed_over = f"; passed over: {', '.join(others)}" if others else ""
    return f"{lines}; {told}{passed_over}"


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = Parser(
        prog="python -m streaming.sessionise",
        description=__doc__,
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.add_argument("--logs", type=Path, required=True, help="an access log, or a folder of them")
    parser.add_argument("--source", type=source, required=True, help="name of the shop")
    parser.add_argument(
        "--site",
        type=sites,
        required=True,
        help="the shop's own host names with commas, as shop.example, which stands for www.shop.example too:"
        " who comes from there came from nowhere else",
    )
    parser.add_argument("--out", type=Path, help="folder for the files; below the state folder where it is not given")
    parser.add_argument("--raw", action="store_true", help="put the events into HDFS, too, for `make import-raw`")
    parser.add_argument("--product", type=pattern, default=PRODUCT, help="what the address of a product looks like")
    parser.add_argument("--cart", type=pattern, default=CART, help="what puts a product into the cart")
    parser.add_argument("--ignore", type=pattern, default=IGNORED, help="paths that are no pages, as health checks")
    parser.add_argument("--pause", type=whole(1, 720), default=30, help="minutes without a request that end a visit")
    return parser.parse_args(argv)


def source(text: str) -> str:
    """Return the name of a shop."""
    if not re.fullmatch(r"[A-Za-z0-9_.-]{1,64}", text):
        raise argparse.ArgumentTypeError(f"{text!r}: use letters, digits, dot, dash and underscore, at most 64")
    return text


def sites(text: str) -> list[str]:
    """Return the host names of a list with commas."""
    names = [name.strip().lower() for name in text.split(",")]
    if wrong := [name for name in names if not re.fullmatch(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*", name)]:
        raise argparse.ArgumentTypeError(f"{wrong[0]!r} is not a host name such as shop.example")
    return names


def pattern(text: str) -> re.Pattern[str]:
    """Return a regular expression; its first group, if it has one, is the product."""
    try:
        return re.compile(text)
    except re.error as error:
        raise argparse.ArgumentTypeError(f"{text!r} is not a regular expression: {error}") from None


if __name__ == "__main__":
    entry_point(main)()
