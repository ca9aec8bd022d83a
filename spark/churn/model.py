"""The churn model: a logistic regression whose inputs are what a customer did and her chance of silence by BG/NBD.

What is stored is SQL with the fitted numbers in it: the inputs, what each adds to the log odds, the probability. So the
explanation of a score is the arithmetic of the score itself.
"""

from dataclasses import dataclass
from typing import Any, cast

from pyspark.ml import Pipeline, PipelineModel
from pyspark.ml.classification import GBTClassifier, LogisticRegression
from pyspark.ml.feature import SQLTransformer, StandardScaler, VectorAssembler
from pyspark.ml.functions import vector_to_array
from pyspark.ml.linalg import Matrices
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from common.frames import fix_order, sample_rows
from common.thresholds import CHURN_HORIZON_DAYS, TRAINING_CUTS
from spark.churn import bgnbd
from spark.churn.bgnbd import literal
from spark.ml.mart import Mart

TASK = "churn"
FEATURES = ("recency_days", "frequency", "monetary", "tenure_days")
INPUTS = (*(f"log_{name}" for name in FEATURES), "logit_p0")
# What is watched for drift.
PROFILED = (*FEATURES, "churn_probability")
KEY = ("source", "customer_id", "as_of")
# Days from a row's cut to the as-of date of its source.
CUT = "days_before"
MART = Mart("churn.churn_features", (*KEY, CUT, *FEATURES))
CUTS = " ".join(map(str, TRAINING_CUTS))
RECIPE = f"logistic regression on standardised logs and BG/NBD, l2 0.001, beta calibration, cuts {CUTS}"
SEED = 7
# Trees do not get better for more rows than this, only slower.
MOST_FOR_TREES = 100_000
TREES = 30


@dataclass(frozen=True)
class Weight:
    """What an input adds to the log odds: `size` for each unit that it is above `mean`, the average customer's."""

    size: float
    mean: float


def with_label(features: DataFrame, labels: DataFrame) -> DataFrame:
    """Return one row per customer and cut with its features and `label` (1.0 = churned)."""
    label = F.col("is_churned").cast("double").alias("label")
    return features.select(*KEY, CUT, *FEATURES).join(labels.select(*KEY, label), list(KEY))


def fit(training: DataFrame, newest: DataFrame) -> PipelineModel:
    """Return the pipeline from the feature table's columns to `churn_probability`, and what it is made of.

    It adds the inputs, `by_<input>`, the `log_odds` before calibration, and of BG/NBD `rhythm_probability` (P0) and
    `alive_probability`.

    Args:
        training: labelled rows of all training cuts.
        newest: those of the newest cut, in which each customer is once and with the longest history, for BG/NBD.
    """
    to_inputs = inputs(bgnbd.fit(bgnbd.count_groups(newest)))
    rows = fix_order(to_inputs.transform(training), *KEY)
    constant, weights = regression(rows)
    to_odds = log_odds(constant, weights)
    return PipelineModel([to_inputs, to_odds, probability(*calibration(to_odds.transform(rows)))])


def inputs(rhythm: bgnbd.Parameters) -> SQLTransformer:
    """Return the stage that adds the inputs of the regression, `rhythm_probability` and `alive_probability`."""
    # Returns can exceed what was bought, so money is floored at nothing before its logarithm.
    logs = ", ".join(f"log1p(greatest(cast({name} as double), 0d)) as log_{name}" for name in FEATURES)
    rhythms = f"{rhythm.logit(CHURN_HORIZON_DAYS)} as logit_p0, {rhythm.alive()} as alive_probability"
    first = f"select *, {logs}, {rhythms} from __THIS__"
    return SQLTransformer(statement=f"select *, {sigmoid('logit_p0')} as rhythm_probability from ({first})")


def assembler() -> VectorAssembler:
    """Return the stage that puts the inputs into the vector `assembled`."""
    return VectorAssembler(inputCols=list(INPUTS), outputCol="assembled")


def regression(rows: DataFrame) -> tuple[float, dict[str, Weight]]:
    """Return the log odds of the average customer and the weight of each input, fitted to rows with the inputs."""
    stages: list[Any] = [
        assembler(),
        StandardScaler(inputCol="assembled", outputCol="scaled", withMean=True, withStd=True),
        LogisticRegression(featuresCol="scaled", labelCol="label", regParam=0.001, maxIter=50, standardization=False),
    ]
    scaler, fitted = cast("list[Any]", Pipeline(stages=stages).fit(rows).stages)[1:]
    sizes, means, spreads = (vector.toArray() for vector in (fitted.coefficients, scaler.mean, scaler.std))
    return float(fitted.intercept), {
        name: Weight(float(size / spread) if spread else 0.0, float(mean))
        for name, size, mean, spread in zip(INPUTS, sizes, means, spreads, strict=True)
    }


def log_odds(constant: float, weights: dict[str, Weight]) -> SQLTransformer:
    """Return the stage that adds what each input contributes and their sum."""
    added = [f"{literal(at.size)} * ({name} - {literal(at.mean)}) as by_{name}" for name, at in weights.items()]
    total = " + ".join([literal(constant), *(f"by_{name}" for name in weights)])
    return SQLTransformer(statement=f"select *, {total} as log_odds from (select *, {', '.join(added)} from __THIS__)")


# Their weights in the log odds are the calibration: the log of p, and minus that of 1 - p, from the log odds of p.
SURE_AND_UNSURE = ("-log1p(exp(-log_odds))", "log1p(exp(log_odds))")


def calibration(rows: DataFrame) -> tuple[float, float, float]:
    """Return constant and weights of the beta calibration, fitted to labelled rows with `log_odds`.

    Kull, Silva Filho and Flach, Beta calibration (AISTATS 2017): unlike Platt's it can bend the two ends apart, and
    unlike isotonic regression it keeps the order of customers and makes no ties. It is fitted to all training cuts: to
    the newest alone it would take the level of one season for that of the next. Weights are not negative, so that it
    never turns the order round.
    """
    first, second = SURE_AND_UNSURE
    ends = rows.selectExpr("label", f"{first} as sure", f"{second} as unsure")
    vector = VectorAssembler(inputCols=["sure", "unsure"], outputCol="ends").transform(ends)
    fitted = LogisticRegression(
        featuresCol="ends",
        labelCol="label",
        regParam=1e-6,
        maxIter=50,
        lowerBoundsOnCoefficients=Matrices.dense(1, 2, [0.0, 0.0]),
    ).fit(vector)
    return float(fitted.intercept), float(fitted.coefficients[0]), float(fitted.coefficients[1])


def probability(constant: float, sure: float, unsure: float) -> SQLTransformer:
    """Return the stage that adds the calibrated probability."""
    first, second = SURE_AND_UNSURE
    odds = f"{literal(constant)} + {literal(sure)} * {first} + {literal(unsure)} * {second}"
    return SQLTransformer(statement=f"select *, {sigmoid(odds)} as churn_probability from __THIS__")


def sigmoid(odds: str) -> str:
    """Return the SQL of the probability of log odds."""
    return f"1d / (1d + exp(-({odds})))"


def contributions() -> dict[str, Column]:
    """Return what the pipeline says that each input adds to the log odds."""
    return {name: F.col(f"by_{name}") for name in INPUTS}


def trees(training: DataFrame, fitted: PipelineModel) -> Any:
    """Return boosted trees on the inputs of a fitted pipeline: what a model without a form would make of them."""
    rows = sample_rows(training, training.count(), MOST_FOR_TREES, *KEY)
    prepared = fix_order(
        assembler().transform(fitted.stages[0].transform(rows)).select(*KEY, "assembled", "label"), *KEY
    )
    return GBTClassifier(
        featuresCol="assembled",
        labelCol="label",
        maxIter=TREES,
        maxDepth=3,
        stepSize=0.2,
        subsamplingRate=0.8,
        seed=SEED,
    ).fit(prepared)


def by_trees(fitted: PipelineModel, boosted: Any, rows: DataFrame) -> DataFrame:
    """Return key and `boosted_trees`, the trees' probability of leaving, of rows with the features."""
    predicted = boosted.transform(assembler().transform(fitted.stages[0].transform(rows)))
    return predicted.select(*KEY, vector_to_array(F.col("probability"))[1].alias("boosted_trees"))
