"""The pages of a PDF -> what is on them, by their text or, where that is of no use, by their picture."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from itertools import pairwise
from typing import Any

from ingest.layout.parts import Fault, PageContent
from ingest.layout.sight import page_to_pixels, shows_anything
from ingest.layout.text_layer import page_to_content
from ingest.readers.checks import MAX_PAGES
from ingest.readers.heartbeat import page_read
from ingest.readers.ocr import is_available, page_to_recognised
from ingest.readers.pdf_opening import data_to_pdf, open_page
from ingest.readers.pdf_properties import NO_PAGES
from kb.errors import UnreadableFile

NO_TEXT = "The PDF has no text in it"
SCANNED = "This PDF holds only page images; install tesseract to read it"
NOTHING_RECOGNISED = "This PDF holds only page images, and no words were recognised in them"
# A page with fewer words than this, and a picture over most of it, is a scan with a stamp or a number put on it.
FEW_WORDS = 25
WHOLE_PAGE = 0.75


def data_to_contents(source: str, data: bytes) -> list[PageContent]:
    """The words and rules of every page, with what is wrong with it.

    UnreadableFile where there are no pages or no words, or where most pages are damaged.
    """
    with closing(data_to_pdf(source, data)) as pdf:
        n_pages = len(pdf)
        if n_pages == 0:
            raise UnreadableFile(source, NO_PAGES)
        if n_pages > MAX_PAGES:
            raise UnreadableFile(source, f"The PDF has {n_pages} pages, the limit is {MAX_PAGES}")
        contents = [index_to_content(pdf, index) for index in range(n_pages)]
    check_contents(source, contents)
    return contents


def check_contents(source: str, contents: Sequence[PageContent]) -> None:
    """Refuse a document whose pages are mostly damaged, or have no words at all."""
    faults = [fault for content in contents for fault in content.faults]
    damaged = faults.count(Fault.DAMAGED)
    if 2 * damaged > len(contents):
        raise UnreadableFile(source, f"{damaged} of its {len(contents)} pages are damaged and cannot be read")
    if any(content.words or content.turned for content in contents):
        return
    if any(Fault.PICTURE_UNREAD in content.faults and content.picture_share for content in contents):
        raise UnreadableFile(source, SCANNED)
    if Fault.UNREAD_LETTERS in faults:
        raise UnreadableFile(source, f"No page can be read: {Fault.UNREAD_LETTERS}")
    pictures = any(Fault.PICTURE in content.faults and content.picture_share for content in contents)
    raise UnreadableFile(source, NOTHING_RECOGNISED if pictures else NO_TEXT)


def index_to_content(pdf: Any, index: int) -> PageContent:
    """One page's words and rules; a damaged page has none, and says so."""
    import pypdfium2

    try:
        with closing(open_page(pdf, index)) as page:
            return page_to_best_content(page, index + 1)
    except pypdfium2.PdfiumError:
        return PageContent(index + 1, 0.0, 0.0, faults=[Fault.DAMAGED])
    finally:
        page_read(index + 1, len(pdf))


def page_to_best_content(page: Any, number: int) -> PageContent:
    """What a page's text says, or what its picture shows where the text says nothing, little, or nonsense."""
    content = page_to_content(page, number)
    n_words = len(content.words) + len(content.turned)
    stamped = n_words < FEW_WORDS and content.picture_share >= WHOLE_PAGE
    if content.legible and n_words and not stamped:
        return content
    if not n_words and not shows_anything(page_to_pixels(page)):
        return content
    if not is_available():
        return without_recognition(content)
    recognised = page_to_recognised(page, number)
    if content.legible and n_words and not (Fault.RECOGNISED in recognised.faults and more_words(recognised, n_words)):
        return content
    recognised.faults[:0] = content.faults
    recognised.picture_share = content.picture_share
    return recognised


def more_words(recognised: PageContent, n_words: int) -> bool:
    return len(recognised.words) >= 2 * n_words


def without_recognition(content: PageContent) -> PageContent:
    """The content of a page whose picture would have to be read, without the letters that mean nothing."""
    if content.legible:
        content.faults.append(Fault.PICTURE_UNREAD)
    else:
        content.words, content.turned = [], []
        content.faults[:] = [f for f in content.faults if f is not Fault.WRONG_LETTERS] + [Fault.UNREAD_LETTERS]
    return content


def contents_to_warnings(contents: Sequence[PageContent]) -> tuple[str, ...]:
    """One sentence for each kind of fault, with the pages that have it."""
    by_fault: dict[Fault, list[int]] = {}
    for content in contents:
        for fault in content.faults:
            by_fault.setdefault(fault, []).append(content.number)
    return tuple(f"{numbers_to_words(numbers)}: {fault}" for fault, numbers in by_fault.items())


def numbers_to_words(numbers: Sequence[int]) -> str:
    """Page numbers in words: "Pages 1 to 3 and 7"."""
    runs = list(_runs(sorted(set(numbers))))
    parts = [str(first) if first == last else f"{first} to {last}" for first, last in runs]
    listed = ", ".join(parts[:-1]) + " and " + parts[-1] if len(parts) > 1 else parts[0]
    return f"{'Page' if len(set(numbers)) == 1 else 'Pages'} {listed}"


def _runs(numbers: Sequence[int]) -> Iterator[tuple[int, int]]:
    first = numbers[0]
    for before, number in pairwise([*numbers, numbers[-1] + 2]):
        if number != before + 1:
            yield first, before
            first = number
