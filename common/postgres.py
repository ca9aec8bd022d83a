"""Connections to the reporting database, one role each."""

import psycopg
from psycopg.conninfo import make_conninfo

from common.errors import UserError
from common.settings import Settings

DATABASE = "lake"


def connect(settings: Settings, role: str) -> psycopg.Connection:
    """Return a connection of a role to the database `lake`, in UTC.

    Raises:
        UserError: PostgreSQL does not answer, or refuses the role.
    """
    try:
        return psycopg.connect(address(settings, role))
    except psycopg.OperationalError as error:
        raise refusal(settings, role, error) from None


def address(settings: Settings, role: str, database: str = DATABASE) -> str:
    """Return what libpq connects a role to a database by, password included."""
    return make_conninfo(
        host=settings.postgres_host,
        port=settings.postgres_port,
        dbname=database,
        user=role,
        password=settings.secret(role),
        connect_timeout=10,
        options="-c timezone=UTC",
    )


def refusal(settings: Settings, role: str, error: Exception) -> UserError:
    """Return what to say where no connection came about."""
    place, reason = f"{settings.postgres_host}:{settings.postgres_port}", str(error).strip().splitlines()[-1]
    return UserError(f"PostgreSQL at {place} refused {role}: {reason}; run `make up`, or see `make doctor`")
