"""dbt's `profiles.yml`: two targets, the lake over Thrift and the serving store."""

import json
from pathlib import Path

from common.settings import ROOT, Settings
from infra.local.files import PRIVATE, write

# A quoted JSON string is a quoted YAML string.
PROFILE = """\
lakehouse:
  target: lake
  outputs:
    lake:
      type: spark
      method: thrift
      auth: CUSTOM
      host: {thrift_host}
      port: {thrift_port}
      user: modeler
      password: {password}
      schema: staging
      threads: 2
      connect_retries: 5
      connect_timeout: 5
      poll_interval: 1
    serving:
      type: postgres
      host: {postgres_host}
      port: {postgres_port}
      user: modeler
      password: {password}
      dbname: lake
      schema: reporting
      threads: 2
"""


def configure(settings: Settings) -> tuple[Path, ...]:
    """Render the profile; the default platform's is also put where dbt looks by itself."""
    text = PROFILE.format(
        thrift_host=json.dumps(settings.thrift_host),
        thrift_port=settings.thrift_port,
        postgres_host=json.dumps(settings.postgres_host),
        postgres_port=settings.postgres_port,
        password=json.dumps(settings.secret("modeler")),
    )
    rendered = write(settings.path("conf", "dbt", "profiles.yml"), text, PRIVATE)
    if settings.state_dir == ROOT / ".state":
        write(ROOT / "dbt_project" / "profiles.yml", text, PRIVATE)
    return (rendered,)
