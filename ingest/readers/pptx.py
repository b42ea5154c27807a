"""PowerPoint presentation -> Document. Every slide is a page, its number the slide's place."""

from __future__ import annotations

import io
import logging
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from ingest.readers.assembly import Part, SectionEnd, TextPart, office_properties, parts_to_body
from ingest.readers.checks import MAX_PAGES, check_is_zip, document_id, macro_warnings
from ingest.readers.pdf_properties import sensible_title
from ingest.readers.pptx_shapes import EMU_PER_POINT
from ingest.readers.pptx_slides import SlideContent, slide_to_content
from kb.errors import UnreadableFile
from kb.model import Document, Page

log = logging.getLogger(__name__)

DAMAGED_SLIDE = "a damaged slide"
DAMAGED = "The presentation is damaged and cannot be read"
# The same words at the same place on this many slides, and on half of all, are no text of a slide.
REPEATS = 3


def read_pptx(path: Path, data: bytes) -> Document:
    """The Document of a presentation (.pptx, or .pptm without its macros).

    Raises UnreadableFile where the content is no presentation, is damaged, or has no words.
    """
    check_is_zip(path.name, data, "presentation")
    deck = open_presentation(path.name, data)
    try:
        width, height = (round((length or 0) / EMU_PER_POINT, 2) for length in (deck.slide_width, deck.slide_height))
        slides = [read_slide(slide, number, height) for number, slide in numbered_slides(deck)]
    except MemoryError:
        raise
    except Exception as error:  # parts that are missing, or not what they are called, raise anything
        raise UnreadableFile(path.name, DAMAGED) from error
    if slides and all(slide.lost == [DAMAGED_SLIDE] for slide in slides):
        raise UnreadableFile(path.name, DAMAGED)
    body = parts_to_body(slides_to_parts(without_repeats(slides)))
    if not re.search(r"\w", body.text):
        raise UnreadableFile(path.name, "The presentation has no words in it (pictures of words are not read)")
    title, author = office_properties(deck)
    first = next((slide.title.text for slide in slides if slide.title), None)
    labels = printed_numbers(deck, len(slides))
    return Document(
        id=document_id(data),
        source=path.name,
        text=body.text,
        title=sensible_title(title) or first or path.stem,
        format="pptx",
        pages=tuple(Page(slide.number, width, height, labels.get(slide.number)) for slide in slides),
        blocks=body.blocks,
        tables=body.tables,
        issuer=author,
        kind="presentation",
        warnings=(*macro_warnings(data, "presentation"), *slides_to_warnings(slides, len(deck.slides))),
    )


def open_presentation(source: str, data: bytes) -> Any:
    """The python-pptx presentation; its XML parser leaves entities alone and fetches nothing."""
    import pptx

    try:
        return pptx.Presentation(io.BytesIO(data))
    except MemoryError:
        raise
    except ValueError as error:
        raise UnreadableFile(source, "The name says presentation, but the content is something else") from error
    except Exception as error:  # a damaged package raises anything from KeyError to XMLSyntaxError
        raise UnreadableFile(source, DAMAGED) from error


def numbered_slides(deck: Any) -> Iterator[tuple[int, Any]]:
    """The slides with their places from 1, as many as may be read."""
    for number, slide in enumerate(deck.slides, start=1):
        if number > MAX_PAGES:
            return
        yield number, slide


def read_slide(slide: Any, number: int, height: float) -> SlideContent:
    """What a slide shows; a damaged one is told of and does not keep the others from being read."""
    try:
        return slide_to_content(slide, number, height)
    except MemoryError:
        raise
    except Exception as error:  # values that are no numbers and parts that are missing raise anything
        log.warning("slide %d cannot be read: %s", number, error)
        return SlideContent(number, lost=[DAMAGED_SLIDE])


def printed_numbers(deck: Any, count: int) -> dict[int, str]:
    """The slide numbers that differ from the slides' places, as a deck may begin to count elsewhere."""
    start = deck.element.get("firstSlideNum", "1")
    shift = int(start) - 1 if start.isdigit() else 0
    return {number: str(number + shift) for number in range(1, count + 1)} if shift else {}


def without_repeats(slides: Sequence[SlideContent]) -> list[SlideContent]:
    """The slides, with what stands on many of them at the same place ("DRAFT", a department's name) as furniture."""
    counts = Counter(key for slide in slides for key in {_place(part) for part in slide.parts})
    enough = max(REPEATS, len(slides) / 2)
    kept = []
    for slide in slides:
        repeated = [part for part in slide.parts if isinstance(part, TextPart) and counts[_place(part)] >= enough]
        parts = [part for part in slide.parts if not any(part is other for other in repeated)]
        furniture = [*slide.furniture, *(replace(part, role="furniture") for part in repeated)]
        kept.append(replace(slide, parts=parts, furniture=furniture))
    return kept


def _place(part: Part) -> tuple[object, ...]:
    return (part.text, part.box) if isinstance(part, TextPart) else (id(part),)


def slides_to_parts(slides: Iterable[SlideContent]) -> Iterator[Part]:
    """Title, text, notes and furniture of every slide. After a section's own slide, slides stand below it."""
    level = 1
    for slide in slides:
        if slide.opens_section and slide.title is not None and not has_tables(slide):
            opening = 0 if slide.number == 1 else 1
            yield SectionEnd(1)
            yield replace(slide.title, level=opening)
            level = 2 if opening else level
        else:
            yield SectionEnd(level)
            if slide.title is not None:
                yield replace(slide.title, level=level)
        yield from slide.parts
        yield from slide.notes
        yield from slide.furniture


def has_tables(slide: SlideContent) -> bool:
    return not all(isinstance(part, TextPart) for part in slide.parts)


def slides_to_warnings(slides: Sequence[SlideContent], count: int) -> Iterator[str]:
    """What a reader of the answers should know of how the presentation was read."""
    if count > len(slides):
        yield f"Only the first {len(slides):,} of {count:,} slides were read"
    hidden = [slide.number for slide in slides if slide.hidden]
    if hidden:
        yield f"Hidden when the slides are shown, but read: {slides_in_words(hidden)}"
    drawn = [slide.number for slide in slides if slide.drawn and not slide.parts]
    if drawn:
        yield f"Words in pictures were not read: {slides_in_words(drawn)}"
    for what in dict.fromkeys(what for slide in slides for what in slide.lost):
        yield f"Not read, {what}: {slides_in_words([slide.number for slide in slides if what in slide.lost])}"


def slides_in_words(numbers: Sequence[int]) -> str:
    """``slide 3`` or ``slides 3, 5, 9``."""
    return f"slide{'s' if len(numbers) > 1 else ''} {', '.join(map(str, numbers))}"
