"""`marts.export_log`: one row per table and export, with the version of the Delta table that it holds."""

from datetime import datetime

from common.dbt_manifest import TARGET_SCHEMA, Export
from common.lake_reader import LakeTable
from spark.export.load import Content
from spark.export.store import Store

TABLE = f"{TARGET_SCHEMA}.export_log"
CREATE = f"""
    create table if not exists {TABLE} (
        export_number bigint generated always as identity primary key,
        exported_at timestamp with time zone not null default now(),
        as_of timestamp with time zone,
        table_name text not null,
        rows bigint not null,
        checksum text not null,
        delta_id text not null,
        delta_version bigint not null
    )
"""
NEWEST = f"""
    select distinct on (table_name) table_name, delta_id, delta_version
    from {TABLE}
    order by table_name, export_number desc
"""
INSERT = f"""
    insert into {TABLE} (as_of, table_name, rows, checksum, delta_id, delta_version)
    values ({{}}, {{}}, {{}}, {{}}, {{}}, {{}})
"""


def ensure(store: Store) -> None:
    """Make the log where there is none."""
    store.execute(CREATE)


def newest(store: Store) -> dict[str, tuple[str, int]]:
    """Return the Delta table's id and version that each table was last filled from."""
    return {name: (delta_id, version) for name, delta_id, version in store.rows(NEWEST)}


def write(store: Store, export: Export, lake: LakeTable, as_of: datetime | None, content: Content) -> None:
    """Add the row of one table."""
    store.execute(INSERT, as_of, export.table, content.rows, content.digest, lake.delta_id, lake.version)
