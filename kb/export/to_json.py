"""Briefing -> JSON: the answer objects as the command line prints them, and what they were made of."""

from __future__ import annotations

import json

from kb.export.briefing import Briefing, Source


def briefing_to_json(briefing: Briefing) -> bytes:
    """One object in UTF-8. The answers keep their own markers; ``sources`` has the numbers of the whole briefing."""
    corpus = briefing.corpus
    value = {
        "title": briefing.title,
        "made": briefing.made.isoformat(),
        "corpus": {
            "fingerprint": corpus.fingerprint,
            "documents": corpus.documents,
            "newest": corpus.newest,
            "home": corpus.home,
        },
        "not_public": [info.source for info in briefing.not_public],
        "answers": [answer.to_json() for answer in briefing.entries],
        "sources": [source_to_json(source) for source in briefing.sources],
    }
    # Half a surrogate pair, which only broken input holds, becomes a question mark.
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode("utf-8", errors="replace")


def source_to_json(source: Source) -> dict[str, object]:
    place = {key: value for key, value in source.citation.to_json().items() if key != "marker"}
    return {"number": source.number, **place, "date": source.date, "problem": source.problem}
