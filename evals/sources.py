"""Checks a citation against its file, without our readers: pypdf's text of a PDF page, or the text file itself.

Both sides are squeezed before they are compared: no white space, no hyphen inside or at the end of a word, no
soft hyphen, ligatures and kinds of quotes folded. A quotation that runs over a page end may have its second
part on the next page, and the number of a footnote glued to a word of the page may be missing in it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path, PurePosixPath

TEXT_SUFFIXES = frozenset({".txt", ".md", ".csv", ".tsv"})

_FOOTNOTE_NUMBER = re.compile(r"(?:(?<=[a-z])|(?<=[A-Za-z)’”%][.,;:]))\d{1,2}(?=[\s.,;:)]|$)")
_HYPHEN = re.compile(r"(?<=[^\W\d_])\s*[-‐‑\u00ad]\s*(?=[^\W\d_])|[\u00ad\u200b]")
_QUOTES = str.maketrans("‘’‚′“”„", "''''\"\"\"")

# A quotation over a page end: footnotes and the page's foot may follow its first part, a running head stand
# before its second (squeezed characters). Shorter parts would let a quotation with a false letter through.
_LONGEST_FOOT, _LONGEST_HEAD, _SHORTEST_PART = 1500, 250, 3


class SourceFiles:
    """The files that answers cite, by name; each is read once."""

    def __init__(self, paths: Mapping[str, Path]) -> None:
        self._paths = {PurePosixPath(name).name.lower(): path for name, path in paths.items()}

    @classmethod
    def from_folder(cls, folder: Path) -> SourceFiles:
        """Every PDF and text file below a folder; of two files of one name the one nearest the top counts."""
        found = sorted(
            (path for path in folder.rglob("*") if path.suffix.lower() in TEXT_SUFFIXES | {".pdf"}),
            key=lambda path: (-len(path.parts), str(path)),
        )
        return cls({path.name: path for path in found})

    def path(self, source: str) -> Path | None:
        """The file of a source name, or None."""
        return self._paths.get(PurePosixPath(source.replace("\\", "/")).name.lower())

    def folded_text(self, source: str) -> str | None:
        """A text file with its white space folded; None for other formats and unknown names."""
        path = self.path(source)
        if path is None or path.suffix.lower() not in TEXT_SUFFIXES:
            return None
        return _read_folded(path)

    def is_verbatim(self, source: str, quote: str, is_table: bool = False) -> bool | None:
        """Does the quote stand in the file? None where its format can't be checked; False for an unknown file."""
        path = self.path(source)
        if path is None or not quote.strip():
            return False
        folded = self.folded_text(source)
        if folded is not None:
            return " ".join(quote.split()) in folded
        if path.suffix.lower() != ".pdf":
            return None
        return any(self._on_page(path, number, quote, is_table) for number in range(1, len(_read_pages(path)) + 1))

    def is_on_page(self, source: str, page: int | None, quote: str, is_table: bool = False) -> bool | None:
        """Does the quote begin on that 1-based page? None where the format has no pages."""
        path = self.path(source)
        if path is None:
            return False
        if path.suffix.lower() != ".pdf":
            return None
        return page is not None and self._on_page(path, page, quote, is_table)

    def _on_page(self, path: Path, page: int, quote: str, is_table: bool) -> bool:
        pages = _read_pages(path)
        if not 1 <= page <= len(pages) or not squeeze(quote):
            return False
        here, following = pages[page - 1], pages[page] if page < len(pages) else _PageText("")
        if is_table:
            return here.has_cell_words(quote)
        wanted = squeeze(quote)
        return any(map(_runs_from, (wanted, wanted), here.versions, following.versions))


class _PageText:
    """What pypdf reads on a page, in the forms that are compared."""

    def __init__(self, text: str) -> None:
        self.versions = (squeeze(text), squeeze(_FOOTNOTE_NUMBER.sub("", text)))
        self._spaced = " ".join(unicodedata.normalize("NFKC", text).split())

    def has_cell_words(self, row: str) -> bool:
        """Do all words of a quoted table row stand on the page? A figure must not be part of a longer one."""
        return all(self._has_word(word) for word in re.split(r"[\s|]+", row) if squeeze(word).strip("-–"))

    def _has_word(self, word: str) -> bool:
        if not re.search(r"\d", word):
            return squeeze(word) in self.versions[0]
        figure = re.escape(unicodedata.normalize("NFKC", word))
        return re.search(rf"(?<![\d.,]){figure}(?!\d|[.,]\d)", self._spaced) is not None


def squeeze(text: str) -> str:
    """A text as it is compared: ligatures and quotes folded, hyphens inside words and white space removed."""
    folded = unicodedata.normalize("NFKC", text).translate(_QUOTES)
    return re.sub(r"\s+", "", _HYPHEN.sub("", folded))


def _runs_from(quote: str, page: str, following: str) -> bool:
    """Does a squeezed quote stand on a page, or begin at its foot and go on in the next page's text?"""
    if quote in page or quote in following:
        return quote in page
    shortest, longest = 0, len(quote)  # the longest beginning of the quote that stands on the page
    while shortest < longest:
        middle = (shortest + longest + 1) // 2
        shortest, longest = (middle, longest) if quote[:middle] in page else (shortest, middle - 1)
    start, rest = quote[:shortest], quote[shortest:]
    at_foot = len(page) - page.rfind(start) - len(start) <= _LONGEST_FOOT
    at_head = 0 <= following.find(rest) <= _LONGEST_HEAD
    return min(len(start), len(rest)) >= _SHORTEST_PART and at_foot and at_head


@lru_cache(maxsize=64)
def _read_folded(path: Path) -> str:
    return " ".join(path.read_text(encoding="utf-8", errors="replace").split())


@lru_cache(maxsize=64)
def _read_pages(path: Path) -> tuple[_PageText, ...]:
    from pypdf import PdfReader

    return tuple(_PageText(page.extract_text() or "") for page in PdfReader(path).pages)
