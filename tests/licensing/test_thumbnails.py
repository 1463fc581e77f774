"""Small pictures of photos: upright, small, and without what a camera writes along."""

from io import BytesIO

import pytest
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from licensing import documents, thumbnails
from licensing.actions import detentions
from licensing.documents import Upload
from licensing.models import DetentionPhoto
from licensing.terms import one_stop
from portal.templatetags.portal import stated
from tests.factories import UserFactory
from tests.people import client_of

ORIENTATION, MAKER, GPS = 0x0112, 0x010F, 0x8825


def photo(width=1600, height=1200, kind="JPEG", mode="RGB", *, exif=True):
    written = Image.Exif()
    if exif:
        written[ORIENTATION], written[MAKER] = 6, "A telephone"
        written.get_ifd(GPS)[1] = "N"
    content = BytesIO()
    Image.new(mode, (width, height), "green").save(content, kind, exif=written)
    return Upload("foto.jpg", content.tell(), BytesIO(content.getvalue()))


def opened(content):
    return Image.open(BytesIO(content))


def test_it_is_small_upright_and_says_nothing_of_place_and_device():
    small = thumbnails.of(photo())

    with opened(small) as picture:
        assert picture.size == (240, 320)  # turned as the camera was held
        assert not picture.getexif()
        assert picture.format == "JPEG"
    assert b"A telephone" not in small


@pytest.mark.parametrize("mode", ["RGBA", "P", "LA", "1"])
def test_pictures_of_every_kind_get_one(mode):
    assert thumbnails.of(photo(kind="PNG", mode="RGB" if mode == "P" else mode, exif=False))


@pytest.mark.parametrize(
    "content", [b"", b"%PDF-1.7", b"\x89PNG\r\n\x1a\nnothing", b"\xff\xd8\xff\xe0broken"], ids=repr
)
def test_what_is_no_picture_gets_none(content):
    assert thumbnails.of(Upload("x.jpg", len(content), BytesIO(content))) is None


def test_a_picture_that_unpacks_to_too_much_gets_none():
    bomb = photo(10_000, 8_000, "PNG", "1", exif=False)

    assert bomb.size < 100_000
    assert thumbnails.of(bomb) is None


@pytest.fixture
def kept(db):
    officer = UserFactory(customs=True)
    one = photo()
    detentions.detain(
        number="",
        declaration="PABLB-1",
        port="PABLB",
        goods="Una caja",
        question="?",
        photos=[one],
        once="o1",
        by=officer,
        at=timezone.now(),
    )
    return officer, DetentionPhoto.objects.get()


def test_the_page_shows_it_with_the_photo_as_it_was_sent_behind(kept):
    officer, picture = kept
    detention = picture.note.detention_id
    small = reverse("detention-thumbnail", args=[detention, picture.pk])
    client = client_of(officer)

    page = client.get(reverse("detention", args=[detention])).content.decode()
    answer = client.get(small)

    assert f'src="{small}"' in page
    assert reverse("detention-photo", args=[detention, picture.pk]) in page
    assert answer["Content-Type"] == "image/jpeg" and "Content-Disposition" not in answer
    assert b"".join(answer.streaming_content) == documents.read(picture.thumbnail)
    assert b"A telephone" in documents.read(picture.file)
    assert client_of(UserFactory(customs=True)).get(small).status_code == 404


def test_a_name_with_a_full_stop_ends_a_sentence_with_one():
    assert one_stop("The licence allows: Kyoto Co., Ltd..") == "The licence allows: Kyoto Co., Ltd."
    assert one_stop("It ends here.") == "It ends here."


@pytest.mark.parametrize(
    ("digits", "words"), [("1", "1 unidad"), ("2.5", "2.5 unidades"), ("0", "0 unidades")]
)
def test_one_is_one_unit_and_everything_else_are_units(digits, words):
    assert stated(digits, "C62").replace("\N{NO-BREAK SPACE}", " ") == words
