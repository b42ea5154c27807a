"""Changes of files, as Hypothesis draws them: bytes, tokens, parts of the file itself, and members of archives."""

from __future__ import annotations

import io
import re
import zipfile

from hypothesis import strategies as st

# Words that mean something to one format or another, at the edges of what they may be.
TOKENS = (
    *(b"0", b"-1", b"1e99", b"4294967296", b"99999999999999999999", b"\xff\xfe", b"\0", b"\xe2\x80\xae", b"NaN"),
    *(
        b"endobj",
        b"stream\n",
        b"1 0 R",
        b"<<",
        b">>",
        b"[",
        b"/Kids",
        b"/Length 9",
        b"/FlateDecode",
        b"BT",
        b"Tj",
        b"Do",
    ),
    *(b"<w:tbl>", b"</w:p>", b'w:val="-7"', b"<table>", b'colspan="9999"', b"rowspan=0", b"&#0;", b"]]>", b"<!--"),
    *(b"\t\t\t", b"\n\n", b"|---|", b'"', b",,,,", b"PK\x03\x04", b"Content-Type: message/rfc822\n\n", b"--=="),
)
NUMBER_OR_NAME = re.compile(rb"\d+|/[A-Z]\w*|<[a-z:]+|\"[^\"\n]{1,20}\"")
Mutation = tuple[str, float, float, bytes]

PLACE = st.floats(0, 1, exclude_max=True)
MUTATIONS = st.lists(
    st.tuples(
        st.sampled_from(["flip", "put", "insert", "cut", "end", "repeat", "move", "swap", "swap", "put"]),
        PLACE,
        PLACE,
        st.sampled_from(TOKENS) | st.binary(min_size=1, max_size=6),
    ),
    min_size=1,
    max_size=6,
)


def mutate(data: bytes, mutations: list[Mutation], member: float | None) -> bytes:
    """The data changed; with ``member``, a place from 0 to 1, in one file of the archive that it is."""
    if member is None:
        for mutation in mutations:
            data = mutate_bytes(data, *mutation)
        return data
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
            members = [archive.read(name) for name in names]
    except (zipfile.BadZipFile, ValueError):
        return mutate(data, mutations, None)
    chosen = int(member * len(names))
    members[chosen] = mutate(members[chosen], mutations, None)
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in zip(names, members, strict=True):
            archive.writestr(name, content)
    return made.getvalue()


def mutate_bytes(data: bytes, kind: str, first: float, second: float, token: bytes) -> bytes:
    """One change of one kind at one place."""
    start = int(first * len(data))
    # Most changes are small: the second place is near the first.
    end = min(len(data), start + 1 + int(second**4 * len(data)))
    if kind == "flip":
        return data[:start] + bytes(byte ^ token[0] for byte in data[start : start + 1]) + data[start + 1 :]
    if kind == "put":
        return data[:start] + token + data[start + len(token) :]
    if kind == "insert":
        return data[:start] + token + data[start:]
    if kind == "cut":
        return data[:start] + data[end:]
    if kind == "end":
        return data[: max(1, start)]
    if kind == "repeat":
        return data[:start] + data[start:end] * (2 + token[0] % 30 if end - start < 2_000 else 2) + data[end:]
    if kind == "move":
        return data[:start] + data[end:] + data[start:end]
    return swap_words(data, first, second)


def swap_words(data: bytes, first: float, second: float) -> bytes:
    """One number, name or tag in the place of another: objects that point elsewhere, cells that span more."""
    words = list(NUMBER_OR_NAME.finditer(data))
    if not words:
        return data
    target, source = words[int(first * len(words))], words[int(second * len(words))]
    return data[: target.start()] + source.group() + data[target.end() :]
