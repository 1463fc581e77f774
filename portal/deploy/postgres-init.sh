#!/bin/sh
# Runs once, when the PostgreSQL container makes its first data: roles, rights, passwords.
set -eu
roles=${ROLES_SQL:-/istmo/roles.sql}
psql --no-psqlrc --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" --file "$roles"
# Read from the environment by psql itself, so that no password shows in a list of processes.
psql --no-psqlrc --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" --quiet <<'SQL'
\getenv owner_password PORTAL_OWNER_PASSWORD
\getenv app_password PORTAL_APP_PASSWORD
ALTER ROLE portal_owner PASSWORD :'owner_password';
ALTER ROLE portal_app PASSWORD :'app_password';
SQL
