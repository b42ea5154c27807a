"""Small files that are large, endless or broken when they are opened, written object by object."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence

FONT = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
PAGE = (
    b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R "
    b"/Resources << /Font << /F1 %d 0 R >> %s >> >>"
)
WORDS = b"BT /F1 12 Tf 72 720 Td (The board met in March and agreed the plan for the year.) Tj ET\n"


def stream(data: bytes, entries: bytes = b"") -> bytes:
    """A stream object, not packed."""
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(data), entries, data)


def packed(data: bytes, entries: bytes = b"", times: int = 1) -> bytes:
    """A stream object, packed so many times over."""
    for _ in range(times):
        data = zlib.compress(data, 9)
    return stream(data, b"/Filter [%s] %s" % (b" /FlateDecode" * times, entries))


def objects_to_pdf(objects: Mapping[int, bytes] | Sequence[bytes], trailer: bytes = b"") -> bytes:
    """A PDF of numbered objects, of which 1 is the catalogue; with a right cross-reference table."""
    numbered = dict(objects) if isinstance(objects, Mapping) else dict(enumerate(objects, start=1))
    made = bytearray(b"%PDF-1.7\n")
    places: dict[int, int] = {}
    for number, content in numbered.items():
        places[number] = len(made)
        made += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start, size = len(made), max(numbered) + 1
    made += b"xref\n0 %d\n0000000000 65535 f \n" % size
    for number in range(1, size):
        made += b"%010d 00000 %s \n" % (places.get(number, 0), b"n" if number in places else b"f")
    made += b"trailer\n<< /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF\n" % (size, trailer, start)
    return bytes(made)


def one_page(content: bytes, resources: bytes = b"", more: Sequence[bytes] = ()) -> bytes:
    """A PDF of one page with this content stream; ``more`` objects are numbered from 6."""
    page = PAGE % (4, 5, resources)
    return objects_to_pdf(
        [b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>", page, content, FONT, *more]
    )


def many_pages(count: int) -> bytes:
    """A PDF of so many pages that share one content stream."""
    kids = b" ".join(b"%d 0 R" % number for number in range(5, 5 + count))
    pages = dict.fromkeys(range(5, 5 + count), PAGE % (3, 4, b""))
    tree = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, count)
    return objects_to_pdf({1: b"<< /Type /Catalog /Pages 2 0 R >>", 2: tree, 3: packed(WORDS), 4: FONT, **pages})


def page_tree_loop() -> bytes:
    """A page tree that has itself among its children."""
    tree = b"<< /Type /Pages /Kids [3 0 R 2 0 R] /Count 2 /Parent 2 0 R >>"
    page = PAGE % (4, 5, b"")
    return objects_to_pdf([b"<< /Type /Catalog /Pages 2 0 R >>", tree, page, packed(WORDS), FONT])


def only_loop() -> bytes:
    """A page tree of two nodes that have each other as their only child."""
    return objects_to_pdf(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 /Parent 3 0 R >>",
            b"<< /Type /Pages /Kids [2 0 R] /Count 1 /Parent 2 0 R >>",
        ]
    )


def xref_loop() -> bytes:
    """A cross-reference table that names itself as the one before it."""
    made = one_page(packed(WORDS))
    start = made.rindex(b"xref\n0")
    return made.replace(b"/Root 1 0 R", b"/Root 1 0 R /Prev %d" % start)


def outline_loop() -> bytes:
    """Bookmarks of which each is the next of the other."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R /Outlines 6 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        PAGE % (4, 5, b""),
        packed(WORDS),
        FONT,
        b"<< /Type /Outlines /First 7 0 R /Last 8 0 R /Count 2 >>",
        b"<< /Title (One) /Parent 6 0 R /Next 8 0 R /First 6 0 R /Dest [3 0 R /Fit] >>",
        b"<< /Title (Two) /Parent 6 0 R /Next 7 0 R /Dest [3 0 R /Fit] >>",
    ]
    return objects_to_pdf(objects)


def drawn_again_and_again(depth: int, times: int) -> bytes:
    """A page that draws a form, that draws another so many times, and so on: times ** depth drawings of words."""
    forms = []
    for level in range(depth):
        inner = b"/F Do\n" * times if level < depth - 1 else WORDS
        below = b"/XObject << /F %d 0 R >>" % (7 + level)
        entries = b"/Type /XObject /Subtype /Form /BBox [0 0 595 842] /Resources << /Font << /F1 5 0 R >> %s >>"
        forms.append(stream(inner, entries % (below if level < depth - 1 else b"")))
    return one_page(stream(b"/F Do\n"), b"/XObject << /F 6 0 R >>", forms)
