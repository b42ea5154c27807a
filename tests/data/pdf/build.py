"""Rebuild the small PDFs of the tests from the Typst files beside them: python tests/data/pdf/build.py"""

from pathlib import Path

import typst

for source in sorted(Path(__file__).parent.glob("*.typ")):
    typst.compile(str(source), output=str(source.with_suffix(".pdf")), ignore_system_fonts=True)
