"""The segments' model: k-means on standardised log recency, frequency and spend; how many groups, `stability` says."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
from pyspark.ml import PipelineModel
from pyspark.ml.clustering import KMeans, KMeansModel
from pyspark.ml.feature import SQLTransformer, StandardScaler, StandardScalerModel, VectorAssembler
from pyspark.ml.functions import vector_to_array
from pyspark.ml.linalg import Vectors, VectorUDT
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import StructField, StructType

from common.frames import sample_rows
from spark.ml.evaluation import MOST_ROWS, Numbers
from spark.ml.mart import Mart
from spark.segments.naming import Centre, lasting_ids, names
from spark.segments.stability import FLOOR, GROUPS, REPLICATES, SEED, Grouping, best, groupings

TASK = "segments"
FEATURES = ("recency_days", "frequency", "monetary")
LOGS = tuple(f"log_{name}" for name in FEATURES)
KEY = ("source", "customer_id", "as_of")
MART = Mart("segments.segment_features", (*KEY, *FEATURES))
RECIPE = (
    f"k-means on standardised log rfm, k {min(GROUPS)} to {max(GROUPS)} by silhouette where {REPLICATES} bootstrap "
    f"samples agree by {FLOOR}, seed {SEED}"
)


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


def prepare(features: DataFrame, *others: str) -> DataFrame:
    """Return key and features, and other columns, of the customers whose recency, frequency and spend are all known."""
    return features.select(*KEY, *FEATURES, *others).dropna(subset=list(FEATURES))


def fit(rows: DataFrame, total: int) -> tuple[Stages | None, dict[int, Grouping]]:
    """Fit k-means to the rows, no more than MOST_ROWS of the `total` by hash, for every number of groups they allow.

    Returns the stages of the best number (None where the rows are too few or too alike), and what was tried.
    """
    if total <= min(GROUPS):
        return None, {}
    # Returns can exceed what was bought, so money is floored at nothing before its logarithm.
    logs = ", ".join(f"log1p(greatest(cast({name} as double), 0d)) as log_{name}" for name in FEATURES)
    to_logs = SQLTransformer(statement=f"select *, {logs} from __THIS__")
    assembler = VectorAssembler(inputCols=list(LOGS), outputCol="assembled")
    assembled = assembler.transform(to_logs.transform(rows))
    scaler = StandardScaler(inputCol="assembled", outputCol="features", withMean=True, withStd=True).fit(assembled)
    sample = sample_rows(scaler.transform(assembled), total, MOST_ROWS, "source", "customer_id").orderBy(*KEY)
    tried = groupings(points(sample.select(*(vector_to_array(F.col("features"))[axis] for axis in range(len(LOGS))))))
    if not tried:
        return None, {}
    groups = kmeans_at(rows.sparkSession, tried[best(tried)].centres)
    return Stages(to_logs, assembler, scaler, groups), tried


def points(frame: DataFrame) -> Numbers:
    """Return a small frame of numbers as an array of shape (rows, columns)."""
    return np.ascontiguousarray(frame.toPandas().to_numpy(dtype=float))


def kmeans_at(spark: SparkSession, centres: Numbers) -> KMeansModel:
    """Return MLlib's model with these centres: it is fitted to nothing but them, so that none moves."""
    schema = StructType([StructField("features", VectorUDT())])
    frame = spark.createDataFrame([(Vectors.dense(centre),) for centre in centres.tolist()], schema)
    return KMeans(k=len(centres), initMode="random", maxIter=1, seed=SEED).fit(frame)


def pipeline(stages: Stages, earlier: Mapping[int, Centre]) -> PipelineModel:
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
    """Return the centres of what `pipeline` returned, stored and loaded again, by segment id."""
    *fitted, naming = model.stages
    stages = Stages(*cast("tuple[SQLTransformer, VectorAssembler, StandardScalerModel, KMeansModel]", tuple(fitted)))
    places = spark.range(len(stages.centres)).select(F.col("id").cast("int").alias("prediction"))
    rows = naming.transform(places).select("prediction", "segment_id").collect()
    return {row["segment_id"]: stages.centres[row["prediction"]] for row in rows}


def centre(values: Iterable[float]) -> Centre:
    """Return three numbers as plain floats."""
    recency, frequency, spend = (float(value) for value in values)
    return recency, frequency, spend
