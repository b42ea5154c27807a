"""Which document a question is about, where it doesn't say so outright: by names of files and of things.

"What did Northgate spend in 2018?" is asked of the file ``NORTHGATE_2018.pdf``, or of the document that says
"Northgate" far more often than all others do.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from kb.terms import stem, text_to_term_set

if TYPE_CHECKING:
    from kb.answering.question import Question
    from kb.retrieval.lexicon import Lexicon
    from kb.store import DocumentInfo

UNDECIDED = 0.5
MOST_JOINED = 3


def source_to_words(source: str) -> str:
    """The words of a file's name: "NORTHGATE_2018_10K.pdf" -> "NORTHGATE 2018 10K"."""
    return re.sub(r"[_\W]+", " ", source.rsplit(".", 1)[0]).strip()


def documents_meant(question: Question, documents: Sequence[DocumentInfo], lexicon: Lexicon) -> dict[str, float]:
    """Document id to how surely it is meant, 0 to 1; near UNDECIDED for all where nothing tells them apart.

    Documents that the question mentions ("the 2013 review") are meant and no others. Else each of its terms votes: by
    the documents with it in their file's name or title; for names of things, by how often each document says it.
    """
    if question.documents:
        return {info.id: 1.0 if info.id in question.documents else 0.0 for info in documents}
    votes = dict.fromkeys((info.id for info in documents), 0.0)
    names = {
        info.id: text_to_term_set(source_to_words(info.source)) | text_to_term_set(info.title) for info in documents
    }
    proper = proper_terms(question)
    for term in dict.fromkeys((*question.focus, *question.years)):
        named = [document for document, held in names.items() if term in held]
        if 0 < len(named) < len(documents):
            for document in named:
                votes[document] += 1.0
        elif not named and term in proper:
            add_shares(votes, lexicon.shares(term))
    joined = joined_words(question.text)
    for info in documents:
        if not joined.isdisjoint(source_to_words(info.source).lower().split()):
            votes[info.id] += 1.0
    most = max(votes.values(), default=0.0)
    sure = min(1.0, most)
    return {
        document: (1.0 - sure) * UNDECIDED + (sure * vote / most if most else 0.0) for document, vote in votes.items()
    }


def add_shares(votes: dict[str, float], shares: dict[str, float]) -> None:
    """Let a term vote by how its uses are shared out; one that all documents use alike tells nothing."""
    most = max(shares.values(), default=0.0)
    tells = most - 1.0 / max(1, len(votes))
    for document, share in shares.items():
        if document in votes and tells > 0.0:
            votes[document] += tells * share / most


def proper_terms(question: Question) -> frozenset[str]:
    """Terms of the words that are names by their looks: capitals or figures, but not the first word; and years."""
    words = re.findall(r"[A-Za-z0-9&]+", question.text)[1:]
    return frozenset(stem(word.lower()) for word in words if not word[0].islower()).union(question.years)


def joined_words(text: str) -> frozenset[str]:
    """Neighbouring words written as one, as names of files often have them."""
    words = re.findall(r"[a-z0-9]+", text.lower())
    counts = range(2, MOST_JOINED + 1)
    return frozenset("".join(words[at : at + count]) for count in counts for at in range(len(words) - count + 1))
