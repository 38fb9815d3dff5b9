"""Pictures in admin: with words or as decoration, in sizes, and not taken from under a text."""

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from content.models import Picture
from tests.cast import make_staff
from tests.content.texts import errors, make_article
from tests.factories import make_clinic

LIST = "/admin/content/picture/"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings: Settings, tmp_path: Path) -> Path:
    make_clinic()
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def photograph(width: int = 1500, height: int = 1000, **options: Any) -> SimpleUploadedFile:
    written = BytesIO()
    Image.new("RGB", (width, height), (120, 80, 60)).save(written, format="JPEG", **options)
    return SimpleUploadedFile("IMG_0001.JPG", written.getvalue(), content_type="image/jpeg")


def upload(browser: Client, file: Any, address: str = f"{LIST}add/", **facts: str) -> Any:
    described = {"title": "A couch", "alt": "A treatment couch by a window.", "caption": ""}
    return browser.post(address, {"file": file, "credit": "", **described, **facts})


def files_in(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_a_photograph_is_kept_in_the_sizes_that_pages_need(editor: Client, media: Path) -> None:
    assert upload(editor, photograph()).status_code == 302

    picture = Picture.objects.get()
    stem = str(picture.file.name).removesuffix(".jpg")
    assert (picture.width, picture.height) == (1500, 1000)
    assert files_in(media) == sorted(
        [
            f"{stem}.jpg",
            *(
                f"{stem}{ratio}/{width}w.{kind}"
                for ratio in ("", "/3_2")
                for width in (720, 1440)
                for kind in ("avif", "webp")
            ),
        ]
    )
    for name in files_in(media):
        with Image.open(media / name) as kept:
            assert not dict(kept.getexif()), name


def test_where_it_was_taken_is_in_none_of_its_sizes(editor: Client, media: Path) -> None:
    exif = Image.Exif()
    exif[0x010E] = "ANA-LIVES-HERE"
    exif[0x8825] = {1: "N", 2: (53.0, 32.0, 46.0)}

    upload(editor, photograph(exif=exif, comment=b"ANA-LIVES-HERE"))

    assert len(files_in(media)) == 9
    for name in files_in(media):
        content = (media / name).read_bytes()
        assert b"ANA-LIVES-HERE" not in content
        assert b"Exif" not in content


def test_a_picture_tells_something_or_is_decoration(editor: Client) -> None:
    sentence = "Write a text alternative, or tick “decorative”."

    assert errors(upload(editor, photograph(), alt="  ")) == [sentence]
    assert errors(upload(editor, photograph(), decorative="on")) == [sentence]
    assert upload(editor, photograph(), alt="", decorative="on").status_code == 302


def test_what_is_no_picture_is_refused_in_a_sentence(editor: Client, media: Path) -> None:
    drawing = SimpleUploadedFile("a.png", b"<svg onload='alert(1)'/>", content_type="image/png")

    assert errors(upload(editor, drawing)) == ["Choose a JPEG, PNG or WebP file."]
    empty = SimpleUploadedFile("a.jpg", b"")
    assert errors(upload(editor, empty)) == ["The submitted file is empty."]
    assert errors(upload(editor, photograph(300, 200))) == [
        "The picture needs to be at least 720 pixels wide to look sharp."
    ]
    assert files_in(media) == []


def test_the_name_of_the_file_is_not_the_visitors(editor: Client) -> None:
    file = photograph()
    file.name = "ana-lopez-knee.jpg"

    upload(editor, file)

    assert "ana" not in str(Picture.objects.get().file.name)


def test_its_words_can_be_changed_without_sending_it_again(editor: Client) -> None:
    upload(editor, photograph())
    picture = Picture.objects.get()

    upload(editor, "", f"{LIST}{picture.pk}/change/", alt="A couch.")

    again = Picture.objects.get()
    assert (again.alt, again.file.name) == ("A couch.", picture.file.name)


def test_a_new_file_takes_the_place_of_the_old_one(
    editor: Client, media: Path, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    upload(editor, photograph())
    picture = Picture.objects.get()
    before = files_in(media)

    with django_capture_on_commit_callbacks(execute=True):
        upload(editor, photograph(2000, 1000), f"{LIST}{picture.pk}/change/")

    picture.refresh_from_db()
    assert (picture.width, picture.height) == (2000, 1000)
    assert not set(before) & set(files_in(media))
    assert str(picture.file.name) in files_in(media)


@pytest.mark.parametrize("blanks", [" ", "  "])
def test_a_picture_that_a_text_shows_is_not_deleted(
    editor: Client,
    media: Path,
    blanks: str,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    upload(editor, photograph())
    picture = Picture.objects.get()
    article = make_article(body=f"So. [@gattie-2021]\n\n:::{blanks}photo {picture.pk}\n:::")
    page = editor.get(f"{LIST}{picture.pk}/change/").content.decode()
    assert "Afraid of needles?" in page
    assert f"::: photo {picture.pk}" in page
    assert editor.post(f"{LIST}{picture.pk}/delete/", {"post": "yes"}).status_code == 403

    article.delete()
    with django_capture_on_commit_callbacks(execute=True):
        editor.post(f"{LIST}{picture.pk}/delete/", {"post": "yes"})

    assert not Picture.objects.exists()
    assert files_in(media) == []


def test_a_page_shows_the_picture_with_its_words(editor: Client, client: Client) -> None:
    upload(editor, photograph(), caption="The room at Riverside.")
    picture = Picture.objects.get()
    make_article(body=f"So. [@gattie-2021]\n\n::: photo {picture.pk}\n:::")

    page = client.get("/articles/afraid-of-needles/").content.decode()

    assert 'alt="A treatment couch by a window."' in page
    assert 'width="1500" height="1000"' in page
    assert "The room at Riverside." in page


def test_a_small_copy_stands_in_the_list(editor: Client) -> None:
    upload(editor, photograph())
    stem = str(Picture.objects.get().file.name).removesuffix(".jpg")

    assert f"/media/{stem}/720w.webp" in editor.get(LIST).content.decode()


def test_the_front_desk_has_no_pictures() -> None:
    desk = Client()
    desk.force_login(make_staff("dina", "Dina", "Farouk", group="Front desk"))

    assert desk.get(LIST).status_code == 403
    assert upload(desk, photograph()).status_code == 403
