"""Show the ingest: what landed of each topic, ever and in the last run, how much is quarantined; and the monitor."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from common.cli import Parser
from common.contracts.model import load
from common.errors import UserError, entry_point
from common.kafka_errors import UnreachableError
from common.kafka_topics import Topic
from common.replays import WITHOUT_EVENT, rows_without_event
from common.settings import Settings, read_settings
from streaming import topics as kafka
from streaming.monitor.health import status

FILE = ("run", "ingest.json")
HEADER = f"{'topic':<12}{'landed':>14}{'quarantined':>18}{'last run':>12}{'waiting':>10}{'for':>9}"


def main(argv: Sequence[str] | None = None) -> None:
    """Print what is known of the ingest, and of the monitor."""
    Parser(prog="python -m streaming.status", description=__doc__).parse_args(argv)
    settings = read_settings()
    show_ingest(settings)
    for rows in rows_without_event(settings):
        print(f"{rows.source}: {rows.number:,} rows of {rows.file} {WITHOUT_EVENT[rows.why]}, in no event")
    print("\n".join(status.lines(settings)))


def show_ingest(settings: Settings) -> None:
    """Print a line per topic, and one for the run that wrote the counts."""
    state = last_state(settings)
    if state is None:
        print("ingest: has not run; `make ingest` lands what is in Kafka, `make stream` goes on")
        return
    try:
        topics = kafka.describe(settings, [contract.topic for contract in load(settings.contracts_dir).topics])
    except UnreachableError:
        topics = []
        print("ingest: Kafka does not answer, so nobody knows what waits")
    for line in [HEADER, *(of(topic, state) for topic in topics)] if topics else []:
        print(line)
    seconds = state["last_batch_seconds"]
    last = f"; the last took {seconds:.1f} s" if seconds is not None else ""
    batches = f"{state['batches']:,} batch{'es' if state['batches'] != 1 else ''}"
    print(f"ingest: {batches}, {state['rows_per_second']:,.0f} events/s at {state['at']}{last}")


def last_state(settings: Settings) -> dict[str, Any] | None:
    """Return what the ingest wrote last; None where it has not run."""
    path = settings.path(*FILE)
    try:
        state = dict(json.loads(path.read_text("utf-8")))
        return state | {"totals": {name: state["totals"][name] for name in ("rows", "quarantined")}}
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError, OSError):
        raise UserError(f"{path}: cannot be read; the next `make ingest` writes it again") from None


def of(topic: Topic, state: dict[str, Any]) -> str:
    """Return a topic's line; the ends that the ingest wrote are compared with Kafka's present ones."""
    counts = state["topics"].get(topic.name, {"rows": 0, "ends": {}, "last_arrival": None})
    landed, quarantined = (state["totals"][name].get(topic.name, 0) for name in ("rows", "quarantined"))
    ends = {int(part): end for part, end in counts["ends"].items()}
    waiting = sum(max(end - ends.get(part, first), 0) for part, (first, end) in topic.bounds.items())
    arrived = counts["last_arrival"]
    age = datetime.now(UTC).timestamp() - arrived if waiting and arrived else None
    share = f"{quarantined:,} ({quarantined / max(landed, 1):.1%})"
    late = f"{age:,.0f} s" if age else "-"
    return f"{topic.name:<12}{landed:>14,}{share:>18}{counts['rows']:>12,}{waiting:>10,}{late:>9}"


if __name__ == "__main__":
    entry_point(main)()
