"""The whole clinic on this machine: PostgreSQL, the site, and the worker that sends its letters.

`make run` calls this. It runs until Ctrl-C, and nothing that it started outlives it.
"""

import argparse
import errno
import http.client
import io
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

import django
from django.apps import apps
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import OperationalError, connections

from clinic_site.local_postgres import database_url

SITE = "The site"
WORKER = "The worker that sends letters"
STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
SECONDS_TO_START = 60
SECONDS_TO_STOP = 10

Children = dict[str, subprocess.Popen[bytes]]


def main() -> None:
    parser = argparse.ArgumentParser(description="Runs the clinic on this machine.")
    parser.add_argument("--port", type=int, default=8000)
    port = parser.parse_args().port
    for number in STOPPING:
        signal.signal(number, interrupt)
    try:
        refuse_taken_port(port)
        prepare(port)
        with children(port) as running:
            wait_until_ready(running, port)
            print_addresses(port)
            watch(running)
    except KeyboardInterrupt:
        print("\nStopped. The data are kept; `make run` starts again.")
    except ImproperlyConfigured as error:
        sys.exit(str(error))
    except OperationalError as error:
        sys.exit(f"The database cannot be reached: {error}")


def interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def refuse_taken_port(port: int) -> None:
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except (OSError, OverflowError) as error:
        is_taken = isinstance(error, OSError) and error.errno == errno.EADDRINUSE
        why = "is taken: another program listens there" if is_taken else f"cannot be used: {error}"
        sys.exit(f"Port {port} {why}. Choose another one, for example: make run PORT=8001")


def prepare(port: int) -> None:
    """Settings, PostgreSQL, migrations, and the demo clinic if the database is empty."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic_site.settings")
    os.environ.setdefault("SITE_ORIGIN", f"http://localhost:{port}")
    django.setup()
    if settings.SECURE_SSL_REDIRECT:
        sys.exit(
            "DEBUG is off (see .env), so the site answers only over HTTPS, which this command does "
            "not serve. Set DEBUG=true here; docs/deploy.md says how to run it for patients."
        )
    if "DATABASE_URL" not in os.environ:
        # Settings have started it for this process; the URL lets the others join.
        os.environ["DATABASE_URL"] = database_url(settings.LOCAL_DIR / "postgres")
    call_command("migrate", verbosity=0)
    if not apps.get_model("booking", "Service").objects.exists():
        print("The database is empty: loading the demo clinic")
        call_command("load_demo_clinic", stdout=io.StringIO())
    connections.close_all()


@contextmanager
def children(port: int) -> Iterator[Children]:
    """The site and the worker, each out of reach of the terminal's Ctrl-C, which is for us."""
    site = [sys.executable, "-m", "gunicorn", "clinic_site.wsgi", "--bind", f"127.0.0.1:{port}"]
    site += ["--worker-class", "gthread", "--workers", "2", "--threads", "4"]
    site += ["--log-level", "error", "--no-control-socket", "--graceful-timeout", "5"]
    if settings.DEBUG:
        site += ["--reload", "--reload-extra-file", "templates/**/*.*"]
    running: Children = {}
    try:
        running[SITE] = subprocess.Popen(site, start_new_session=True)
        worker = [sys.executable, "manage.py", "deliver_messages"]
        running[WORKER] = subprocess.Popen(worker, start_new_session=True)
        yield running
    finally:
        stop(running)


def stop(running: Children) -> None:
    """Ask all to end, then make them. Impatience does not leave anything behind."""
    for number in STOPPING:
        signal.signal(number, signal.SIG_IGN)
    for child in running.values():
        child.terminate()
    for child in running.values():
        with suppress(subprocess.TimeoutExpired):
            child.wait(SECONDS_TO_STOP)
        # Also what a child that was killed could not end itself.
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()


def wait_until_ready(running: Children, port: int) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline:
        refuse_to_go_on_without_any(running)
        if is_ready(port):
            return
        time.sleep(0.1)
    sys.exit(f"{SITE} did not answer within {SECONDS_TO_START} seconds; its log is above.")


def is_ready(port: int) -> bool:
    site = http.client.HTTPConnection("127.0.0.1", port, timeout=SECONDS_TO_START)
    try:
        site.request("GET", "/readyz")
        return site.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        site.close()


def watch(running: Children) -> None:
    while True:
        refuse_to_go_on_without_any(running)
        time.sleep(0.2)


def refuse_to_go_on_without_any(running: Children) -> None:
    for name, child in running.items():
        if child.poll() is not None:
            sys.exit(f"{name} ended (exit code {child.returncode}; its log is above): all stopped.")


def print_addresses(port: int) -> None:
    logins = Path(settings.LOCAL_DIR / "demo-logins.txt")
    letters = settings.EMAIL_HOST or f"files in {shown(settings.EMAIL_FILE_PATH)}"
    print(f"\n  Site     http://localhost:{port}/")
    print(f"  Admin    http://localhost:{port}/admin/")
    print(f"  Letters  {letters}")
    if logins.exists():
        print(f"\n  Staff logins of the demo clinic (kept in {shown(logins)}):")
        print("".join(f"    {line}\n" for line in logins.read_text().splitlines()), end="")
    print("\n  Ctrl-C stops everything.\n", flush=True)


def shown(path: Path) -> Path:
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


if __name__ == "__main__":
    main()
