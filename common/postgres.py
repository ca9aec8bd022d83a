"""Connections to the reporting database, one role each."""

import psycopg
from psycopg.conninfo import make_conninfo

from common.errors import UserError
from common.settings import Settings

DATABASE = "lake"


def connect(config: Settings, role: str) -> psycopg.Connection:
    """Return a connection of a role to the database `lake`, in UTC.

    Raises:
        UserError: PostgreSQL does not answer, or refuses the role.
    """
    try:
        return psycopg.connect(address(config, role))
    except psycopg.OperationalError as error:
        raise refusal(config, role, error) from None


def address(config: Settings, role: str) -> str:
    """Return what libpq connects a role by, password included."""
    return make_conninfo(
        host=config.postgres_host,
        port=config.postgres_port,
        dbname=DATABASE,
        user=role,
        password=config.secret(role),
        connect_timeout=10,
        options="-c timezone=UTC",
    )


def refusal(config: Settings, role: str, error: Exception) -> UserError:
    """Return what to say where no connection came about."""
    place, reason = f"{config.postgres_host}:{config.postgres_port}", str(error).strip().splitlines()[-1]
    return UserError(f"PostgreSQL at {place} refused {role}: {reason}; run `make up`, or see `make doctor`")
