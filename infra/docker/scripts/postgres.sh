#!/usr/bin/env bash
# postgres.sh HOST PORT: whether PostgreSQL lets its superuser in and answers a query.
set -euo pipefail

PGPASSWORD="$(<"$POSTGRES_PASSWORD_FILE")"
export PGPASSWORD
[ "$(psql -h "$1" -p "$2" -U postgres -d postgres -tAc 'select 1')" = 1 ]
