"""The segments' model: k-means on standardised log recency, frequency and spend, the number of groups by silhouette."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from pyspark.ml import PipelineModel
from pyspark.ml.clustering import KMeans, KMeansModel
from pyspark.ml.evaluation import ClusteringEvaluator
from pyspark.ml.feature import SQLTransformer, StandardScaler, StandardScalerModel, VectorAssembler
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from spark.common.frames import settled
from spark.segments.naming import Centre, lasting_ids, names

TASK = "segments"
FEATURES = ("recency_days", "frequency", "monetary")
LOGS = tuple(f"log_{name}" for name in FEATURES)
KEY = ("source", "customer_id", "as_of")
GROUPS = range(3, 9)
SEED = 7
# Silhouettes settle long before this many customers, so no more are compared when the number of groups is chosen.
SAMPLE = 20_000
RECIPE = "k-means on standardised log rfm, k 3 to 8 by silhouette, seed 7"


@dataclass(frozen=True)
class Stages:
    """The fitted stages, from the feature table's columns to the number of a group."""

    to_logs: SQLTransformer
    assembler: VectorAssembler
    scaler: StandardScalerModel
    groups: KMeansModel

    @property
    def spreads(self) -> Centre:
        """Return the standard deviations of the three logarithms."""
        return centre(self.scaler.std.toArray())

    @property
    def scaled_centres(self) -> list[Centre]:
        """Return the groups' centres in standard deviations from the average customer."""
        return [centre(values) for values in self.groups.clusterCenters()]

    @property
    def centres(self) -> list[Centre]:
        """Return the groups' centres as logarithms, comparable from one model to another."""
        means = centre(self.scaler.mean.toArray())
        return [
            centre(at * spread + mean for at, spread, mean in zip(scaled, self.spreads, means, strict=True))
            for scaled in self.scaled_centres
        ]


def prepared(features: DataFrame) -> DataFrame:
    """Return key and features of the customers whose recency, frequency and spend are all known."""
    return features.select(*KEY, *FEATURES).dropna(subset=list(FEATURES))


def choose(rows: DataFrame, total: int) -> tuple[Stages | None, dict[int, float]]:
    """Fit k-means for every number of groups that the rows allow, and keep the one of the highest silhouette.

    Of equals the smallest wins, since fewer groups are easier to act on. Returns the stages (None where the rows are
    too few or too alike) and the silhouette of every number of groups that was tried.
    """
    if total <= min(GROUPS):
        return None, {}
    # Returns can exceed what was bought, so money is floored at nothing before its logarithm.
    logs = ", ".join(f"log1p(greatest(cast({name} as double), 0d)) as log_{name}" for name in FEATURES)
    to_logs = SQLTransformer(statement=f"select *, {logs} from __THIS__")
    assembler = VectorAssembler(inputCols=list(LOGS), outputCol="assembled")
    assembled = assembler.transform(to_logs.transform(rows))
    scaler = StandardScaler(inputCol="assembled", outputCol="features", withMean=True, withStd=True).fit(assembled)
    sampled = F.pmod(F.xxhash64("source", "customer_id"), F.lit(-(-total // SAMPLE))) == 0
    sample = settled(scaler.transform(assembled).where(sampled), *KEY).select("features")
    distinct = sample.distinct().limit(max(GROUPS) + 1).count()
    evaluator = ClusteringEvaluator()
    silhouettes: dict[int, float] = {}
    fitted: dict[int, KMeansModel] = {}
    for groups in GROUPS:
        # A silhouette needs more different points than groups.
        if groups >= distinct:
            break
        fitted[groups] = KMeans(k=groups, seed=SEED, maxIter=20, tol=1e-3).fit(sample)
        silhouettes[groups] = evaluator.evaluate(fitted[groups].transform(sample))
    if not silhouettes:
        return None, {}
    best = max(silhouettes, key=lambda groups: (round(silhouettes[groups], 6), -groups))
    return Stages(to_logs, assembler, scaler, fitted[best]), silhouettes


def named(stages: Stages, earlier: Mapping[int, Centre]) -> PipelineModel:
    """Return the pipeline from the feature table's columns to `segment_id` and `segment_name`."""
    numbers = lasting_ids(stages.centres, stages.spreads, earlier)
    quoted = [f"'{text}'" for text in names(stages.scaled_centres)]
    statement = f"select *, {by_group(numbers)} as segment_id, {by_group(quoted)} as segment_name from __THIS__"
    fitted = [stages.to_logs, stages.assembler, stages.scaler, stages.groups]
    return PipelineModel([*fitted, SQLTransformer(statement=statement)])


def by_group(values: Sequence[object]) -> str:
    """Return the SQL that maps the number of a k-means group to a value."""
    arms = " ".join(f"when {group} then {value}" for group, value in enumerate(values))
    return f"case prediction {arms} end"


def centres_by_id(spark: SparkSession, model: PipelineModel) -> dict[int, Centre]:
    """Return the centres of what `named` returned, stored and loaded again, by segment id."""
    *fitted, naming = model.stages
    stages = Stages(*cast("tuple[SQLTransformer, VectorAssembler, StandardScalerModel, KMeansModel]", tuple(fitted)))
    places = spark.range(len(stages.centres)).select(F.col("id").cast("int").alias("prediction"))
    rows = naming.transform(places).select("prediction", "segment_id").collect()
    return {row["segment_id"]: stages.centres[row["prediction"]] for row in rows}


def centre(values: Iterable[float]) -> Centre:
    """Return three numbers as plain floats."""
    recency, frequency, spend = (float(value) for value in values)
    return recency, frequency, spend
