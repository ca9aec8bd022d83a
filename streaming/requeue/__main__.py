"""Send quarantined events through Kafka again, to their topic and with their identity; any number of times.

Without --repair they go as they came, for a contract that has learned to take them. Events that became valid since,
in whatever way, are left. What is sent and breaks a rule again is quarantined again.
"""

import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence, Set
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from py4j.protocol import Py4JError
from pyspark.errors import PySparkException
from pyspark.sql import DataFrame

from common import locks, tables
from common.cli import Parser
from common.contracts.model import EVENTS
from common.contracts.model import load as contracts_of_events
from common.errors import UsageError, UserError, entry_point, first_line
from common.session import session
from common.settings import Settings, read_settings
from streaming import producer
from streaming.producer import Message
from streaming.requeue import quarantine
from streaming.requeue.repair import Repair, load, messages, parse_object

EXAMPLES = 3
WIDTH = 300


def main(argv: Sequence[str] | None = None) -> None:
    """Find what is to be sent, repair it where asked, send it, and say what was left."""
    parser = Parser(prog="python -m streaming.requeue", description=__doc__)
    parser.add_argument("--rule", required=True, help="the rule that the events broke, as bronze.quarantine names it")
    parser.add_argument(
        "--field", help="only those of this field, as bronze.quarantine names it, such as lines.quantity"
    )
    parser.add_argument(
        "--since", type=moment, default="1970-01-01", help="arrived from then on (UTC), e.g. 2025-01-31"
    )
    parser.add_argument(
        "--repair", type=Path, help="Python file with `repair(event: dict) -> dict | None`; None leaves it"
    )
    parser.add_argument(
        "--dry-run",
        action="store_true",
        help="send nothing; show counts and three of the events, what is personal left out",
    )
    args = parser.parse_args(argv)
    settings, repair = read_settings(), load(args.repair) if args.repair else None
    with locks.hold(settings, "requeue"):
        spark = session("requeue", settings, identity="streaming")
        try:
            events = tables.read(spark, EVENTS)
            payload = quarantine.readable_payload(settings)
            candidates = quarantine.candidates(events, args.rule, args.since, payload, args.field)
            total = sum(count_by_topic(candidates).values())
            if not total:
                print(nothing(args.rule, args.since, args.field, quarantine.rules(events)))
            else:
                requeue(settings, candidates, total, args.rule, repair, args.dry_run)
        except (PySparkException, Py4JError) as error:
            raise UserError(f"the lake refused: {first_line(error)}; see `make status`, then run it again") from None
        finally:
            spark.stop()


def requeue(
    settings: Settings, candidates: DataFrame, total: int, rule: str, repair: Repair | None, dry_run: bool
) -> None:
    """Send the events, or in a dry run show some of them; the last line says what came of all."""
    left: Counter[str] = Counter()
    ready = messages(candidates.toLocalIterator(), repair, left)
    counts = show(settings, ready) if dry_run else producer.send(settings, ready, total, "requeue")
    by_topic = ", ".join(f"{topic} {count:,}" for topic, count in sorted(counts.items()))
    not_sent = "".join(f"; {count:,} not: {reason}" for reason, count in sorted(left.items()))
    outcome = "would be sent again" if dry_run else "sent again"
    ending = "" if dry_run or not counts else "; land them with `make ingest`"
    print(f"{counts.total():,} of {total:,} events of {rule} {outcome} ({by_topic or 'none'}){not_sent}{ending}")


def show(settings: Settings, ready: Iterator[Message]) -> Counter[str]:
    """Print the first events as they would be sent, without what is personal, and count all."""
    contracts, counts = contracts_of_events(settings.contracts_dir), Counter[str]()
    public = {one.name for one in (*contracts.union, *contracts.carriers) if not one.personal}
    for message in islice(ready, EXAMPLES):
        text = mask(message.value, public)
        print(f"{message.topic}: {text[:WIDTH]}{'…' if len(text) > WIDTH else ''}")
        counts[message.topic] += 1
    counts.update(message.topic for message in ready)
    return counts


def mask(value: bytes, public: Set[str]) -> str:
    """Return an event as text; of fields that are personal, or that no contract knows, the name alone."""
    event = parse_object(value)
    if event is None:
        return f"{len(value):,} bytes, no JSON object"
    # An object where a contract has a text, or names for it, may hold anything.
    visible = {name: part if name in public and not isinstance(part, dict) else "…" for name, part in event.items()}
    text = json.dumps(visible, ensure_ascii=False)
    return text.encode("utf-8", "replace").decode()


def count_by_topic(candidates: DataFrame) -> dict[str, int]:
    """Return how many events of each topic were found, and say so on standard error."""
    counts = {row.topic: row["count"] for row in candidates.groupBy("topic").count().orderBy("topic").collect()}
    for topic, count in counts.items():
        print(f"requeue: {count:,} events of {topic} in quarantine", file=sys.stderr, flush=True)
    return counts


def nothing(rule: str, since: datetime, field: str | None, rules: dict[str, int]) -> str:
    """Return what to say where there is nothing to send.

    Raises:
        UserError: no row of bronze ever broke this rule.
    """
    if rule not in rules:
        there = ", ".join(f"{name} {count:,}" for name, count in rules.items()) or "it is empty"
        raise UserError(f"nothing is in quarantine by a rule {rule!r}; there are: {there}")
    which = f"{rule} of field {field}" if field else rule
    return f"0 events of {which} that arrived from {since:%Y-%m-%d %H:%M} on wait in quarantine; all are valid by now"


def moment(text: str) -> datetime:
    """Return a day or an instant as a naive UTC datetime.

    Raises:
        UsageError: it is neither.
    """
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(f"--since {text!r} is no day or instant; write 2025-01-31 or 2025-01-31T08:00:00Z") from None
    return instant.astimezone(UTC).replace(tzinfo=None) if instant.tzinfo else instant


if __name__ == "__main__":
    entry_point(main)()
