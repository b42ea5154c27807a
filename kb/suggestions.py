"""Better questions where nothing was found: made by rule from the nearest evidence, asked before being offered."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from kb.examples import Example, is_answered, members_to_examples, table_to_examples
from kb.retrieval.lexicon import corpus_lexicon
from kb.terms import text_to_term_set

if TYPE_CHECKING:
    from kb.model import Answer, Document, Table
    from kb.store import Filters, KnowledgeBase

OFFERED, TRIED = 3, 2
LOOKED_AT = 10
# How much of what is asked, by weight of the words that the documents use, a question that is offered must ask as well,
# and what it must share: several words, or one that is rare in the documents.
LEAST_SHARED, FEWEST_SHARED, RARE = 0.3, 2, 4.0
YEAR = re.compile(r"\b(?:19|20)\d\d(?:\s?[/–-]\s?(?:19|20)?\d\d)?\b")


def suggest_questions(kb: KnowledgeBase, answer: Answer, filters: Filters | None = None) -> tuple[str, ...]:
    """Up to OFFERED questions near one that was not answered, each of which these documents do answer.

    First the same question of another year that they know, then questions that ask for some of the same things; the
    more of them, the sooner.
    """
    tables = nearest_tables(kb, answer)
    tried = [*of_other_years(answer.question, tables)][:TRIED]
    held = [example.question for example in tried if is_answered(kb, example, filters)][:1]
    near = [example for example in by_shared_words(kb, answer, tables) if example.question not in held][:TRIED]
    held += [example.question for example in near if is_answered(kb, example, filters)]
    return tuple(held[:OFFERED])


def nearest_tables(kb: KnowledgeBase, answer: Answer) -> list[tuple[Document, Table]]:
    """The tables that were ranked for a question, and those on the pages of the passages that were."""
    chunks = kb.chunks(entry.chunk_id for entry in answer.retrieved[:LOOKED_AT] if entry.chunk_id)
    found: dict[tuple[str, str], tuple[Document, Table]] = {}
    for chunk in chunks.values():
        document = kb.document(chunk.document_id)
        for table in document.tables:
            if table.id == chunk.table_id or (chunk.page is not None and chunk.page in table.row_pages):
                found.setdefault((document.id, table.id), (document, table))
    return list(found.values())


def of_other_years(question: str, tables: list[tuple[Document, Table]]) -> Iterator[Example]:
    """The question with its one year replaced by those of the nearest tables, the latest first."""
    asked = YEAR.findall(question)
    if len(asked) != 1:
        return
    known: dict[str, tuple[str, str]] = {}
    for document, table in tables:
        labels = [row[0] for row in table.grid()]
        words = " ".join([table.caption or "", table.lead_in or "", *table.headers(), *labels, *table.section])
        for year in YEAR.findall(words):
            known.setdefault(year, (document.id, table.id))
    for year in sorted(known, reverse=True):
        if year != asked[0] and ("/" in year) == ("/" in asked[0]):
            yield Example(YEAR.sub(year, question), "", "year", known[year])


def by_shared_words(kb: KnowledgeBase, answer: Answer, tables: list[tuple[Document, Table]]) -> list[Example]:
    """Examples from the nearest tables, lists and acronyms that ask for some of the same things, best first."""
    asked, lexicon = text_to_term_set(answer.question), corpus_lexicon(kb)
    whole = sum(lexicon.weight(term) for term in asked if lexicon.knows(term))
    near = {example.question: example for example in nearest_to_examples(kb, answer, tables)}
    scored = []
    for example in near.values():
        shared = asked & text_to_term_set(example.question)
        weight = sum(lexicon.weight(term) for term in shared)
        telling = len(shared) >= FEWEST_SHARED or weight >= RARE or example.form == "acronym"
        if telling and weight >= LEAST_SHARED * whole:
            scored.append((-weight, len(example.question), example.question))
    return [near[question] for _, _, question in sorted(scored)]


def nearest_to_examples(kb: KnowledgeBase, answer: Answer, tables: list[tuple[Document, Table]]) -> Iterator[Example]:
    """Examples from the nearest tables and documents, and of the acronyms of the question."""
    acronyms = {short.upper(): name for short, name in corpus_lexicon(kb).acronyms.items()}
    for document, table in tables:
        yield from table_to_examples(document, table, acronyms)
    for document_id in dict.fromkeys(entry.document_id for entry in answer.retrieved[:LOOKED_AT]):
        if kb.has(document_id):
            yield from members_to_examples(kb.document(document_id))
    words = {word.strip("?.,;:()’'").upper() for word in answer.question.split()}
    for short in sorted(words & acronyms.keys()):
        yield Example(f"What does {short} stand for?", acronyms[short], "acronym", ("", short))
