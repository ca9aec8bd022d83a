"""A table of `live` that was dropped is made again, which no stamp prevents, and people may read it."""

from pathlib import Path

import pytest

from common import postgres
from common.settings import read_settings
from infra.local import provision_postgres
from infra.local.files import write


def test_a_dropped_table_is_made_again(postgres_environ: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    settings = read_settings(postgres_environ, Path("/nowhere"))
    # The catalogue is none of this test's; all that the stamp stands for is done already.
    monkeypatch.setattr(provision_postgres, "relocate", lambda connection, hdfs_url: None)
    write(settings.path("data", "postgres", "provisioned"), provision_postgres.fingerprint(settings))
    provision_postgres.provision(settings)
    with postgres.connect(settings, "monitor") as connection:
        connection.execute("drop table live.window_inputs")
    provision_postgres.provision(settings)
    with postgres.connect(settings, "reporter") as connection:
        assert connection.execute("select count(*) from live.window_inputs").fetchone() == (0,)
