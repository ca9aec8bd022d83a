"""Whether any feature moves when the future changes: the feature marts of a past day, with and without what came after.

dbt builds the features as of that day twice from nothing, in a schema of their own: from all events, and blind to those
from the day on. Rows that differ have seen the future. The rows that training reads, which a later run made for the
same day, are held against the blind ones too. That the label is not among the features is the other half of the guard:
`spark/ml/leakage.py`.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from common import thrift
from common.errors import UserError
from common.settings import Settings
from infra.pipeline import steps
from infra.pipeline.runner import run_one

SCHEMA = "guard"
KEY = ("source", "customer_id", "as_of")
# Counted from the run's own day, so it is another in a run of another day.
RELATIVE = "days_before"
# The feature marts by name, and the schema in which training finds them.
FEATURES = {"churn_features": "churn", "satisfaction_features": "satisfaction", "segment_features": "segments"}
# What a blind build does not see, and what it does.
EVENTS = """
    select count_if(occurred_at >= timestamp'{day} 00:00:00 UTC'), count_if(occurred_at < timestamp'{day} 00:00:00 UTC')
    from bronze.events where broken_rule is null
"""
EARLIER = """
    select max(date_sub(bounds.as_of_day, features.days_before)) from churn.churn_features as features
    inner join core.run_bounds as bounds on features.source = bounds.source
    where features.days_before > 0
"""


@dataclass(frozen=True)
class Comparison:
    """Two tables, or queries in brackets, of the same columns; one has seen events that the other has not."""

    name: str
    seen: str
    blind: str
    columns: Sequence[str]

    def query(self) -> str:
        """Return the SQL of one row: rows compared, rows that differ, one of them, and per column how many differ."""
        same = " and ".join(f"seen.{name} <=> blind.{name}" for name in self.columns)
        key = " and ".join(f"seen.{name} = blind.{name}" for name in KEY)
        one = "concat_ws(' ', coalesce(seen.source, blind.source), coalesce(seen.customer_id, blind.customer_id))"
        moved = [f"count_if(not (seen.{name} <=> blind.{name}))" for name in self.columns]
        return (
            f"select count(*), count_if(not ({same})), min(if({same}, null, {one})), {', '.join(moved)} "
            f"from {self.seen} as seen full join {self.blind} as blind on {key}"
        )


def guard(settings: Settings, day: date | None, project: Path = steps.DBT_PROJECT) -> str:
    """Compare the features of a day with what can be known without anything that happened from that day on.

    Args:
        day: the default is the newest day before the run's that training learns from.
        project: the dbt project whose features are judged.

    Returns:
        a summary in one line.

    Raises:
        UserError: a row differs, dbt fails, or there was nothing to compare.
    """
    day = day or newest_day(settings)
    [(hidden, before)] = thrift.rows(settings, EVENTS.format(day=day))
    if not hidden:
        raise UserError(f"no event happened from {day} on, so no feature could move; name an earlier day: AS_OF=")
    if not before:
        raise UserError(f"no event happened before {day}, so there are no features; name a later day: AS_OF=")
    try:
        build(settings, project, {"as_of": day.isoformat(), "scratch": SCHEMA})
        for name in FEATURES:
            create = f"create or replace table {SCHEMA}.seen_{name} using delta"
            statement(settings, f"{create} as select * from {SCHEMA}.{name}")
        build(settings, project, {"as_of": day.isoformat(), "scratch": SCHEMA, "blind": True})
        compared = [compare(settings, one) for one in comparisons(settings)]
    finally:
        clear(settings)
    moves = [move for _, move in compared if move]
    if moves:
        raise UserError(
            f"a feature sees the future: {'; '.join(moves)} move when what happened from their as-of date on is gone; "
            "mend the model, run `make marts` and train again"
        )
    rows = sum(number for number, _ in compared)
    if not rows:
        raise UserError(f"no row was compared: no customer has features as of {day}; name a later day: AS_OF=")
    return f"guard: {rows:,} rows of features as of {day} and before are the same without the {hidden:,} events since"


def newest_day(settings: Settings) -> date:
    """Return the newest day before the run's of which there are churn features.

    Raises:
        UserError: there is none.
    """
    [(day,)] = thrift.rows(settings, EARLIER)
    if day is None:
        raise UserError("there are no features of an earlier day to look at; name one: AS_OF=2011-09-10")
    return date.fromisoformat(str(day))


def build(settings: Settings, project: Path, variables: dict[str, object]) -> None:
    """Build the feature marts and all they hang on, from nothing.

    Raises:
        UserError: dbt failed; the text names its log.
    """
    select = ["--select", *(f"+{name}" for name in FEATURES)]
    # The manifest of a scratch build must not reach the exporter.
    place = ["--target-path", str(settings.path("guard")), "--project-dir", str(project)]
    step = steps.dbt("guard", "run", "--full-refresh", *select, *place, "--vars", json.dumps(variables))
    log = settings.path("log", "jobs", "guard.log")
    status, _ = run_one(settings, step, log, verbose=False)
    if status:
        raise UserError(f"dbt could not build the features as of {variables['as_of']}; its log is {log}")


def comparisons(settings: Settings) -> list[Comparison]:
    """Return what to compare: of each feature mart both builds, and what training reads with the blind one."""
    pairs = []
    for name, schema in FEATURES.items():
        blind, trained = f"{SCHEMA}.{name}", f"{schema}.{name}"
        columns = [row[0] for row in thrift.rows(settings, f"show columns in {blind}")]
        own = [name for name in columns if name != RELATIVE]
        pairs += [
            Comparison(name, f"{SCHEMA}.seen_{name}", blind, columns),
            Comparison(trained, days_of(trained, blind), days_of(blind, trained), own),
        ]
    return pairs


def days_of(table: str, other: str) -> str:
    """Return the query of the rows of a table whose as-of dates another has too."""
    return f"(select * from {table} where (source, as_of) in (select source, as_of from {other}))"


def compare(settings: Settings, comparison: Comparison) -> tuple[int, str]:
    """Return how many rows were compared, and what is to be said of those that differ; nothing where none does."""
    [(rows, moved, one, *by_column)] = thrift.rows(settings, comparison.query())
    counts = zip(comparison.columns, by_column, strict=True)
    named = ", ".join(f"{name} {count:,}" for name, count in counts if count)
    return int(rows), f"{comparison.name}: {moved:,} of {rows:,} rows ({named}; one is of {one})" if moved else ""


def clear(settings: Settings) -> None:
    """Drop what was built."""
    views = {name for _, name, *_ in thrift.rows(settings, f"show views in {SCHEMA}")}
    for _, name, *_ in thrift.rows(settings, f"show tables in {SCHEMA}"):
        statement(settings, f"drop {'view' if name in views else 'table'} if exists {SCHEMA}.{name}")


def statement(settings: Settings, text: str) -> None:
    """Run a statement without rows."""
    with thrift.cursor(settings, thrift.WRITER) as cursor:
        cursor.execute(text)
