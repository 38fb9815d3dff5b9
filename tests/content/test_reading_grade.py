"""How hard a text is to read."""

from content.reading_grade import readability


def test_short_words_in_short_sentences_are_easy() -> None:
    assert readability("The cat sat. The dog ran. We had fun.").grade < 1


def test_long_words_in_a_long_sentence_are_hard() -> None:
    hard = (
        "Neurophysiological interventions demonstrate considerable heterogeneity regarding "
        "methodological characteristics, consequently necessitating individualised interpretation."
    )

    assert readability(hard).grade > 20


def test_the_grade_follows_the_published_formula() -> None:
    # By hand: 8 words, 2 sentences, 9 syllables, so 0.39 × 8 / 2 + 11.8 × 9 / 8 less 15.59.
    assert readability("The needle is thin. You may feel it.").grade == -0.8


def test_sentences_of_more_than_twenty_words_are_listed() -> None:
    twenty = " ".join(["word"] * 20) + "."
    more = " ".join(["word"] * 21) + "."

    assert readability(f"{twenty} {more}").long_sentences == [more]


def test_questions_and_numbers_do_not_upset_it() -> None:
    assert readability("Does it hurt? 8 in 100 people had a bruise!").long_sentences == []


def test_no_words_have_no_grade() -> None:
    assert (readability("").grade, readability("1 2 3 …").grade) == (0.0, 0.0)
