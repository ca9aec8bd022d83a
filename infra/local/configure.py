"""Render every configuration file of the platform; the daemons need not run."""

import sys
from pathlib import Path

from common import home
from common.errors import UserError
from common.settings import ROOT, Settings
from infra.local import dbt_conf, java, services
from infra.local.files import PRIVATE, write
from infra.local.service import Service
from infra.setup import rendered, secrets


def configure(settings: Settings) -> list[Service]:
    """Render `conf/` and dbt's profile, generate missing passwords, and return the services.

    Raises:
        UserError: a file cannot be written, Java or a jar is missing.
    """
    home.claim(settings)
    secrets.ensure(settings)
    known = services.every(settings)
    dbt_conf.configure(settings)
    if settings.state_dir == ROOT / ".state":
        link_spark_conf(settings)
        wrap_spark_submit()
    write(rendered.stamp(settings), rendered.fingerprint(settings), PRIVATE)
    return known


def link_spark_conf(settings: Settings) -> None:
    """Let a bare `spark-submit` find the default platform: pyspark looks in its own `conf` folder."""
    link, target = java.SPARK_HOME / "conf", settings.path("conf", "spark")
    if link.is_symlink():
        if link.readlink() == target:
            return
        link.unlink()
    elif link.exists():
        raise UserError(f"{link} is in the way of the platform's configuration; move it away")
    link.symlink_to(target)


def wrap_spark_submit() -> None:
    """Let the environment's `spark-submit` find its own pyspark, whatever `python3` on the path is."""
    script = Path(sys.prefix) / "bin" / "spark-submit"
    write(script, f"#!/bin/sh\nexec '{java.SPARK_HOME}/bin/spark-submit' \"$@\"\n", 0o755)
