"""The Nu Html Checker (`vnu`), which says whether HTML is valid: a program for Java, which npm
fetches once into .local/."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

VERSION = "26.9.27"
FOLDER = settings.BASE_DIR / ".local" / f"vnu-{VERSION}"
JAR = FOLDER / "node_modules" / "vnu-jar" / "build" / "dist" / "vnu.jar"
NO_JAVA = """\
Whether the HTML is valid is checked with Java 17 or newer, and no such `java` runs here.
On Debian or Ubuntu: apt-get install default-jre-headless. On macOS: brew install openjdk"""
NO_JAR = f"""\
Whether the HTML is valid is checked with vnu-jar {VERSION}, which `npm` could not fetch.
On Debian or Ubuntu: apt-get install npm. On macOS: brew install node
Without npm: put the package's vnu.jar there yourself, as {JAR}"""


class MissingError(Exception):
    """Something must be installed first; says what, and how."""


def errors(folder: Path) -> dict[str, list[str]]:
    """What is wrong with each file of this folder that has errors, by its name."""
    checked = _java("-jar", str(_jar()), "--errors-only", "--format", "json", "--stdout", folder)
    found: dict[str, list[str]] = {}
    for message in json.loads(checked)["messages"]:
        name = Path(urlsplit(message["url"]).path).name
        found.setdefault(name, []).append(_sentence(message))
    return found


def _sentence(message: dict[str, Any]) -> str:
    return f"line {message.get('lastLine', '?')}: {message['message']}"


def _java(*arguments: str | Path) -> str:
    try:
        answer = subprocess.run(["java", *arguments], capture_output=True, text=True, check=False)
    except OSError as unknown:
        raise MissingError(NO_JAVA) from unknown
    if not answer.stdout:  # one that is too old, or a stand-in
        raise MissingError(f"{NO_JAVA}\n{answer.stderr.strip()}")
    return answer.stdout


def _jar() -> Path:
    if not JAR.exists():
        _fetch()
    return JAR


def _fetch() -> None:
    """--ignore-scripts: the package's own would fetch a Java as well."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    quiet = ["--no-audit", "--no-fund", "--ignore-scripts"]
    try:
        subprocess.run(
            ["npm", "install", *quiet, "--prefix", str(FOLDER), f"vnu-jar@{VERSION}"],
            check=True,
            capture_output=True,
            text=True,
        )
    except OSError as unknown:
        raise MissingError(NO_JAR) from unknown
    except subprocess.CalledProcessError as failed:
        raise MissingError(f"{NO_JAR}\n{failed.stderr.strip()}") from failed
