"""All that ever landed, per topic: kept with the ingest's state, and counted again only where a run did not keep it."""

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from common.contracts.model import EVENTS
from common.lake_reader import open_table
from common.settings import Settings
from streaming.ingest import tally

FILE = ("run", "ingest.json")


@dataclass
class Totals:
    """The rows of `bronze.events` up to batch `seq`, and those of them in quarantine, by topic."""

    seq: int = 0
    rows: Counter[str] = field(default_factory=Counter)
    quarantined: Counter[str] = field(default_factory=Counter)

    @classmethod
    def before(cls, settings: Settings, first_seq: int) -> "Totals":
        """Return what landed before a run that begins with batch `first_seq`.

        Of a run that was killed, the batches that nobody counted are counted in their files.
        """
        known = stored_totals(settings)
        if known.seq >= first_seq:
            # The table was created again, and its batches count from one again.
            known = cls()
        if known.seq < first_seq - 1:
            counted = tally.counts(open_table(settings, EVENTS), known.seq + 1, first_seq - 1)
            for (topic, rule), count in counted.items():
                known.rows[topic] += count
                known.quarantined[topic] += count if rule is not None else 0
            known.seq = first_seq - 1
        return known

    def plus(self, rows: Counter[str], quarantined: Counter[str], seq: int) -> dict[str, Any]:
        """Return these and what a run has landed since, as the state's file holds them."""
        return {
            "seq": max(self.seq, seq),
            "rows": dict(self.rows + rows),
            "quarantined": dict(self.quarantined + quarantined),
        }


def stored_totals(settings: Settings) -> Totals:
    """Return the totals that the last run kept, or none."""
    try:
        state = json.loads(settings.path(*FILE).read_text("utf-8"))["totals"]
        return Totals(int(state["seq"]), Counter(state["rows"]), Counter(state["quarantined"]))
    except (OSError, ValueError, KeyError, TypeError):
        return Totals()
