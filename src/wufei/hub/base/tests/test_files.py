"""Files that people hand in, honest and otherwise."""

import io
import os
import time
import zipfile
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook
from PIL import Image
from pypdf import PdfWriter

from wufei.hub.base.actor import system
from wufei.hub.base.errors import Refusal
from wufei.hub.base.files import content, images
from wufei.hub.base.files.content import Kind
from wufei.hub.base.files.models import StoredFile
from wufei.hub.base.files.services import path_of, safe_name, store
from wufei.hub.base.housekeeping import sweep_files

CLERK = system("clerk")
GPS, ORIENTATION, MAKE = 0x8825, 0x0112, 0x010F
pytestmark = pytest.mark.django_db


def upload(data, name="file"):
    return SimpleUploadedFile(name, data)


def refusal(data, name="file", **options):
    with pytest.raises(Refusal) as caught:
        store(upload(data, name), CLERK, **options)
    assert not StoredFile.objects.exists()
    return str(caught.value)


def photo(form="JPEG", size=(40, 20), **options):
    target = io.BytesIO()
    Image.new("RGB", size, "green").save(target, form, **options)
    return target.getvalue()


def located_photo():
    exif = Image.Exif()
    exif[MAKE] = "SecretPhone"
    exif[ORIENTATION] = 6
    exif[GPS] = {1: "N", 2: (36.0, 27.0, 0.0)}
    return photo(exif=exif, comment=b"SecretComment") + b"<script>SecretTail</script>"


def workbook():
    target = io.BytesIO()
    Workbook().save(target)
    return target.getvalue()


def package(members):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return target.getvalue()


def pdf(password=""):
    writer, target = PdfWriter(), io.BytesIO()
    writer.add_blank_page(100, 100)
    if password:
        writer.encrypt(password)
    writer.write(target)
    return target.getvalue()


def test_a_photo_keeps_nothing_but_the_picture():
    file = store(upload(located_photo(), "../../IMG 1.JPG"), CLERK)
    kept = path_of(file).read_bytes()
    assert b"Secret" not in kept
    with Image.open(path_of(file)) as picture:
        assert not picture.getexif()
        assert picture.size == (20, 40)  # turned upright before the note of it was dropped
    assert (file.name, file.kind, file.mime) == ("IMG_1.jpg", Kind.IMAGE, "image/jpeg")


@pytest.mark.parametrize(
    ("data", "kind", "extension"),
    [
        (photo("PNG"), Kind.IMAGE, "png"),
        (photo("WEBP"), Kind.IMAGE, "webp"),
        (pdf(), Kind.PDF, "pdf"),
        (workbook(), Kind.SHEET, "xlsx"),
        ("名称,数量\n灰,1".encode("gb18030"), Kind.SHEET, "csv"),
        (package({"[Content_Types].xml": "", "word/document.xml": "<x/>"}), Kind.WORD, "docx"),
    ],
)
def test_what_a_file_is_comes_from_its_content(data, kind, extension):
    file = store(upload(data, "letter.exe"), CLERK)
    assert file.kind == kind
    assert file.name == f"letter.{extension}"


@pytest.mark.parametrize(
    "data", [b"MZ\x90\0program", b"\x7fELF\0\0", b"\0\0\0", package({"virus.js": "x"})]
)
def test_what_is_none_of_the_known_kinds_is_refused(data):
    assert "What counts is the content" in refusal(data, "table.xlsx")


def test_a_known_kind_in_the_wrong_place_is_refused_with_what_fits():
    assert "(Picture)" in refusal(pdf(), "photo.jpg", kinds={Kind.IMAGE})


@pytest.mark.parametrize("cut", [30, 200])
@pytest.mark.parametrize("whole", [photo("PNG", (400, 300)), pdf(), workbook()])
def test_a_damaged_file_is_refused(whole, cut):
    assert "damaged or incomplete" in refusal(whole[:-cut])


def test_nothing_and_too_much_are_refused_with_the_cap(settings):
    settings.WUFEI_UPLOAD_MB_MAX = 1
    assert "empty file says nothing" in refusal(b"")
    assert "one file may have 1 MB" in refusal(b"a," * 600_000, "t.csv")
    with pytest.raises(Refusal):
        store(None, CLERK)


def test_a_bomb_is_refused_before_it_is_read(settings):
    settings.WUFEI_UPLOAD_MB_MAX = 1
    bomb = package({"xl/workbook.xml": "", "xl/worksheets/sheet1.xml": b"0" * 20_000_000})
    assert len(bomb) < 100_000
    assert "unpacks to more than 15 MB" in refusal(bomb, "t.xlsx")


def test_a_bomb_that_lies_about_its_size_is_refused_too(settings):
    settings.WUFEI_UPLOAD_MB_MAX = 1
    size, lie = (20_000_000).to_bytes(4, "little"), (10).to_bytes(4, "little")
    bomb = package({"xl/workbook.xml": "", "xl/worksheets/sheet1.xml": b"0" * 20_000_000})
    assert "15 MB" in refusal(bomb.replace(size, lie), "t.xlsx")


def test_a_picture_of_too_many_pixels_is_refused(monkeypatch):
    monkeypatch.setattr(images, "PIXELS_MAX", 100)
    assert "million pixels" in refusal(photo("PNG"))


def test_macros_and_passwords_are_refused():
    macros = package({"xl/workbook.xml": "", "xl/vbaProject.bin": "x"})
    assert "contains macros" in refusal(macros, "t.xlsx")
    ole = content._OLE + b"\0" * 600
    assert "contains macros" in refusal(ole + "_VBA_PROJECT".encode("utf-16-le"))
    assert "password" in refusal(ole + "EncryptedPackage".encode("utf-16-le"))
    assert "password" in refusal(pdf("secret"))


def test_names_lose_their_paths_and_tricks():
    assert safe_name("..\\..\\etc/passwd") == "passwd"
    assert safe_name("a\r\nX-Evil: 1\u202e.pdf") == "aX-Evil_1.pdf"
    assert safe_name("..") == "file"
    assert safe_name("联 单.pdf") == "联_单.pdf"


def test_members_that_climb_out_of_a_package_write_nothing(settings):
    climbing = package({"xl/workbook.xml": "", "../../escaped.txt": "x"})
    store(upload(climbing, "t.xlsx"), CLERK)
    root = Path(settings.MEDIA_ROOT)
    assert not list(root.parent.rglob("escaped.txt"))


def test_the_same_content_lies_there_once():
    first, second = (store(upload(pdf(), name), CLERK) for name in ("a.pdf", "b.pdf"))
    assert path_of(first) == path_of(second)
    assert first.uuid != second.uuid


def test_a_failing_disk_leaves_no_half_file(settings, monkeypatch):
    def full(*_paths):
        raise OSError("No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OSError, match="No space"):
        store(upload(pdf()), CLERK)
    assert not [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]


def test_contents_without_a_row_are_swept_and_others_stay():
    from datetime import UTC, datetime

    kept, lost = store(upload(pdf()), CLERK), store(upload(photo()), CLERK)
    lost_path = path_of(lost)
    lost.delete()
    assert sweep_files(datetime.now(UTC)) == 0  # a transaction may still be under way
    for path in (path_of(kept), lost_path):
        os.utime(path, (time.time() - 100_000,) * 2)
    assert sweep_files(datetime.now(UTC)) == 1
    assert path_of(kept).exists()


def test_a_download_is_an_attachment_for_its_owner_only(sign_in):
    from wufei.hub.base.actor import Actor, ActorKind

    client = sign_in("clerk")
    owner = Actor(ActorKind.PERSON, f"person:{client.user.uuid}")
    file = store(upload(pdf(), "联单.pdf"), owner)
    answer = client.get(f"/files/{file.uuid}/")
    assert b"".join(answer.streaming_content) == pdf_of(file)
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert sign_in("administrator").get(f"/files/{file.uuid}/").status_code == 404


def test_a_room_may_open_its_attachments_to_more_people(sign_in, monkeypatch):
    from wufei.hub.base.views import files

    file = store(upload(pdf()), CLERK)
    monkeypatch.setattr(files, "_rules", [lambda file, actor: actor.role == "auditor"])
    assert sign_in("auditor").get(f"/files/{file.uuid}/").status_code == 200
    assert sign_in("clerk").get(f"/files/{file.uuid}/").status_code == 404


def pdf_of(file):
    return path_of(file).read_bytes()
