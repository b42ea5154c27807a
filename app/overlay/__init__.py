"""What was seen on a page, drawn on its image: tables with their cells, blocks in reading order, furniture, notes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from kb.errors import CollabkbError
from kb.model import Document

DOTS_AN_INCH = 130
POINTS_AN_INCH = 72


def write_overlays(
    document: Document,
    pdf: Path,
    folder: Path,
    pages: Sequence[int] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> list[Path]:
    """One PNG a page, named ``NAME-p003.png``, into ``folder``, which is made where it is not there.

    ``pages`` are 1-based (all where None); ``progress`` is called with how many are done and how many there are.
    Raises CollabkbError where the document has no page images, and UnreadableFile where a page cannot be drawn.
    """
    from app.overlay.drawing import marks_to_image
    from app.overlay.marks import document_to_marks
    from app.ui.pages import page_to_image

    if document.format != "pdf" or not document.pages:
        raise CollabkbError(f"{document.source} has no page images to draw on; only PDF files have.")
    numbers = [page.number for page in document.pages if pages is None or page.number in set(pages)]
    if not numbers:
        raise CollabkbError(f"{document.source} has pages 1 to {len(document.pages)}; none of them was asked for.")
    folder.mkdir(parents=True, exist_ok=True)
    by_page = document_to_marks(document)
    digits = max(3, len(str(len(document.pages))))
    written = []
    for done, number in enumerate(numbers, start=1):
        image, scale = page_to_image(pdf, number, DOTS_AN_INCH / POINTS_AN_INCH)
        path = folder / f"{Path(document.source).stem}-p{number:0{digits}}.png"
        marks_to_image(image, scale, by_page[number]).save(path, format="PNG", compress_level=3)
        written.append(path)
        if progress is not None:
            progress(done, len(numbers))
    return written
