"""Why a customer's risk is what it is: the inputs that moved it most against the average customer, in words."""

from collections.abc import Mapping

from pyspark.sql import Column
from pyspark.sql import functions as F

MOST = 3
# What a reader cannot tell from nothing (log odds) is no reason.
LEAST = 0.05


def reasons(contributions: Mapping[str, Column]) -> Column:
    """Return the reasons as an array of texts, the weightiest first, at most `MOST`.

    Args:
        contributions: by input of the model, what its value adds to the log odds of the average customer. The texts
            read the columns of `churn_features` and `rhythm_probability`.
    """
    subjects = texts()
    every = F.array(
        *(
            F.struct(
                (-F.abs(added)).alias("order"),
                F.concat(subjects[name], effect(added)).alias("text"),
            )
            for name, added in contributions.items()
        )
    )
    weighty = F.filter(every, lambda one: one["order"] < -LEAST)
    return F.transform(F.slice(F.array_sort(weighty), 1, MOST), lambda one: one["text"])


def effect(added: Column) -> Column:
    """Return what an input does to the risk, as the rest of a sentence."""
    return F.when(added > 0, " raises the risk").otherwise(" lowers the risk")


def texts() -> dict[str, Column]:
    """Return what to say of each input, with its value; singular, as subject of the sentence.

    The rhythm is made of the pause, the orders and the history, whose own terms are what is left beside it, and may
    well point the other way.
    """
    return {
        "log_recency_days": F.concat(F.lit("rhythm aside, no order for "), with_unit("recency_days", "day")),
        "log_frequency": F.concat(F.lit("rhythm aside, a history of "), with_unit("frequency", "order")),
        "log_monetary": F.concat(F.lit("a spend of "), F.format_number(F.col("monetary").cast("double"), 2)),
        "log_tenure_days": F.concat(F.lit("rhythm aside, being a customer for "), with_unit("tenure_days", "day")),
        "logit_p0": F.concat(
            F.lit("the buying rhythm, by which "),
            F.format_number(F.col("rhythm_probability") * 100, 0),
            F.lit(" % of such customers stay away,"),
        ),
    }


def with_unit(name: str, unit: str) -> Column:
    """Return a number with its unit: `1 day`, `1,200 days`."""
    number = F.col(name)
    return F.concat(F.format_number(number, 0), F.when(number == 1, f" {unit}").otherwise(f" {unit}s"))
