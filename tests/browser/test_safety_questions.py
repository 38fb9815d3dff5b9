"""Ana answers the safety questions, by keyboard and without JavaScript."""

import pytest
from playwright.sync_api import Locator, Page, expect

from booking.models import Appointment, ScreeningAnswers, State
from tests.browser.accessibility import assert_accessible
from tests.browser.keyboard import press, tab_to
from tests.cast import Cast
from tests.content.rules import make_rule

pytest_plugins = ["tests.committed"]

# A sheet of A4 between its margins.
PAPER = {"width": 658, "height": 1000}
QUESTIONS = ["Do you have diabetes?", "Are you pregnant?", "Do you feel unwell?"]


@pytest.fixture
def cast(cast: Cast) -> Cast:
    """The clinic of all tests, with three questions."""
    cast.first_visit.asks_safety_questions = True
    cast.first_visit.save()
    make_rule("diabetes", question=QUESTIONS[0], group="infection-and-immunity")
    make_rule("pregnancy", question=QUESTIONS[1], outcome="phone", group="pregnancy", order=2)
    make_rule("unwell", question=QUESTIONS[2], outcome="doctor", order=3)
    return cast


def fill_in_details(page: Page) -> None:
    page.goto("/book/first-visit/")
    page.locator("button[name=time]").first.click()
    page.get_by_label("Your name").fill("Ana Lopez")
    page.get_by_label("E-mail").fill("ana@example.com")
    page.get_by_label("Phone").fill("780 555 0150")
    page.get_by_label("I have read").check()
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("A few questions about your health")


def choose(page: Page, question: str, answer: str) -> None:
    answer_to(page, question, answer).check()


def answer_to(page: Page, question: str, answer: str) -> Locator:
    return page.get_by_role("group", name=question).get_by_label(answer, exact=True)


def heading(page: Page) -> str:
    return page.get_by_role("heading", level=1).inner_text()


def choose_by_keyboard(page: Page, *, downs: int) -> None:
    """From the question before on to the next: Space takes the first answer, arrows another."""
    tab_to(page, "Yes")
    page.keyboard.press("Space")
    for _ in range(downs):
        page.keyboard.press("ArrowDown")


def test_ana_answers_by_keyboard_and_is_not_sure(page: Page, cast: Cast) -> None:
    fill_in_details(page)
    assert_accessible(page)
    press(page, "Continue")
    expect(page).to_have_title(
        "Error: A few questions about your health – Rowan Street Physiotherapy"
    )
    expect(page.locator("[data-error-summary]")).to_be_focused()
    assert_accessible(page)
    page.set_viewport_size({"width": 360, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    press_summary_link(page, QUESTIONS[0])

    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    choose_by_keyboard(page, downs=1)
    choose_by_keyboard(page, downs=1)
    press(page, "Continue")

    assert heading(page) == "Check your visit"
    expect(page.get_by_text("looks at your answers first")).to_be_visible()
    assert_accessible(page)
    press(page, "Ask for this visit")
    expect(page).to_have_title("Error: Check your visit – Rowan Street Physiotherapy")
    assert_accessible(page)
    tab_to(page, "I have read what needling involves")
    page.keyboard.press("Space")
    press(page, "Ask for this visit")

    assert heading(page) == "We have your request"
    assert_accessible(page)
    visit = Appointment.objects.get()
    assert visit.screening
    assert (visit.state, visit.screening.outcome) == (State.NEEDS_REVIEW, "review")


def press_summary_link(page: Page, question: str) -> None:
    """The summary's links lead to the first answer of each question."""
    tab_to(page, f"Choose an answer: {question}")
    page.keyboard.press("Enter")
    page.wait_for_function("document.activeElement.type === 'radio'")


def test_ana_answers_without_javascript_and_is_not_sure(
    page_without_javascript: Page, cast: Cast
) -> None:
    page = page_without_javascript
    fill_in_details(page)
    choose(page, QUESTIONS[0], "I’m not sure")
    page.get_by_role("button", name="Keep my time 10 more minutes").click()
    expect(page.get_by_text("What you have answered so far is still here.")).to_be_visible()
    choose(page, QUESTIONS[1], "No")
    page.get_by_role("button", name="Back to your details").click()
    page.get_by_label("What is it about?").fill("Sore shoulder")
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Choose another time").click()
    page.locator("button[name=time]").last.click()
    page.get_by_role("button", name="Continue").click()
    expect(answer_to(page, QUESTIONS[0], "I’m not sure")).to_be_checked()
    expect(answer_to(page, QUESTIONS[1], "No")).to_be_checked()
    choose(page, QUESTIONS[2], "No")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Check your visit")
    page.get_by_label("I have read what needling involves").check()
    page.get_by_role("button", name="Keep my time 10 more minutes").click()
    expect(page.get_by_text("We keep your time until")).to_be_visible()
    expect(page.get_by_label("I have read what needling involves")).to_be_checked()
    page.get_by_role("button", name="Ask for this visit").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("We have your request")
    assert Appointment.objects.get().state == State.NEEDS_REVIEW


def test_ana_is_told_at_once_to_see_a_doctor_and_keeps_her_time(page: Page, cast: Cast) -> None:
    fill_in_details(page)
    choose(page, QUESTIONS[0], "No")
    choose(page, QUESTIONS[1], "Yes")
    choose(page, QUESTIONS[2], "I’m not sure")
    page.get_by_role("button", name="Continue").click()

    assert heading(page) == "Before your visit"
    cards = page.locator(".care-card h2").all_inner_texts()
    assert cards == ["Please call us first: Pregnancy", "Please see a doctor first: Unwell"]
    assert_accessible(page)
    press(page, "Keep this time and let a clinician look")

    assert heading(page) == "Check your visit"
    assert ScreeningAnswers.objects.get().outcome == "call_first"


def test_ana_gives_the_time_back_without_javascript(
    page_without_javascript: Page, cast: Cast
) -> None:
    page = page_without_javascript
    fill_in_details(page)
    for question in QUESTIONS:
        choose(page, question, "Yes")
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Give the time back").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("The time is free again")
    assert not Appointment.objects.exists()


def test_free_times_and_questions_can_be_printed_to_prepare_with_a_carer(
    page: Page, cast: Cast
) -> None:
    page.set_viewport_size(PAPER)
    page.emulate_media(media="print", color_scheme="dark")
    page.goto("/book/first-visit/")
    times = page.locator("button[name=time]")
    assert times.count() > 10
    assert all(time.is_visible() for time in times.all())
    expect(page.get_by_role("button", name="Show these times")).to_be_hidden()
    assert_fits_and_is_black_on_white(page, "button[name=time]")

    page.emulate_media(media="screen")
    fill_in_details(page)
    page.emulate_media(media="print", color_scheme="dark")
    for question in QUESTIONS:
        expect(page.get_by_text(question)).to_be_visible()
        expect(answer_to(page, question, "I’m not sure")).to_be_visible()
    expect(page.get_by_role("button", name="Continue")).to_be_hidden()
    assert_fits_and_is_black_on_white(page, ".questions legend")

    page.goto("/book/details/")
    expect(page.get_by_label("Name of the person you care for")).to_be_visible()


def assert_fits_and_is_black_on_white(page: Page, words: str) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= PAPER["width"]
    colours = page.locator(words).first.evaluate(
        "each => [getComputedStyle(each).color, getComputedStyle(document.body).backgroundColor]"
    )
    assert colours == ["rgb(0, 0, 0)", "rgb(255, 255, 255)"]
