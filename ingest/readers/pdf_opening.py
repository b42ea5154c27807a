"""A PDF and its pages as PDFium opens them, with a second way into damaged files, and with what was filled in."""

from __future__ import annotations

import io
import logging
from collections import Counter
from typing import Any

from ingest.readers.pdf_properties import why_not_opened
from kb.errors import UnreadableFile

log = logging.getLogger(__name__)


def data_to_pdf(source: str, data: bytes) -> Any:
    """The pypdfium2 document; UnreadableFile where it needs a password, or neither PDFium nor pypdf can open it."""
    import pypdfium2

    try:
        pdf = pypdfium2.PdfDocument(data)
        if len(pdf):
            return with_forms(pdf)
    except pypdfium2.PdfiumError as error:
        log.info("%s: %s", source, error)
    again = data_to_repaired(data)
    if again is None:
        raise UnreadableFile(source, why_not_opened(data))
    try:
        return with_forms(pypdfium2.PdfDocument(again))
    except pypdfium2.PdfiumError as error:
        raise UnreadableFile(source, why_not_opened(data)) from error


def data_to_repaired(data: bytes) -> bytes | None:
    """The pages that pypdf can still find, in a new file; None where it finds none, or they need a password."""
    import pypdf

    logging.getLogger("pypdf").setLevel(logging.ERROR)
    try:
        reader = pypdf.PdfReader(io.BytesIO(data), strict=False)
        if reader.is_encrypted and not reader.decrypt(""):
            return None
        writer = pypdf.PdfWriter()
        for page in reader.pages:
            writer.add_page(page)
        if not len(writer.pages):
            return None
        made = io.BytesIO()
        writer.write(made)
        return made.getvalue()
    except MemoryError:
        raise
    except Exception as error:
        # Damage shows as anything from KeyError to RecursionError, and there is no third way.
        log.info("not repaired: %s", error)
        return None


def with_forms(pdf: Any) -> Any:
    """The document, ready to show what was filled in where it has forms."""
    import pypdfium2.raw as raw

    if pdf.get_formtype() in (raw.FORMTYPE_ACRO_FORM, raw.FORMTYPE_XFA_FOREGROUND):
        pdf.init_forms()
    return pdf


def open_page(pdf: Any, index: int) -> Any:
    """A page with what was filled in or typed on it as part of its text, as a person sees it. Raises PdfiumError."""
    import pypdfium2.raw as raw

    page = pdf[index]
    shown = (raw.FPDF_ANNOT_WIDGET, raw.FPDF_ANNOT_FREETEXT)
    kinds = [annotation_to_kind(page, place) for place in range(raw.FPDFPage_GetAnnotCount(page))]
    if not set(kinds) & set(shown):
        return page
    # Marks on words repeat these words in their own drawing, so that they would be read twice.
    for place in reversed(range(len(kinds))):
        if kinds[place] not in shown:
            raw.FPDFPage_RemoveAnnot(page, place)
    flattened = raw.FPDFPage_Flatten(page, raw.FLAT_NORMALDISPLAY)
    if flattened != raw.FLATTEN_SUCCESS:
        return page
    again = pdf[index]
    # Some fonts lose the names of their letters on the way; then the page without its fields says more.
    kept, lost = (again, page) if page_to_characters(page) <= page_to_characters(again) else (page, again)
    lost.close()
    return kept


def page_to_characters(page: Any) -> Counter[str]:
    """The characters of a page, counted."""
    text_page = page.get_textpage()
    try:
        return Counter("".join(text_page.get_text_range().split()))
    finally:
        text_page.close()


def annotation_to_kind(page: Any, place: int) -> int:
    import pypdfium2.raw as raw

    annotation = raw.FPDFPage_GetAnnot(page, place)
    if not annotation:
        return int(raw.FPDF_ANNOT_UNKNOWN)
    try:
        return int(raw.FPDFAnnot_GetSubtype(annotation))
    finally:
        raw.FPDFPage_CloseAnnot(annotation)
