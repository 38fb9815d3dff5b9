"""The browser that the browser tests drive. `python -m tests.chromium` installs one if none is."""

import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

NAMES = (
    "chromium-headless-shell",  # the same without its windows, which take half of the time
    "chromium",
    "chromium-browser",
    "google-chrome-stable",
    "google-chrome",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
MISSING = """\
The browser tests need Chromium; none was found, and installing one did not work (see above).
Install Chromium or Chrome yourself and run this again; if it is not on the PATH, name it:
    make test CHROMIUM=/path/to/chromium"""


def executable() -> str | None:
    """CHROMIUM of the environment, else one on this machine, else Playwright's own, else None."""
    if named := os.environ.get("CHROMIUM"):
        return named
    for name in NAMES:
        found = shutil.which(name)
        if found and runs(found):
            return found
    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
    return own if Path(own).exists() else None


def runs(command: str) -> bool:
    """Ubuntu has a `chromium-browser` that only says how to get the real one."""
    answer = subprocess.run([command, "--version"], capture_output=True, check=False)
    return answer.returncode == 0


def install() -> None:
    """Debian's package if we may, else the one that Playwright brings."""
    is_root = os.geteuid() == 0
    if is_root and Path("/etc/debian_version").exists() and distribution() == "debian":
        package = ["apt-get", "install", "--yes", "chromium-headless-shell"]
        commands = [["apt-get", "update"], package]
    else:
        with_libraries = ["--with-deps"] if is_root else []
        playwright = [sys.executable, "-m", "playwright", "install", *with_libraries, "chromium"]
        commands = [playwright]
    for command in commands:
        print("No Chromium found:", *command, file=sys.stderr)
        environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(command, check=True, env=environment, stdout=sys.stderr)


def distribution() -> str:
    try:
        return platform.freedesktop_os_release()["ID"]
    except OSError:
        return ""


def main() -> None:
    """Print the path of a Chromium, installed first if there was none."""
    if executable() is None:
        try:
            install()
        except (OSError, subprocess.SubprocessError):
            sys.exit(MISSING)
    print(executable() or sys.exit(MISSING))


if __name__ == "__main__":
    main()
