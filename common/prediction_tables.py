"""The tables of `predictions`, which the models' jobs own: their columns and what they hold."""

from dataclasses import dataclass

from common.contracts.model import quote
from common.thresholds import CHURN_HORIZON_DAYS, SHIFTED_INDEX

# These tables are small and written by one job at a time: one file per write, and no work beside the write.
SMALL = {
    "delta.enableDeletionVectors": "false",
    "delta.checkpointInterval": "50",
    "delta.dataSkippingNumIndexedCols": "4",
}


@dataclass(frozen=True)
class Table:
    """A declared Delta table: its columns as (name, SQL type, comment).

    Tables that the tasks write beside each other are partitioned by the task, so that their commits do not conflict.
    """

    name: str
    comment: str
    columns: tuple[tuple[str, str, str], ...]
    partitioned_by: str | None = None

    def ddl(self) -> str:
        """Return the statement that creates the table where it does not exist."""
        columns = ",\n".join(f"  `{name}` {kind} comment {quote(text)}" for name, kind, text in self.columns)
        properties = ", ".join(f"'{key}' = '{value}'" for key, value in SMALL.items())
        parted = f"partitioned by ({self.partitioned_by})\n" if self.partitioned_by else ""
        return (
            f"create table if not exists {self.name} (\n{columns}\n) using delta\n{parted}"
            f"comment {quote(self.comment)}\ntblproperties ({properties})"
        )


CUSTOMER = (
    ("source", "string not null", "shop the data is of"),
    ("customer_id", "string not null", "unique within its source"),
    ("as_of", "timestamp not null", "a midnight of the source's zone; only what happened before it was known"),
)
VERSION = (
    ("task", "string not null", "churn, satisfaction or segments"),
    ("version", "string not null", "unique within the task, counts up"),
)
MODEL_VERSION = ("model_version", "string not null", "predictions.model_versions.version that made the row")

PREDICTIONS = (
    Table(
        "predictions.model_versions",
        "One row per published model; a model without its row does not exist.",
        (
            *VERSION,
            ("data_as_of", "timestamp not null", "as-of date of the data that it learned from"),
            ("rows_trained", "bigint not null", "rows that the published model was fitted to"),
            ("features", "array<string>", "columns that it reads, each with its type"),
            ("feature_hash", "string not null", "stands for the names and types of the features"),
            ("code_revision", "string not null", "commit or release of the code that trained it, or unknown"),
            ("measured_against", "string", "the champion on the same rows; null for the first"),
            ("decided_by", "string not null", "metric by which it has to win against that champion"),
            ("path", "string not null", "folder of the fitted pipeline"),
        ),
    ),
    Table(
        "predictions.champions",
        "One row per promotion or return; the champion of a task is the version of its last row. Rows are only added.",
        (
            ("task", "string not null", "churn, satisfaction or segments"),
            ("step", "bigint not null", "counts up within the task"),
            ("version", "string not null", "the champion from here on"),
            ("action", "string not null", "promoted, or rolled back"),
            ("reason", "string not null", "the numbers that decided, in words"),
            ("as_of", "timestamp not null", "the lake's date on which it was done"),
        ),
    ),
    Table(
        "predictions.model_evaluations",
        "One row per model, subject and metric, on rows that the model had not learned from.",
        (
            *VERSION,
            ("subject", "string not null", "model, or what stands beside it on the same rows"),
            (
                "metric",
                "string not null",
                "name of the measurement; <metric>_difference is the model's minus the subject's",
            ),
            ("value", "double not null", "on all rows"),
            ("low", "double", "lower end of the 95 % bootstrap interval; null where there is none"),
            ("high", "double", "upper end"),
        ),
        "task",
    ),
    Table(
        "predictions.reliability_curves",
        "One row per model, subject and tenth of the probability with rows in it: what was predicted, what happened.",
        (
            *VERSION,
            ("subject", "string not null", "model, or what stands beside it on the same rows"),
            ("bin", "int not null", "0 for probabilities below 0.1, up to 9"),
            ("predicted", "double not null", "mean probability of the bin"),
            ("happened", "double not null", "share of its rows of which it came true"),
            ("rows", "bigint not null", "held-out rows in the bin"),
        ),
        "task",
    ),
    Table(
        "predictions.feature_profiles",
        "One row per model and number: how the customers of its as-of date were spread when it was trained.",
        (
            *VERSION,
            ("name", "string not null", "a numeric feature, or the score"),
            ("edges", "array<double>", "where its tenths end, ascending, equal ones once"),
            ("shares", "array<double>", "share of the customers up to each edge, above the last, and with no value"),
        ),
        "task",
    ),
    Table(
        "predictions.model_statements",
        "One row per model and sentence: what its data can and cannot support, made from its figures.",
        (
            *VERSION,
            ("place", "int not null", "order in which they are read, from 1"),
            ("statement", "string not null", "the sentence"),
        ),
        "task",
    ),
    Table(
        "predictions.guard_findings",
        "One row per model and column or metric that was too good to be true and is explained.",
        (
            *VERSION,
            ("what", "string not null", "a feature that tells the label by itself, or a metric"),
            ("value", "double not null", "of the metric; of a feature, its area under the ROC curve"),
            ("why", "string not null", "the explanation on file"),
        ),
        "task",
    ),
    Table(
        "predictions.drift",
        "One row per scoring and number: how far the scored customers are from those of the training.",
        (
            *VERSION,
            ("as_of", "timestamp not null", "as-of date that was scored"),
            ("name", "string not null", "a numeric feature, or the score"),
            ("psi", "double not null", f"population stability index; above {SHIFTED_INDEX} is a shift to look at"),
            ("rows", "bigint not null", "customers that were scored"),
        ),
        "task",
    ),
    Table(
        "predictions.churn_scores",
        f"One row per source, customer and as-of date: risk of no order in the {CHURN_HORIZON_DAYS} days from it.",
        (
            *CUSTOMER,
            ("churn_probability", "double not null", "0 to 1"),
            ("alive_probability", "double not null", "0 to 1, that further orders may come at all, by BG/NBD"),
            ("reasons", "array<string>", "what moved it most against the average customer, in words, at most three"),
            MODEL_VERSION,
        ),
    ),
    Table(
        "predictions.satisfaction_scores",
        "One row per source, customer and as-of date: satisfaction as the model sees it.",
        (
            *CUSTOMER,
            ("predicted_satisfaction", "string not null", "a value of satisfaction_level"),
            ("confidence", "double not null", "probability of the predicted value, 0 to 1"),
            MODEL_VERSION,
        ),
    ),
    Table(
        "predictions.segment_assignments",
        "One row per source, customer and as-of date: the group of similar buyers.",
        (
            *CUSTOMER,
            ("segment_id", "int not null", "1 is the group that spends most; stable across retrains"),
            ("segment_name", "string not null", "what sets the group apart"),
            MODEL_VERSION,
        ),
    ),
)
