"""Printed pages as somebody sees them: text, size in millimetres, and what a scanner reads."""

from io import BytesIO

import zxingcpp
from PIL import Image
from pypdf import PdfReader

from wufei.hub.base import printing

_MM_PER_POINT = 25.4 / 72


def texts(pdf):
    """The text of each page, without blanks: lines break where the paper ends."""
    return ["".join(page.extract_text().split()) for page in PdfReader(BytesIO(pdf)).pages]


def sizes_mm(pdf):
    """(width, height) of each page in whole millimetres."""
    boxes = [page.mediabox for page in PdfReader(BytesIO(pdf)).pages]
    return [
        (round(float(box.width) * _MM_PER_POINT), round(float(box.height) * _MM_PER_POINT))
        for box in boxes
    ]


def pictures(monkeypatch, make, ppi=200):
    """What ``make()``, which asks for a PDF, looks like on paper: a picture for each page."""
    found = []

    def as_pictures(template, data):
        found.extend(printing.pictures(template, data, ppi))
        return b""

    with monkeypatch.context() as patch:
        patch.setattr(printing, "pdf", as_pictures)
        make()
    return [Image.open(BytesIO(one)).convert("RGB") for one in found]


def scanned(picture):
    """Every code on a picture, read by a decoder that had no part in drawing it."""
    return sorted(code.text for code in zxingcpp.read_barcodes(picture))
