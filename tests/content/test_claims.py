"""The claim linter finds phrases that promise too much."""

import pytest

from content.claims import Finding, Phrase, findings


def phrase(text: str) -> Phrase:
    return Phrase(text, reason="It promises too much.", better="say what was found")


def found(text: str, *phrases: str) -> list[str]:
    return [finding.phrase.text for finding in findings(text, map(phrase, phrases))]


def test_a_disputed_phrase_is_found_with_its_reason_and_what_to_write_instead() -> None:
    promise = Phrase("painless", reason="Some people have pain.", better="a brief cramp")

    assert findings("Needling is painless here.", [promise]) == [
        Finding(promise, "Needling is painless here.")
    ]


@pytest.mark.parametrize("text", ["PAINLESS", "Painless.", "(painless)", "so painless, really"])
def test_case_and_punctuation_do_not_hide_it(text: str) -> None:
    assert found(text, "painless") == ["painless"]


def test_a_word_that_only_contains_it_is_not_it() -> None:
    assert found("The curette is secured by a curer.", "cure") == []


def test_a_star_stands_for_any_ending() -> None:
    assert found("Nothing is guaranteed.", "guarantee*") == ["guarantee*"]
    assert found("We give a guarantee.", "guarantee*") == ["guarantee*"]
    assert found("No guarantor.", "guarantee*") == []


@pytest.mark.parametrize(
    "text",
    [
        "root cause",
        "root  cause",
        "root\ncause",
        "Root-cause",
        "root\N{NO-BREAK SPACE}cause",
        "root\N{HYPHEN}cause",
    ],
)
def test_a_phrase_may_be_broken_in_any_way(text: str) -> None:
    assert found(f"It treats the {text} of pain.", "root cause") == ["root cause"]


@pytest.mark.parametrize("text", ["pain-free", "pain free", "Pain\N{NON-BREAKING HYPHEN}free"])
def test_a_phrase_with_a_hyphen_may_be_broken_in_any_way_too(text: str) -> None:
    assert found(f"A {text} week.", "pain-free", "pain-f*") == ["pain-free", "pain-f*"]
    assert found("A painfree week.", "pain-free") == []


@pytest.mark.parametrize("text", ["the world's best", "the world’s best"])
@pytest.mark.parametrize("phrase", ["world's best", "world’s best"])
def test_an_apostrophe_may_be_of_either_kind(text: str, phrase: str) -> None:
    assert found(f"We are {text}.", phrase) == [phrase]


def test_each_phrase_is_named_once_however_often_it_stands_there() -> None:
    assert found("Powerful, powerful, powerful.", "powerful", "cure") == ["powerful"]


def test_several_phrases_are_all_named() -> None:
    assert found("A cure without pain.", "cure", "without pain") == ["cure", "without pain"]


def test_the_excerpt_shows_what_stands_around_it_and_no_more() -> None:
    text = f"{'a ' * 60}miracle {'b ' * 60}"

    (finding,) = findings(text, [phrase("miracle")])

    assert finding.excerpt == f"{'a ' * 20}miracle {'b ' * 20}".strip()


def test_signs_in_a_phrase_mean_themselves() -> None:
    assert found("Better (much).", "better (much") == ["better (much"]
    assert found("xyz", "x.z") == []
    assert found("It works 100% of the time.", "100%") == ["100%"]


def test_a_clean_text_gives_nothing() -> None:
    assert found("It may ease the pain for some weeks.", "cure*", "painless") == []
