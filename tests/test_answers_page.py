"""docs/answers.md says what the program says: every example is asked again."""

from __future__ import annotations

import re
from pathlib import Path

from evals.examples import EXAMPLES, examples_to_markdown
from kb.store import KnowledgeBase

PAGE = Path(__file__).resolve().parents[1] / "docs/answers.md"


def test_the_page_of_examples_is_what_the_program_says(corpus_home: Path) -> None:
    with KnowledgeBase.open(corpus_home) as kb:
        now = examples_to_markdown(kb)
    sections, written = re.split(r"^## ", now, flags=re.M), re.split(r"^## ", PAGE.read_text("utf-8"), flags=re.M)
    assert len(sections) == len(EXAMPLES) + 1
    assert written == sections
