"""What the model cards are made of: rows of the views of schema `reporting`, read in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, LiteralString

import psycopg

from reports.figure_queries import METRICS
from reports.figures import Metric
from reports.views import one_version

VIEWS = (
    "model_cards",
    "model_history",
    "model_quality",
    "model_reliability",
    "model_drift",
    "model_exceptions",
    "model_statements",
)
MODELS: LiteralString = """
    select
        task, version, data_as_of, rows_trained, features, feature_hash, code_revision, measured_against, decided_by
    from reporting.model_cards
    order by task collate "C"
"""
HISTORY: LiteralString = """
    select task, step, version, action, reason, done_as_of
    from reporting.model_history
    order by task collate "C", step
"""
RELIABILITY: LiteralString = """
    select task, subject, bin, predicted_share, happened_share, held_out_rows
    from reporting.model_reliability
    order by task collate "C", subject collate "C", bin
"""
# Of every model the newest day that it scored.
DRIFT: LiteralString = """
    select task, name, scored_as_of, stability_index, is_shifted, scored_rows
    from (
        select *, rank() over (partition by task order by scored_as_of desc) as place
        from reporting.model_drift
    ) as placed
    where place = 1
    order by task collate "C", stability_index desc, name collate "C"
"""
FINDINGS: LiteralString = """
    select task, what, finding_value, why
    from reporting.model_exceptions
    order by task collate "C", why collate "C", what collate "C"
"""
STATEMENTS: LiteralString = """
    select task, place, statement
    from reporting.model_statements
    order by task collate "C", place
"""


@dataclass(frozen=True)
class Model:
    """The model of a task that scores; `features` are its columns with their types, separated by semicolons."""

    task: str
    version: str
    data_as_of: datetime
    rows_trained: int
    features: str
    feature_hash: str
    code_revision: str
    measured_against: str | None
    decided_by: str


@dataclass(frozen=True)
class Succession:
    """One row of the log of champions."""

    task: str
    step: int
    version: str
    action: str
    reason: str
    done_as_of: datetime


@dataclass(frozen=True)
class Point:
    """One point of a reliability curve: a tenth of the probability, of held-out rows."""

    task: str
    subject: str
    bin: int
    predicted_share: Decimal
    happened_share: Decimal
    held_out_rows: int


@dataclass(frozen=True)
class Drift:
    """How far a number has moved since the training (population stability index)."""

    task: str
    name: str
    scored_as_of: datetime
    stability_index: Decimal
    is_shifted: bool
    scored_rows: int


@dataclass(frozen=True)
class Finding:
    """A column or metric that is too good to be true, and the explanation on file."""

    task: str
    what: str
    finding_value: Decimal
    why: str


@dataclass(frozen=True)
class Statement:
    """A sentence that training made from the figures of a model; they are read in the order of `place`."""

    task: str
    place: int
    statement: str


@dataclass(frozen=True)
class Registry:
    """Everything that the cards say comes from here; `missing` are the views that do not exist yet."""

    models: Sequence[Model] = ()
    history: Sequence[Succession] = ()
    metrics: Sequence[Metric] = ()
    reliability: Sequence[Point] = ()
    drift: Sequence[Drift] = ()
    findings: Sequence[Finding] = ()
    statements: Sequence[Statement] = ()
    missing: Sequence[str] = ()


def read(connection: psycopg.Connection[Any]) -> Registry:
    """Return what is known of the models; a view that does not exist yet leaves its rows empty."""
    with one_version(connection, VIEWS) as views:
        return Registry(
            models=views.rows("model_cards", Model, MODELS),
            history=views.rows("model_history", Succession, HISTORY),
            metrics=views.rows("model_quality", Metric, METRICS),
            reliability=views.rows("model_reliability", Point, RELIABILITY),
            drift=views.rows("model_drift", Drift, DRIFT),
            findings=views.rows("model_exceptions", Finding, FINDINGS),
            statements=views.rows("model_statements", Statement, STATEMENTS),
            missing=views.missing,
        )
