"""Documents: opened once by a reader that knows them, so that a damaged one is refused now."""

from typing import IO

from wufei.hub.base.files.content import PDF, Content, Damaged, Protected


def check_document(file: IO[bytes], name: str, content: Content) -> None:
    """Raises ``Damaged`` or ``Protected``; zip documents were unpacked when they were sniffed."""
    if content is not PDF:
        return
    # Slow to load, and few processes ever read a PDF.
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    file.seek(0)
    try:
        reader = PdfReader(file)
        if reader.is_encrypted:
            raise Protected(name=name, field="file")
        if not len(reader.pages):
            raise Damaged(name=name, field="file")
    except (PyPdfError, ValueError, KeyError, TypeError, RecursionError, OSError) as error:
        raise Damaged(name=name, field="file") from error
