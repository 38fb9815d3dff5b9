"""What is written into a text runs no script in a reader's browser."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

import pytest
import time_machine
from django.conf import settings
from django.db import transaction
from django.test import Client
from playwright.sync_api import Dialog, Page, Request, sync_playwright
from pytest_django import DjangoDbBlocker

from content.models import Article
from tests import chromium
from tests.cast import NOW
from tests.content.texts import (
    make_article,
    make_condition,
    make_faq,
    make_reference,
    make_reviewer,
    make_topic,
)
from tests.factories import make_clinic
from tests.security import xss_payloads

# Without the first mark there would be no test database.
pytestmark = [pytest.mark.django_db, pytest.mark.browser, pytest.mark.prove]

# `make prove` tries them all, `make test` a sixth and each that is known to run.
TEXTS = {
    name: text
    for number, (name, text) in enumerate(xss_payloads.markdown().items())
    if settings.PROVE or number % 6 == 0 or name.removeprefix("html: ") in xss_payloads.RUNNING
}
WRITTEN = {"plain words": "Plain words"} | xss_payloads.RUNNING
IN_FIELDS = ("plain words", "script", "picture in quotation marks", "picture in apostrophes")

# Runs before anything of the page does.
WATCH = """
window.scripts = 0;
window.ran = () => { top.scripts += 1 };
window.alert = window.confirm = window.prompt = window.ran;
if (window === top) window.reports = [];
document.addEventListener("securitypolicyviolation",
    (event) => top.reports.push(`${event.effectiveDirective} ${event.blockedURI}`));
"""

# Does what a reader might do, then looks for what should not be there.
TRY = """
async () => {
  const pause = () => new Promise((done) => setTimeout(done, 10));
  const events = ["mouseover", "mouseenter", "pointerenter", "focus", "blur", "error", "load",
                  "toggle", "animationstart", "copy", "click"];
  const schemeOf = (address) => {
    try { return new URL(address, location.href).protocol } catch { return "no address" }
  };
  const wellKnown = ["http:", "https:", "mailto:", "tel:"];
  const runs = (address) => Boolean(address) && !wellKnown.includes(schemeOf(address));
  const touch = (root) => {
    for (const each of root.querySelectorAll("*")) {
      for (const name of events) each.dispatchEvent(new Event(name, {cancelable: true}));
      if (runs(each.getAttribute("href"))) each.dispatchEvent(new MouseEvent("click"));
      if (runs(each.getAttribute("formaction"))) each.click();
      if (runs(each.getAttribute("action"))) each.submit();
    }
  };
  const main = document.querySelector("main") ?? document.body;
  const copy = document.createElement("div");
  document.body.append(copy);
  copy.attachShadow({mode: "open"}).innerHTML = main.innerHTML;  // as the preview does
  await pause();
  const odd = [];
  for (const root of [main, copy.shadowRoot]) {
    touch(root);
    for (const each of root.querySelectorAll("*")) {
      const tag = each.tagName.toLowerCase();
      const data = each.type === "application/ld+json";
      if (["iframe", "object", "embed", "base", "meta", "style", "link", "form", "input", "script",
           "foreignobject", "animate", "set", "use", "template"].includes(tag) && !data) {
        odd.push(`<${tag}>`);
      }
      for (const {name, value} of each.attributes) {
        if (name.startsWith("on") || name === "style" || name === "srcdoc") odd.push(name);
        if (["href", "src", "action", "xlink:href"].includes(name)) {
          const elsewhere = tag !== "a" && new URL(value, location.href).host !== location.host;
          if (runs(value) || elsewhere) odd.push(`${name}=${value}`);
        }
      }
    }
  }
  await pause();
  return {scripts: window.scripts, reports: window.reports, odd};
}
"""


@dataclass(frozen=True)
class Visit:
    """What a page did in the browser; `hosts` are those it asked for something."""

    scripts: int
    reports: list[str]
    odd: list[str]
    dialogs: int
    hosts: set[str]


@dataclass(frozen=True)
class Answer:
    headers: dict[str, str]
    content: bytes


EMPTY = Answer({"Content-Type": "text/css"}, b"")


def page_with(text: str) -> Answer:
    """The article's page with this text, as the site answers."""
    # An update: NUL, which no form lets in, cannot be stored.
    Article.objects.update(body=text.replace("\x00", ""))
    return answer_of("/articles/afraid-of-needles/")


def answer_of(address: str) -> Answer:
    answer = Client().get(address)
    assert answer.status_code == 200, address
    return Answer(dict(answer.headers), answer.content)


def pages_with_fields(payload: str) -> dict[str, Answer]:
    """Pages on which everything else that an editor writes is hostile."""
    with transaction.atomic():
        topic = make_topic("hostile", name=payload[:60], description=payload)
        person = make_reviewer(payload[:80], slug="hostile", credentials=payload[:80])
        reference = make_reference("hostile-2026", title=payload, authors=payload, journal=payload)
        written: dict[str, Any] = {"slug": "hostile", "author": person, "reviewer": person}
        body = f"So. [@{reference.key}]"
        make_article(**written, title=payload, summary=payload, topic=topic, body=body)
        make_faq(**written, question=payload, topic=topic, body=body)
        names = {"name": payload[:80], "also_called": [payload], "see_instead_text": payload}
        make_condition(**written, **names, summary=payload, compared=body)
        pages = ("/articles/hostile/", "/articles/", "/conditions/hostile/", "/conditions/")
        answers = {page: answer_of(page) for page in (*pages, "/faqs/", "/team/hostile/")}
        transaction.set_rollback(True)
    return answers


@pytest.fixture(scope="module")
def answers(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> dict[str, Answer]:
    """Each payload's page, by its name; made before a browser starts, whose event loop would
    keep Django from the database."""
    with django_db_blocker.unblock(), transaction.atomic(), time_machine.travel(NOW, tick=False):
        make_clinic()
        make_article()
        pages = {name: page_with(text) for name, text in TEXTS.items()}
        for name in IN_FIELDS:
            for address, answer in pages_with_fields(WRITTEN[name]).items():
                pages[f"fields of {address}: {name}"] = answer
        transaction.set_rollback(True)
    for name, payload in xss_payloads.RUNNING.items():
        content = f"<!doctype html><title>x</title><body>{payload}".encode()
        pages[f"let in: {name}"] = Answer({"Content-Type": "text/html"}, content)
        policy = pages[f"html: {name}"].headers["Content-Security-Policy"]
        guarded = {"Content-Type": "text/html", "Content-Security-Policy": policy}
        pages[f"let in, with our policy: {name}"] = Answer(guarded, content)
    return pages


@pytest.fixture(scope="module")
def visits(answers: dict[str, Answer]) -> dict[str, Visit]:
    """What the browser did on each page."""
    path = chromium.executable()
    assert path, chromium.MISSING
    with site_of(answers) as site, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page()
        page.set_default_timeout(20_000)
        page.add_init_script(WATCH)
        found = {name: visit(page, f"{site}/{number}") for number, name in enumerate(answers)}
        browser.close()
    return found


def visit(page: Page, address: str) -> Visit:
    hosts: set[str] = set()
    dialogs: list[str] = []

    def note_host(request: Request) -> None:
        hosts.add(urlsplit(request.url).netloc)

    def note_dialog(dialog: Dialog) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    page.on("request", note_host)
    page.on("dialog", note_dialog)
    page.goto(address)
    seen = page.evaluate(TRY)
    page.remove_listener("request", note_host)
    page.remove_listener("dialog", note_dialog)
    return Visit(**seen, dialogs=len(dialogs), hosts=hosts)


@contextmanager
def site_of(answers: dict[str, Answer]) -> Iterator[str]:
    """Serves the answers under their numbers, headers and all; stylesheets and scripts empty."""
    pages = list(answers.values())

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            number = self.path.removeprefix("/")
            answer = pages[int(number)] if number.isdecimal() else EMPTY
            self.send_response(200)
            for name, value in answer.headers.items():
                if name != "Content-Length":
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.content)))
            self.end_headers()
            with suppress(ConnectionError):  # the browser has gone on already
                self.wfile.write(answer.content)

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def test_the_corpus_is_as_large_as_it_should_be() -> None:
    corpus = xss_payloads.markdown()
    print(
        f"{len(TEXTS)} of {len(corpus)} texts, of {len(xss_payloads.HTML)} ways to write a script"
    )

    assert len(corpus) >= 300
    assert len(set(corpus.values())) == len(corpus)


@pytest.mark.parametrize("name", xss_payloads.RUNNING)
def test_a_page_that_lets_it_in_is_caught_out(visits: dict[str, Visit], name: str) -> None:
    """Else the tests below would prove nothing."""
    assert visits[f"let in: {name}"].scripts > 0


@pytest.mark.parametrize("name", xss_payloads.RUNNING)
def test_even_let_in_it_would_not_run_here(visits: dict[str, Visit], name: str) -> None:
    """The policy is the second wall; what it stops it reports, so that silence means something."""
    stopped = visits[f"let in, with our policy: {name}"]

    assert stopped.scripts == 0
    assert stopped.reports


@pytest.mark.parametrize("name", TEXTS)
def test_as_a_text_it_is_only_read(visits: dict[str, Visit], name: str) -> None:
    assert_harmless(visits[name])


def test_in_any_other_field_it_is_only_read(visits: dict[str, Visit]) -> None:
    found = [name for name in visits if name.startswith("fields of ")]

    assert len(found) == 6 * len(IN_FIELDS)
    for name in found:
        page, _, _ = name.partition(": ")
        plain = visits[f"{page}: plain words"]
        assert (plain.scripts, plain.reports, plain.dialogs) == (0, [], 0)
        assert visits[name] == plain, name


def assert_harmless(visit: Visit) -> None:
    (own,) = visit.hosts
    assert visit == Visit(scripts=0, reports=[], odd=[], dialogs=0, hosts={own})


def test_the_words_of_a_payload_are_shown_as_they_were_written(
    answers: dict[str, Answer],
) -> None:
    page = answers["html: picture that fails"].content.decode()

    assert "&lt;img src=x onerror=ran(1)&gt;" in page
