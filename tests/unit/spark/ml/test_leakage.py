"""The guard refuses what is too good to be true, unless an explanation of these very rows is on file."""

from dataclasses import replace
from pathlib import Path

import pytest
from pyspark.sql import DataFrame, SparkSession

from common.errors import UserError
from spark.ml import leakage
from spark.ml.evaluation import Measure
from spark.ml.leakage import Explanation, Finding
from spark.ml.single_column import Rows

TOLD = Explanation("churn", ("told", "auc"), "town = 'Riga'", 500, "Riga was made so.")
GOOD = [Measure("model", "auc", 0.96), Measure("bg_nbd", "auc", 0.995), Measure("model", "brier", 0.99)]


@pytest.fixture(scope="module")
def frame(spark: SparkSession) -> DataFrame:
    """Return 400 customers of Riga whose label is told, and 100 of Lyon of whom it is not."""
    return spark.sql(
        """
        select id, town, label, if(town = 'Riga', label, id * 31 % 2) as told, id * 17 % 5 as untold
        from (select *, if(id < 400, 'Riga', 'Lyon') as town, double(id * 7919 % 1000 < 400) as label from range(500))
        """
    )


def rows(frame: DataFrame, *features: str) -> Rows:
    return Rows(frame, features, "label", ["id"])


def test_what_is_credible_passes(frame: DataFrame) -> None:
    assert leakage.require_honest("churn", rows(frame, "untold"), [Measure("model", "auc", 0.75)], []) == []


def test_a_column_that_tells_the_label_is_named_with_figure_and_remedy(frame: DataFrame) -> None:
    riga = frame.where("town = 'Riga'")
    with pytest.raises(
        UserError,
        match=r"churn: not published, the champion stays: told alone tells the label \(AUC 1\.000, .*"
        r"; auc 0\.995 is too good .*"
        r"`make guard` names what sees the future\), or say in spark/explained\.yml why it is none$",
    ):
        leakage.require_honest("churn", rows(riga, "untold", "told"), [Measure("model", "auc", 0.995)], [])


def test_a_score_that_is_too_good_is_named_whosever_it_is(frame: DataFrame) -> None:
    with pytest.raises(UserError, match=r"auc 0\.995 is too good to be true \(credible is less than 0\.99\)"):
        leakage.require_honest("churn", rows(frame, "untold"), GOOD, [])


def test_an_explanation_of_these_rows_excuses_what_it_names(frame: DataFrame) -> None:
    riga = frame.where("town = 'Riga'")
    findings = leakage.require_honest("churn", rows(riga, "told"), GOOD, [TOLD])
    assert findings == [Finding("told", 1.0, TOLD.why), Finding("auc", 0.995, TOLD.why)]
    assert leakage.clause(findings) == "; explained: told 1.000, auc 0.995"
    assert leakage.clause([]) == ""


@pytest.mark.parametrize(
    "entry",
    [
        replace(TOLD, task="satisfaction"),
        replace(TOLD, what=("untold",)),
        replace(TOLD, where="town = 'Lyon'"),
        replace(TOLD, most_rows=399),
    ],
    ids=["another task", "another column", "other rows", "more rows"],
)
def test_an_explanation_of_something_else_excuses_nothing(frame: DataFrame, entry: Explanation) -> None:
    with pytest.raises(UserError, match="told alone tells the label"):
        leakage.require_honest("churn", rows(frame.where("town = 'Riga'"), "told"), [], [entry])


def test_rows_that_no_explanation_speaks_of_are_judged_without_it(frame: DataFrame) -> None:
    leaking = frame.selectExpr("id", "town", "label", "label as told")
    with pytest.raises(UserError, match="told alone tells the label"):
        leakage.require_honest("churn", rows(leaking, "told"), [], [TOLD])
    lyon = replace(TOLD, where="town = 'Lyon'", why="Lyon too.")
    [finding] = leakage.require_honest("churn", rows(leaking, "told"), [], [TOLD, lyon])
    assert finding.why == "Riga was made so. Lyon too."
    # Of the whole frame the column tells little, and a score is of all rows.
    with pytest.raises(UserError, match="auc"):
        leakage.require_honest("churn", rows(frame, "untold"), GOOD, [TOLD])


def test_what_is_on_file_can_be_read_and_says_why() -> None:
    entries = leakage.on_file()
    assert entries
    for entry in entries:
        assert entry.task in ("churn", "satisfaction", "segments")
        assert entry.what and entry.most_rows > 0 and len(entry.why) > 40
        assert entry.where.strip().lower() not in ("true", "1 = 1")


def test_an_entry_that_lacks_its_scope_is_refused(tmp_path: Path, frame: DataFrame) -> None:
    file = tmp_path / "explained.yml"
    file.write_text("- {task: churn, what: [told], why: because}")
    with pytest.raises(UserError, match="an entry needs task, what"):
        leakage.on_file(file)
    with pytest.raises(UserError, match="`where: twon = 'Riga'` is not SQL on the features"):
        wrong = replace(TOLD, where="twon = 'Riga'")
        leakage.require_honest("churn", rows(frame.where("town = 'Riga'"), "told"), [], [wrong])
