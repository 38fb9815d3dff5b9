"""The picture that is shown where a page is shared."""

from io import BytesIO

import pytest
from django.test import Client
from PIL import Image

from content.models import Article
from content.preview_pictures import preview_picture
from tests.content.texts import make_article, make_condition, make_page
from tests.factories import make_clinic, make_location

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clinic() -> None:
    make_clinic()


@pytest.mark.parametrize(
    "path",
    [
        *("articles/afraid-of-needles", "conditions/neck-pain", "pages/prices"),
        *("team/priya-nair", "locations/riverside"),
        *("site/home", "site/articles", "site/conditions", "site/faqs", "site/safety", "site/team"),
    ],
)
def test_each_kind_of_page_has_one_of_the_usual_size(client: Client, path: str) -> None:
    make_article()
    make_condition()
    make_page()
    make_location()

    answer = client.get(f"/social/{path}.png")

    picture = Image.open(BytesIO(answer.content))
    assert (answer["Content-Type"], picture.format) == ("image/png", "PNG")
    assert picture.size == (1200, 630)
    assert len(answer.content) < 60_000
    assert set(answer["Cache-Control"].split(", ")) == {"max-age=86400", "public"}


@pytest.mark.parametrize("path", ["articles/draft", "articles/none", "site/none", "none/none"])
def test_of_what_readers_may_not_see_there_is_none(client: Client, path: str) -> None:
    make_article("draft", status=Article.Status.DRAFT)

    assert client.get(f"/social/{path}.png").status_code == 404


def test_each_title_makes_its_own_picture() -> None:
    one = preview_picture(over="Safety", title="Side effects", clinic="Rowan Street")
    other = preview_picture(over="Safety", title="Serious harms", clinic="Rowan Street")

    assert one != other


@pytest.mark.parametrize(
    "title", ["", "x" * 120, "Äöü é – “quoted” …", "one two three " * 20, "日本語のタイトル"]
)
def test_any_title_can_be_drawn(title: str) -> None:
    drawn = preview_picture(over="Safety", title=title, clinic="Rowan Street Physiotherapy")

    assert Image.open(BytesIO(drawn)).size == (1200, 630)
