"""A picture that is uploaded is written anew: its pixels, and nothing else."""

from io import BytesIO

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from PIL import Image, ImageCms

from content import picture_files
from content.picture_files import cleaned

RED, BLUE = (200, 30, 30), (30, 30, 200)


def left_red_right_blue(width: int = 900, height: int = 600) -> Image.Image:
    picture = Image.new("RGB", (width, height), RED)
    picture.paste(BLUE, (width // 2, 0, width, height))
    return picture


def saved(picture: Image.Image, kind: str = "JPEG", **options: object) -> bytes:
    written = BytesIO()
    picture.save(written, format=kind, **options)
    return written.getvalue()


def kept(content: bytes, name: str = "photo.jpg") -> Image.Image:
    return Image.open(BytesIO(cleaned(ContentFile(content, name=name)).read()))


def refusal(content: bytes, name: str = "photo.jpg") -> str:
    with pytest.raises(ValidationError) as refused:
        cleaned(ContentFile(content, name=name))
    return str(refused.value.message)


def is_about(colour: tuple[int, ...], wanted: tuple[int, ...]) -> bool:
    return all(abs(is_ - want) < 12 for is_, want in zip(colour, wanted, strict=True))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_keeps_its_kind_size_and_colours(kind: str) -> None:
    picture = kept(saved(left_red_right_blue(), kind))

    assert (picture.format, picture.size) == (kind, (900, 600))
    assert is_about(picture.convert("RGB").getpixel((10, 10)), RED)
    assert is_about(picture.convert("RGB").getpixel((890, 590)), BLUE)


@pytest.mark.parametrize(("kind", "ending"), [("JPEG", "jpg"), ("PNG", "png"), ("WEBP", "webp")])
def test_its_name_is_ours_and_says_what_it_really_is(kind: str, ending: str) -> None:
    content = saved(left_red_right_blue(), kind)

    first, second = (
        cleaned(ContentFile(content, name="../../Ana Lopez, knee.gif")).name for _ in range(2)
    )

    assert first != second
    stem, _, found = str(first).partition(".")
    assert (len(stem), set(stem) <= set("0123456789abcdef"), found) == (32, True, ending)


def test_a_photograph_taken_sideways_stands_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by a quarter to the right

    picture = kept(saved(left_red_right_blue(900, 800), exif=exif))

    assert picture.size == (800, 900)
    assert is_about(picture.getpixel((400, 10)), RED)
    assert is_about(picture.getpixel((400, 890)), BLUE)


def test_a_large_photograph_becomes_as_large_as_a_page_needs() -> None:
    assert kept(saved(left_red_right_blue(4800, 3000))).size == (2400, 1500)


def test_what_can_be_seen_through_stays_so() -> None:
    glass = Image.new("RGBA", (900, 600), (*RED, 0))

    assert kept(saved(glass, "PNG"), "glass.png").convert("RGBA").getpixel((5, 5))[3] == 0


def test_the_colours_of_a_screen_profile_become_those_of_the_web() -> None:
    lab = ImageCms.createProfile("LAB")
    lab_bytes = ImageCms.ImageCmsProfile(lab).tobytes()
    content = saved(left_red_right_blue(), icc_profile=lab_bytes)

    assert "icc_profile" not in kept(content).info


def test_five_thousand_pixels_squared_are_not_too_many() -> None:
    assert kept(saved(Image.new("1", (5000, 5000)), "PNG")).size == (2400, 2400)


def test_one_row_more_is_too_many() -> None:
    content = saved(Image.new("1", (5000, 5001)), "PNG")

    assert refusal(content) == picture_files.TOO_MANY_PIXELS


def test_a_file_of_more_than_ten_megabytes_is_not_even_read() -> None:
    class Unreadable(ContentFile):  # type: ignore[type-arg]
        def read(self, *args: object) -> bytes:
            raise AssertionError

    heavy = Unreadable(bytes(picture_files.MOST_BYTES + 1))

    with pytest.raises(ValidationError, match="larger than 10 MB"):
        cleaned(heavy)


def test_a_picture_narrower_than_a_column_of_text_is_refused() -> None:
    assert refusal(saved(left_red_right_blue(719, 900))) == picture_files.TOO_NARROW


def test_other_code_is_warned_as_before_after_a_refusal() -> None:
    refusal(saved(Image.new("1", (9500, 9500)), "PNG"))

    with pytest.warns(Image.DecompressionBombWarning):
        Image.open(BytesIO(saved(Image.new("1", (9500, 9500)), "PNG")))
