"""Connections to the reporting database, one role each."""

import psycopg

from spark.common.errors import UserError
from spark.common.settings import Settings

DATABASE = "lake"


def connect(config: Settings, role: str) -> psycopg.Connection:
    """Return a connection of a role to the database `lake`, in UTC.

    Raises:
        UserError: PostgreSQL does not answer, or refuses the role.
    """
    place = f"{config.postgres_host}:{config.postgres_port}"
    try:
        return psycopg.connect(
            host=config.postgres_host,
            port=config.postgres_port,
            dbname=DATABASE,
            user=role,
            password=config.secret(role),
            connect_timeout=10,
            options="-c timezone=UTC",
        )
    except psycopg.OperationalError as error:
        reason = str(error).strip().splitlines()[-1]
        raise UserError(
            f"PostgreSQL at {place} refused {role}: {reason}; run `make up`, or see `make doctor`"
        ) from None
