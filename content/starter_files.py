"""Reading the starter content: YAML, and Markdown with YAML front matter."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

try:
    from yaml import CSafeLoader as SafeLoader
except ImportError:  # built without libyaml
    from yaml import SafeLoader  # type: ignore[assignment]

FOLDER = Path(__file__).resolve().parent / "starter"


@dataclass(frozen=True)
class StarterText:
    """One Markdown file: what its front matter says, and the text below it."""

    facts: dict[str, Any]
    body: str

    def sections(self) -> dict[str, str]:
        """The text under each `## ` heading, by heading, in order."""
        found: dict[str, str] = {}
        heading = ""
        for line in self.body.splitlines():
            if line.startswith("## "):
                heading = line.removeprefix("## ").strip()
                found[heading] = ""
            elif heading:
                found[heading] += line + "\n"
        return {heading: text.strip() for heading, text in found.items()}


def records(name: str) -> Any:
    """What a YAML file of the starter content holds."""
    return yaml.load((FOLDER / name).read_text(encoding="utf-8"), SafeLoader)


def texts(folder: str) -> Iterator[StarterText]:
    """The Markdown files of a folder, by name."""
    for path in sorted((FOLDER / folder).glob("*.md")):
        _, front, body = path.read_text(encoding="utf-8").split("---\n", 2)
        yield StarterText(facts=yaml.load(front, SafeLoader), body=body.strip())
