"""A column that the label is a function of stands out, and one that is unique to a row does not."""

import pytest
from pyspark.sql import DataFrame, SparkSession

from spark.ml.single_column import Rows, auc_alone


@pytest.fixture(scope="module")
def rows(spark: SparkSession) -> DataFrame:
    """Return 2,000 rows whose label follows from nothing but itself, and columns that know it more or less."""
    known = "id * 7919 % 1000 < 400"
    return spark.sql(
        f"""
        select
            id,
            cast({known} as double) as label,
            if({known}, 'stayed', 'went') as word,
            {known} as flag,
            cast({known} as double) + (id * 104729 % 101) / 60.0 as noisy,
            cast(id as string) as unique_word,
            id as unique_number,
            id * 31 % 7 as nothing,
            cast(null as int) as missing
        from range(2000)
        """
    )


def test_the_area_is_one_for_what_the_label_is_a_function_of(rows: DataFrame) -> None:
    areas = auc_alone(Rows(rows, ["word", "flag", "noisy", "label"], "label", ["id"]))
    # Noise reaches over 1.67 and the label over 1, so of a pair with unequal labels 1 - 0.4² / 2 are told apart.
    assert {name: round(value, 2) for name, value in areas.items()} == {
        "word": 1.0,
        "flag": 1.0,
        "noisy": pytest.approx(0.92, abs=0.02),
        "label": 1.0,
    }


@pytest.mark.parametrize("column", ["unique_word", "unique_number", "nothing", "missing"])
def test_the_area_is_a_half_for_what_says_nothing(rows: DataFrame, column: str) -> None:
    assert auc_alone(Rows(rows, [column], "label", ["id"]))[column] == pytest.approx(0.5, abs=0.05)


def test_of_several_classes_the_one_that_is_told_best_counts(rows: DataFrame) -> None:
    several = rows.selectExpr("id", "cast(id % 3 as string) as label", "id % 3 = 2 as is_third", "id % 2 as parity")
    areas = auc_alone(Rows(several, ["is_third", "parity"], "label", ["id"]))
    assert (areas["is_third"], round(areas["parity"], 1)) == (1.0, 0.5)


def test_rows_that_are_alike_do_not_teach_each_other(rows: DataFrame) -> None:
    """Of rows that occur twice, each would tell the label of the other by a word that no third row has."""
    twice = rows.select("label", "unique_word").union(rows.select("label", "unique_word"))
    assert auc_alone(Rows(twice, ["unique_word"], "label", ["unique_word"]))["unique_word"] == pytest.approx(0.5)
    numbered = twice.selectExpr("label", "unique_word", "monotonically_increasing_id() as number")
    assert auc_alone(Rows(numbered, ["unique_word"], "label", ["number"]))["unique_word"] > 0.7


def test_one_class_tells_nothing(rows: DataFrame) -> None:
    assert auc_alone(Rows(rows.where("flag"), ["word"], "label", ["id"])) == {}
