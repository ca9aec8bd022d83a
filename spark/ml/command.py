"""A step of one task as a command of its own, which `spark-submit` runs too; `python -m spark` runs several at once."""

from collections.abc import Callable

from pyspark.sql import SparkSession

from common.locks import hold
from common.session import session, telling_failures
from common.settings import Settings, read_settings


def run_alone(task: str, step: str, job: Callable[[SparkSession, Settings], str]) -> None:
    """Run a job in a session of its own, and print its summary."""
    settings, name = read_settings(), f"{task}-{step}"
    with hold(settings, "pipeline", step), telling_failures(settings, name):
        print(job(session(name, settings, "learner"), settings))
