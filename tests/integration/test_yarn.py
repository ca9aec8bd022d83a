"""The training job on YARN: plain spark-submit, client and cluster mode."""

import pytest

from common.settings import ROOT
from tests.integration.harness import Platform

pytestmark = pytest.mark.usefixtures("sample_job")


@pytest.mark.parametrize("mode", ["client", "cluster"])
def test_training_runs_on_yarn(platform: Platform, mode: str) -> None:
    platform.make("up", SERVICES="+yarn")
    query = "select count(*) from predictions.model_versions where task = 'churn'"
    before = int(platform.value(query, "lake"))
    options = ("--master", "yarn", "--deploy-mode", mode)
    spark_submit(platform, *options, program="spark/churn/train.py", words=("--again",))
    assert int(platform.value(query, "lake")) == before + 1


def test_plain_spark_submit_scores_locally(platform: Platform) -> None:
    spark_submit(platform, program="spark/churn/score.py")


def spark_submit(platform: Platform, *options: str, program: str, words: tuple[str, ...] = ()) -> None:
    """Submit a job as a user would who knows nothing but where the configuration is."""
    environ = {**platform.environ, "SPARK_CONF_DIR": str(platform.settings.path("conf", "spark"))}
    script = str(ROOT / ".venv" / "bin" / "spark-submit")
    Platform(platform.settings, environ).call(script, *options, program, *words)
