"""How the diary is built, read from its source: who writes, who looks at the clock, how big."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

from booking import scheduling

ROOT = Path(__file__).resolve().parent.parent
SCREENS = ("views", "admin", "management", "templatetags")
# What scheduling offers besides its commands: reads, and rounds of private commands.
READS = {"how_it_stands", "is_in_time", "last_own_change", "openings_for", "plan_merge"}
ROUNDS = {"lapse_offers", "offer_freed_times", "end_wishes"}
# Outside the diary: letters and links alone, and the number that was left for a visit.
LETTERS = {
    "contact_changed",
    "forget_found_visits",
    "owe_found_visits",
    "phone_corrected",
    "renew_reminders",
    "revoke_links",
}
LETTERS |= {"send_new_link"}
# Nobody of the staff: the patient by their link, or the clock.
NOT_BY_STAFF = {
    *("prove_address", "confirm_attendance", "take_back", "join_list"),
    *("wish_for_earlier", "sweep", "lapse_courses", "_offer", "_lapse"),
    "undo_merge",
}
CLOCKS = {"now", "today", "utcnow", "localtime", "localdate", "time", "monotonic"}
CLOCK_MODULES = {"datetime", "date", "timezone", "time"}


def sources(*folders: str) -> dict[str, ast.Module]:
    """The parsed files of the project's own packages, by path."""
    return {
        str(path.relative_to(ROOT)): ast.parse(path.read_text())
        for folder in folders
        for path in sorted((ROOT / folder).rglob("*.py"))
    }


def calls(tree: ast.AST) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def says_by_scheduling(tree: ast.AST) -> bool:
    """Whether a call somewhere gives `by_scheduling`, by name or as a key of a dictionary."""
    by_name = any(
        keyword.arg == "by_scheduling" for call in calls(tree) for keyword in call.keywords
    )
    by_key = any(
        isinstance(node, ast.Constant) and node.value == "by_scheduling" for node in ast.walk(tree)
    )
    return by_name or by_key


def looks_at_the_clock(tree: ast.AST) -> list[str]:
    return [
        ast.unparse(call)
        for call in calls(tree)
        if isinstance(call.func, ast.Attribute)
        and call.func.attr in CLOCKS
        and isinstance(call.func.value, ast.Name)
        and call.func.value.id in CLOCK_MODULES
        # An hour of the day, not a look at the clock: time(9), datetime.time().
        and ast.unparse(call.func) != "datetime.time"
    ]


def test_only_scheduling_claims_to_be_scheduling():
    everywhere = sources("booking", "clinic_site", "content")
    claiming = {path for path, tree in everywhere.items() if says_by_scheduling(tree)}
    assert {path for path in claiming if not path.startswith("booking/scheduling/")} == set()
    assert claiming


def test_a_claim_would_be_found_however_it_is_written():
    assert says_by_scheduling(ast.parse("visit.save(by_scheduling=True)"))
    assert says_by_scheduling(ast.parse("visit.delete(**{'by_scheduling': True})"))
    assert not says_by_scheduling(ast.parse("visit.save()"))


def test_below_the_screens_nobody_looks_at_the_clock():
    looking = {
        path: found
        for path, tree in sources("booking").items()
        if Path(path).parts[1] not in SCREENS and (found := looks_at_the_clock(tree))
    }
    assert looking == {}


def test_a_look_at_the_clock_would_be_found():
    looked = looks_at_the_clock(ast.parse("timezone.now(); date.today(); datetime.now(UTC)"))
    assert looked == ["timezone.now()", "date.today()", "datetime.now(UTC)"]


def commands() -> dict[str, ast.FunctionDef]:
    """The functions of `booking.scheduling` that run in the diary's transaction."""
    return {
        node.name: node
        for tree in sources("booking/scheduling").values()
        for node in tree.body
        if isinstance(node, ast.FunctionDef)
        and "in_diary_transaction" in {ast.unparse(each) for each in node.decorator_list}
    }


def test_every_command_that_scheduling_offers_runs_in_the_diarys_transaction():
    offered = {name for name in scheduling.__all__ if name.islower()}
    public = {name for name in commands() if not name.startswith("_")}
    assert offered - READS - ROUNDS - LETTERS == public


def test_every_command_takes_keywords_only_and_is_told_the_time():
    for name, command in commands().items():
        keywords = {argument.arg for argument in command.args.kwonlyargs}
        assert command.args.args == [], name
        assert "now" in keywords, name
        assert keywords & {"by", "visitor"} or name in NOT_BY_STAFF, name


def test_the_rules_know_nothing_but_the_standard_library_and_each_other():
    rules = ("intervals", "policy", "availability")
    known = {"booking.intervals", "booking.policy"}
    standard = sys.stdlib_module_names
    for name in rules:
        tree = sources("booking")[f"booking/{name}.py"]
        imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)} | {
            alias.name
            for node in ast.walk(tree)
            if isinstance(node, ast.Import)
            for alias in node.names
        }
        foreign = {module for module in imported if module.split(".")[0] not in standard}
        assert foreign <= known, name
