"""What answers to the safety questions lead to."""

from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from booking.screening import Answer, Question, Verdict, verdict_on, verdict_on_one, version_of
from content.starter_files import records

CLEAR, REVIEW, CALL_FIRST = Verdict.CLEAR, Verdict.REVIEW, Verdict.CALL_FIRST

# For every rule of the starter texts: what “yes” and what “I'm not sure” lead to. “Do not needle”
# where the suspicion is enough, and illness behind the pain: call first, also when unsure. Where
# the evidence asks to decide with the patient, or to find out more: a clinician looks.
TABLE = {
    "unwell-or-unexplained": (CALL_FIRST, CALL_FIRST),
    "unstable-bone-or-tumour": (CALL_FIRST, CALL_FIRST),
    "blood-thinners-deep-muscle": (CALL_FIRST, REVIEW),
    "blood-thinners-or-bleeding": (REVIEW, REVIEW),
    "vascular-disease": (REVIEW, REVIEW),
    "weak-immune-system": (REVIEW, REVIEW),
    "heart-valve": (CALL_FIRST, REVIEW),
    "diabetes": (REVIEW, REVIEW),
    "lymphoedema": (REVIEW, REVIEW),
    "lymph-nodes-removed": (REVIEW, REVIEW),
    "implants-and-metalwork": (REVIEW, REVIEW),
    "pacemaker-or-stimulator": (REVIEW, REVIEW),
    "pregnancy": (CALL_FIRST, REVIEW),
    "skin-problem": (REVIEW, REVIEW),
    "places-never-needled": (REVIEW, REVIEW),
    "near-the-lungs": (REVIEW, REVIEW),
    "unwilling-or-afraid": (REVIEW, REVIEW),
    "past-reaction": (CALL_FIRST, REVIEW),
    "fainting": (REVIEW, REVIEW),
    "epilepsy": (REVIEW, REVIEW),
    "metal-allergy": (REVIEW, REVIEW),
    "child-or-young-person": (CALL_FIRST, REVIEW),
    "cannot-feel-or-report": (REVIEW, REVIEW),
}


def starter_questions() -> list[Question]:
    return [
        Question(rule["key"], rule["group"], rule["question"], rule["outcome"])
        for rule in records("safety_rules.yaml")
    ]


QUESTIONS = starter_questions()
ALL_NO = {question.key: "no" for question in QUESTIONS}


def test_the_table_names_every_rule_of_the_starter_texts() -> None:
    assert set(TABLE) == set(ALL_NO)
    assert len(QUESTIONS) == len(ALL_NO)


@pytest.mark.parametrize("key", TABLE)
@pytest.mark.parametrize("position", [0, 1])
def test_one_yes_or_unsure_among_noes_leads_where_the_table_says(key: str, position: int) -> None:
    answer = ("yes", "unsure")[position]

    assert verdict_on(QUESTIONS, ALL_NO | {key: answer}) == TABLE[key][position]


@pytest.mark.parametrize("key", TABLE)
def test_a_no_alone_leads_nowhere(key: str) -> None:
    question = next(each for each in QUESTIONS if each.key == key)

    assert verdict_on_one(question, ALL_NO) == CLEAR


def test_every_no_is_clear() -> None:
    assert verdict_on(QUESTIONS, ALL_NO) == CLEAR


@pytest.mark.parametrize("key", TABLE)
@pytest.mark.parametrize("answer", ["", "maybe", "NO", " no", "0", "nо"])  # noqa: RUF001
def test_an_unknown_answer_is_looked_at(key: str, answer: str) -> None:
    assert verdict_on(QUESTIONS, ALL_NO | {key: answer}) == REVIEW


@pytest.mark.parametrize("key", TABLE)
def test_a_missing_answer_is_looked_at(key: str) -> None:
    answers = {name: answer for name, answer in ALL_NO.items() if name != key}

    assert verdict_on(QUESTIONS, answers) == REVIEW


def test_an_answer_to_a_question_that_was_not_asked_is_looked_at() -> None:
    assert verdict_on(QUESTIONS, ALL_NO | {"invented": "no"}) == REVIEW


def test_where_nothing_was_asked_nothing_is_clear() -> None:
    assert verdict_on([], {}) == REVIEW


@pytest.mark.parametrize("outcome", ["", "clear", "none", "REVIEW", "call"])
@pytest.mark.parametrize("answer", list(Answer))
def test_a_rule_with_an_unknown_outcome_is_looked_at(outcome: str, answer: Answer) -> None:
    broken = replace(QUESTIONS[3], outcome=outcome)
    rules = [*QUESTIONS[:3], broken, *QUESTIONS[4:]]

    assert verdict_on(rules, ALL_NO | {broken.key: answer}) == REVIEW


class Broken(Exception):
    pass


@dataclass(frozen=True)
class RaisingRule:
    """A rule of which nothing can be read."""

    raises: type[Exception]

    def __getattr__(self, name: str) -> Any:
        raise self.raises(name)


@pytest.mark.parametrize("trouble", [Broken, KeyError, TypeError, ZeroDivisionError, RuntimeError])
def test_a_rule_that_raises_is_looked_at_and_hides_no_other(trouble: type[Exception]) -> None:
    rules = [RaisingRule(trouble), *QUESTIONS]

    assert verdict_on(rules, ALL_NO) == REVIEW
    assert verdict_on(rules, ALL_NO | {"pregnancy": "yes"}) == CALL_FIRST


@given(st.fixed_dictionaries({key: st.sampled_from(list(Answer)) for key in TABLE}))
def test_the_gravest_answer_decides(answers: dict[str, Answer]) -> None:
    expected = max(
        CLEAR if answer == Answer.NO else TABLE[key][answer == Answer.UNSURE]
        for key, answer in answers.items()
    )

    assert verdict_on(QUESTIONS, answers) == expected


@given(st.dictionaries(st.sampled_from(sorted(TABLE)), st.text(max_size=8)))
def test_only_a_no_to_each_question_is_clear(answers: dict[str, str]) -> None:
    assert (verdict_on(QUESTIONS, answers) == CLEAR) is (answers == ALL_NO)


@pytest.mark.parametrize("change", [{"text": "Other?"}, {"outcome": "phone"}, {"key": "other"}])
def test_the_version_changes_with_a_question(change: dict[str, str]) -> None:
    changed = [replace(QUESTIONS[3], **change) if n == 3 else q for n, q in enumerate(QUESTIONS)]

    assert version_of(changed) != version_of(QUESTIONS)
    assert version_of(QUESTIONS[1:]) != version_of(QUESTIONS)


def test_the_version_is_the_same_for_the_same_questions() -> None:
    assert version_of(starter_questions()) == version_of(QUESTIONS)
    assert len(version_of(QUESTIONS)) == 64
