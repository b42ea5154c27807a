"""Word documents with what python-docx itself does not write, for tests of their reader."""

from __future__ import annotations

import io
import re
from pathlib import Path

from docx.document import Document as Word
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml.parser import parse_xml

from ingest.readers.docx import read_docx
from kb.model import Document

NAMESPACE = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def read(word: Word, name: str = "report.docx") -> Document:
    saved = io.BytesIO()
    word.save(saved)
    return read_docx(Path(name), saved.getvalue())


def xml(body: str) -> object:
    """An element from XML whose names may leave out where they are declared."""
    return parse_xml(re.sub(r"^<(w:\w+)", rf"<\1 {NAMESPACE} {DRAWING}", body))


DRAWING = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'


def add_part(word: Word, name: str, content: str) -> None:
    kind = f"application/vnd.openxmlformats-officedocument.wordprocessingml.{name}+xml"
    root = re.sub(r"^<(w:\w+)", rf"<\1 {NAMESPACE}", content)
    part = Part(PackURI(f"/word/{name}2.xml"), kind, root.encode(), word.part.package)
    relation = f"http://schemas.openxmlformats.org/officeDocument/2006/relationships/{name}"
    for key, other in list(word.part.rels.items()):
        if other.reltype == relation:
            del word.part.rels[key]
    word.part.relate_to(part, relation)
