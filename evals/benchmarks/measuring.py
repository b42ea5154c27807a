"""What the benchmarks of reading share: processor time and page counts."""

from __future__ import annotations

import resource
from pathlib import Path


def cpu_seconds() -> float:
    """Seconds of processor time so far, of this process and of its children that have ended."""
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def page_count(path: Path) -> int:
    """Pages of a PDF as PDFium counts them; 0 where it cannot be opened."""
    import pypdfium2

    try:
        with pypdfium2.PdfDocument(path) as pdf:
            return len(pdf)
    except pypdfium2.PdfiumError:
        return 0
