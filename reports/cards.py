"""Model cards as one HTML file: what each model answers, from what, how well, and what it cannot support.

The headings follow Mitchell et al., Model Cards for Model Reporting (FAT* 2019).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from common.thresholds import CHURN_HORIZON_DAYS, SHIFTED_INDEX
from reports.curves import reliability
from reports.figures import Metric
from reports.formats import count, day, decimal, words
from reports.model_queries import Drift, Finding, Model, Point, Registry, Succession
from reports.page import environment
from reports.quality import DIFFERENCE, ITSELF, MEASURES, MODEL, SUBJECTS, Scorecard, scorecard

# What the curves are called, and how they are drawn.
CURVES = {MODEL: ("a", "calibrated"), "uncalibrated": ("bad", "before calibration"), "bg_nbd": ("b", "BG/NBD alone")}
FEW_ROWS = 1000


@dataclass(frozen=True)
class Task:
    """What does not follow from any row: the question that a model answers, and what no data can make it say."""

    question: str
    answer: str
    limits: Sequence[str]


TASKS = {
    "churn": Task(
        f"Who will place no order in the next {CHURN_HORIZON_DAYS} days?",
        "A probability for each customer with a dated order, and the reasons that moved it most.",
        (
            "It knows dated orders alone: of customers of a totals file, and of those who never ordered, it says "
            "nothing.",
            "It is measured on one later cut, so in one season; what a season does to the level it has not seen.",
            "It says who is likely to stay away, not whom an offer would keep.",
        ),
    ),
    "satisfaction": Task(
        "How satisfied is a customer who has not said so?",
        "A level for each customer with known totals, and how sure the model is of it.",
        (
            "What goes with satisfaction is not what causes it.",
            "Customers who state their satisfaction may differ from those who do not.",
        ),
    ),
    "segments": Task(
        "Which customers buy alike?",
        "A group for each customer with known purchases, named by what sets it apart.",
        ("Groups are a description: nothing held out says that they are right.",),
    ),
}
UNKNOWN = Task("", "", ())


@dataclass(frozen=True)
class Card:
    """Everything that is said of one model."""

    model: Model
    task: Task
    score: Scorecard | None
    history: Sequence[Succession]
    curve: Markup | None
    drift: Sequence[Drift]
    findings: Sequence[tuple[str, str]]
    statements: Sequence[str]
    limits: Sequence[str]

    @property
    def decided_by(self) -> str:
        """Return the measure by which it has to win."""
        return measure(self.model.decided_by)

    @property
    def features(self) -> list[tuple[str, str]]:
        """Return the columns that the model reads, and their types."""
        pairs = (feature.partition(" ") for feature in self.model.features.split("; ") if feature)
        return [(name, kind) for name, _, kind in pairs]


def render(registry: Registry) -> str:
    """Return the page."""
    page = environment().get_template("models.html.j2")
    return page.render(cards=cards(registry), missing=registry.missing, shifted_index=SHIFTED_INDEX)


def cards(registry: Registry) -> list[Card]:
    """Return a card per model."""
    return [card(model, registry) for model in registry.models]


def card(model: Model, registry: Registry) -> Card:
    """Return the card of a model."""
    metrics = [row for row in registry.metrics if row.task == model.task]
    drift = [row for row in registry.drift if row.task == model.task]
    findings = [row for row in registry.findings if row.task == model.task]
    task = TASKS.get(model.task, UNKNOWN)
    return Card(
        model=model,
        task=task,
        score=scorecard(metrics) if metrics else None,
        history=[row for row in registry.history if row.task == model.task],
        curve=curve(model, [row for row in registry.reliability if row.task == model.task]),
        drift=drift,
        findings=by_reason(findings),
        statements=[row.statement for row in registry.statements if row.task == model.task],
        limits=[*found_limits(model, metrics, drift), *task.limits],
    )


def curve(model: Model, points: Sequence[Point]) -> Markup | None:
    """Return the reliability curves of a model, or None where it gives no probabilities that were measured."""
    drawn = [
        (style, name, [point for point in points if point.subject == subject])
        for subject, (style, name) in CURVES.items()
        if any(point.subject == subject for point in points)
    ]
    return reliability(f"{words(model.task)}: what was predicted and what came true", drawn) if drawn else None


def by_reason(findings: Sequence[Finding]) -> list[tuple[str, str]]:
    """Return what is explained, with its values, and the explanation."""
    reasons = dict.fromkeys(row.why for row in findings)
    return [
        (", ".join(f"{row.what} {decimal(row.finding_value, 3)}" for row in findings if row.why == why), why)
        for why in reasons
    ]


def found_limits(model: Model, metrics: Sequence[Metric], drift: Sequence[Drift]) -> list[str]:
    """Return what the numbers themselves do not support."""
    sentences = []
    if model.rows_trained < FEW_ROWS:
        sentences.append(f"It has learned from {count(model.rows_trained)} rows; every measure of so few is uncertain.")
    draws = [row for row in metrics if is_draw(row, model.decided_by)]
    if draws:
        names = ", ".join(SUBJECTS.get(row.subject) or words(row.subject) for row in draws)
        sentences.append(
            f"By its {measure(model.decided_by)} it cannot be told from {names}: the difference may be zero."
        )
    moved = [row for row in drift if row.is_shifted]
    if moved:
        names = ", ".join(f"{row.name} (PSI {decimal(row.stability_index)})" for row in moved)
        sentences.append(
            f"The customers scored as of {day(moved[0].scored_as_of)} are not those that it learned from: {names}."
        )
    return sentences


def measure(metric: str) -> str:
    """Return what a metric is called, without what its values mean."""
    return (MEASURES.get(metric) or words(metric)).split(" (")[0]


def is_draw(row: Metric, metric: str) -> bool:
    """Say whether a row is the difference of a metric from what stands beside the model, and may be nothing."""
    if row.subject == MODEL or row.subject in ITSELF or row.metric != f"{metric}{DIFFERENCE}":
        return False
    return row.metric_low is not None and row.metric_high is not None and row.metric_low <= 0 <= row.metric_high
