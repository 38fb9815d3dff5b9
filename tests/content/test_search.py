from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import yaml
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from content.models import (
    Article,
    Condition,
    Faq,
    Location,
    Practitioner,
    SafetyRule,
    SearchEntry,
    SearchWord,
    SynonymGroup,
)
from content.search import find, rebuild, refresh
from tests.cast import NOW

pytest_plugins = ["tests.content.starter_clinic"]
pytestmark = [pytest.mark.usefixtures("starter_clinic"), pytest.mark.django_db]

QUERIES = yaml.safe_load(Path(__file__).with_name("search_queries.yaml").read_text())
LEAST_RIGHT = 0.95


def first(query: str) -> str:
    found = find(query, now=NOW).found
    return found[0].address if found else "nothing"


def addresses(query: str) -> list[str]:
    return [each.address for each in find(query, now=NOW).found]


def test_nearly_every_query_of_the_table_finds_its_page_first(capsys: pytest.CaptureFixture[str]):
    misses = [
        f"  {row['query']!r}: {found} instead of {row['expect']}"
        for row in QUERIES
        if (found := first(row["query"])) != row["expect"]
    ]
    right = 1 - len(misses) / len(QUERIES)

    with capsys.disabled():
        print(f"\nSearch: {right:.1%} of {len(QUERIES)} queries find the expected page first")
        print(*misses, sep="\n")
    assert len(QUERIES) >= 120
    assert right >= LEAST_RIGHT


def test_each_question_finds_its_answer_first_as_asked_and_as_titled():
    answers = {faq.get_absolute_url(): faq.question for faq in Faq.objects.all()}
    asked = {row["expect"]: row["query"] for row in QUERIES[: len(answers)]}

    assert len(answers) == 32
    assert asked.keys() == answers.keys()
    assert {address: first(query) for address, query in asked.items()} == {
        address: address for address in answers
    }
    assert {address: first(title) for address, title in answers.items()} == {
        address: address for address in answers
    }


def slips(word: str) -> Iterator[str]:
    """The word with a letter in its middle left out, typed twice, swapped, or wrong."""
    at = len(word) // 2
    yield word[:at] + word[at + 1 :]
    yield word[:at] + word[at] + word[at:]
    yield word[: at - 1] + word[at] + word[at - 1] + word[at + 1 :]
    yield word[:at] + ("e" if word[at] != "e" else "i") + word[at + 1 :]


def test_a_slip_in_a_conditions_name_rarely_leads_astray():
    tried, astray = 0, []
    for number, condition in enumerate(Condition.objects.order_by("slug")):
        for word in (word for word in condition.name.split() if len(word) >= 5):
            slip = list(slips(word))[number % 4]
            tried += 1
            if first(condition.name.replace(word, slip)) != condition.get_absolute_url():
                astray.append(slip)

    assert tried >= 40
    assert len(astray) / tried <= 0.05, astray


@pytest.mark.parametrize(
    ("asked", "read_as"),
    [
        ("tension headake", "tension headache"),
        ("Acupunctur, please", "acupuncture please"),
        ("heel pain", ""),
        ("xqzw", ""),
    ],
)
def test_the_reader_is_told_what_was_looked_for_instead(asked: str, read_as: str):
    assert find(asked, now=NOW).read_as == read_as


@pytest.mark.parametrize(
    ("question", "condition"),
    [
        ("how many sessions for tennis elbow", "tennis-elbow"),
        ("my neighbour says leeches help with migraines, is it true", "migraine"),
        ("can I run with a pulled muscle?", "muscle-strain"),
    ],
)
def test_a_question_about_a_condition_finds_the_condition(question: str, condition: str):
    assert first(question) == f"/conditions/{condition}/"


@pytest.mark.parametrize(
    "worry",
    [
        "cannot breathe",
        "chest pain",
        "coughing blood",
        "fever after treatment",
        "trouble breathing",
    ],
)
def test_signs_of_an_emergency_find_when_to_get_help(worry: str):
    assert first(worry) == "/faqs/#when-to-get-help"


def test_words_that_no_page_has_show_the_nearest_names():
    results = find("tmg", now=NOW)

    assert results.found == []
    assert [each.address for each in results.nearest] == ["/conditions/jaw-muscle-pain/"]


@pytest.mark.parametrize("query", ["", "   ", "?!…", "💉", "' \\ : & | ! <-> ()"])
def test_a_query_without_a_word_finds_nothing(query: str):
    results = find(query, now=NOW)

    assert (results.found, results.nearest) == ([], ())


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=200))
def test_whatever_is_typed_is_answered(starter_clinic: None, query: str):
    assert len(find(query, now=NOW, limit=3).found) <= 3


def test_a_search_asks_the_database_at_most_four_times():
    for query in ("heel spur", "tmg"):
        with CaptureQueriesContext(
            connection,
        ) as asked:
            find(query, now=NOW)
        assert len(asked) <= 4


def test_what_was_found_is_marked_and_all_else_is_escaped():
    article = Article.objects.get(slug="tender-points")
    article.title = "<b>Zebra</b> & \x02co"
    article.summary = "An <img src=x onerror=run()> of a zebra."
    article.save()
    refresh(article, NOW)

    zebra = find("zebra", now=NOW).found[0]

    assert zebra.title == "&lt;b&gt;<mark>Zebra</mark>&lt;/b&gt; &amp; co"
    assert zebra.passage == "An &lt;img src=x onerror=run()&gt; of a <mark>zebra</mark>."


def test_an_extract_shows_the_words_where_only_the_text_has_them():
    article = Article.objects.get(slug="tender-points")
    zoo = "## The zoo\n\nThere lives a zebra.\n\n| Animal | Food |\n|---|---|\n| Gnu | Grass |"
    article.body = zoo
    article.save()
    refresh(article, NOW)

    passage = "… There lives a <mark>zebra</mark>. Animal, Food. Gnu, Grass …"
    assert [each.passage for each in find("zebra", now=NOW).found] == [passage]


def test_a_scheduled_text_is_found_from_its_hour_on_and_not_before():
    condition = Condition.objects.get(slug="neck-pain")
    condition.name = "Zebra neck"
    condition.publish_at = NOW + timedelta(hours=2)
    condition.save()
    refresh(condition, NOW)
    just_before = condition.publish_at - timedelta(seconds=1)

    assert find("zebra", now=just_before).found == []
    assert find("zebar", now=just_before).read_as == ""
    assert "/conditions/neck-pain/" not in [
        each.address for each in find("zebra neck", now=just_before).nearest
    ]
    assert find("zebra", now=condition.publish_at).found[0].title == "<mark>Zebra</mark> neck"
    assert find("zebar", now=condition.publish_at).read_as == "zebra"


def test_a_text_taken_back_or_deleted_is_found_no_more():
    faq = Faq.objects.get(slug="why-dry")
    faq.status = Faq.Status.DRAFT
    faq.save()
    refresh(faq, NOW)
    assert "/faqs/#why-dry" not in addresses("Why is it called dry?")

    other = Faq.objects.get(slug="does-it-hurt")
    other.delete()
    refresh(other, NOW)
    assert "/faqs/#does-it-hurt" not in addresses("Does it hurt?")


def test_a_text_that_moved_is_found_at_its_new_address_only():
    article = Article.objects.get(slug="tender-points")
    article.slug = "knots"
    article.save()
    refresh(article, NOW)

    found = addresses("Tender points in muscles")
    assert found[0] == "/articles/knots/"
    assert "/articles/tender-points/" not in found


def test_who_left_and_what_closed_is_found_no_more():
    tomas = Practitioner.objects.get(slug="tomas-costa")
    tomas.is_treating = False
    tomas.save()
    refresh(tomas, NOW)
    hilltop = Location.objects.get(slug="hilltop")
    hilltop.is_open = False
    hilltop.save()
    refresh(hilltop, NOW)

    assert "/team/tomas-costa/" not in addresses("Tomás Costa")
    assert "/locations/hilltop/" not in addresses("Hilltop")


def test_the_safety_page_is_found_by_its_rules():
    rule = SafetyRule.objects.filter(is_published=True).first()
    rule.trigger = "Zebra bites"
    rule.save()
    refresh(rule, NOW)

    assert first("zebra bite") == "/safety/"


def test_a_new_synonym_is_understood_even_misspelt():
    assert first("gizmo") == "nothing"
    group = SynonymGroup.objects.create(terms=["heel pain", "gizmotropy"])
    refresh(group, NOW)

    assert first("gizmotropy") == "/conditions/plantar-heel-pain/"
    assert first("gismotropy") == "/conditions/plantar-heel-pain/"


def test_two_words_that_are_written_as_one_are_found():
    assert first("hill top") == "/locations/hilltop/"


def entries() -> list[tuple[object, ...]]:
    columns = ("source", "kind", "address", "title", "names", "keys", "summary", "body", "vector")
    return list(SearchEntry.objects.order_by("source").values_list(*columns, "findable_from"))


def test_making_everything_anew_twice_changes_nothing():
    rebuild(NOW)
    before, words = entries(), set(SearchWord.objects.values_list("word", "entries"))
    rebuild(NOW)

    assert len(before) == 33 + 13 + 32 + 4 + 5 + 2 + 2
    assert entries() == before
    assert set(SearchWord.objects.values_list("word", "entries")) == words


def test_refreshing_each_text_comes_to_the_same_as_making_everything_anew():
    rebuild(NOW)
    before = entries()
    for thing in (*Condition.objects.all()[:3], *Faq.objects.all()[:3], *Location.objects.all()):
        refresh(thing, NOW)

    assert entries() == before


def test_the_command_finds_again_what_was_lost(capsys: pytest.CaptureFixture[str]):
    SearchEntry.objects.all().delete()
    call_command("rebuild_search")

    assert capsys.readouterr().out == "91 things can be found.\n"
    assert SearchEntry.objects.filter(address="/conditions/neck-pain/").exists()
