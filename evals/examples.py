"""One real example of each kind of question, written to docs/answers.md from what the shipped documents answer.

    python -m evals.examples HOME > docs/answers.md

``HOME`` is a knowledge base with the shipped corpus. A test asks the questions again and compares.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kb.model import Answer
    from kb.store import KnowledgeBase

NEAREST_SHOWN = 2
LONGEST_SHOWN = 300
INTRODUCTION = """# What can be asked, and what comes back

One real example of each kind of question, asked of the shipped documents. This page is written by
`python -m evals.examples`, and a test asks every question again: what stands here is what the program says.

Every sentence is quoted, or computed from cells that are listed. The number in square brackets leads to the source.
"""


@dataclass(frozen=True, slots=True)
class Example:
    """A kind of question: its title, what the program does with it, an example, and the question asked before it."""

    title: str
    what: str
    question: str
    before: str | None = None


EXAMPLES = (
    Example(
        "A fact",
        "The sentence that says it, whole, and no others where it says all that is asked.",
        "What was the budget of the regional major crime unit in 2013?",
    ),
    Example(
        "A figure in a table",
        "The cell, with its unit, named by its row and column.",
        "What is Nottinghamshire's contribution to EMSOU Forensics in 2016/17?",
    ),
    Example(
        "A sum",
        "Cells added up, each listed; a total row is never added to its parts.",
        "What is the combined annual saving of learning and development and legal services?",
    ),
    Example(
        "A difference",
        "Two cells and how far they are apart.",
        "By how much did actual savings differ from the target in 2015/16?",
    ),
    Example(
        "A share",
        "One cell as a percentage of another.",
        "What share of the total cost of collaboration does Lincolnshire pay?",
    ),
    Example(
        "The largest or the smallest",
        "All cells compared are listed; total rows do not take part.",
        "Which collaborative unit has the highest percentage saving against its baseline?",
    ),
    Example(
        "How many",
        "The rows that the question's words or its limit pick out are counted and listed.",
        "How many collaborative units have a percentage saving of more than 30%?",
    ),
    Example(
        "A list",
        "The list as it stands in the document, whole, each item with its own source.",
        "What benefits of collaboration does the 2017 presentation give?",
    ),
    Example(
        "A reason",
        "The sentence that gives the reason, with what belongs to it.",
        "Why was Dorset Police left out of the figures on projected savings from collaboration?",
    ),
    Example(
        "A meaning",
        "The glossary's entry first, else the sentence that explains the term.",
        "What does ROCU stand for?",
    ),
    Example(
        "Two documents side by side",
        "What each of them says, newest first, behind its date.",
        "What percentage saving for forensics does HMIC give in 2013, and what does the 2017 presentation show?",
    ),
    Example(
        "A question that goes on from the last one",
        "What is left out is taken from the question before.",
        "And Leicestershire?",
        before="What is Nottinghamshire's contribution to EMSOU Forensics in 2016/17?",
    ),
    Example(
        "Typing errors and short forms",
        "Words are mended against the documents' own words; short forms come from their glossaries.",
        "What was the budgt of the regonal major crime unit in 2013?",
    ),
    Example(
        "The same measure in several documents",
        "Where the question names neither document nor year, each document's figure, newest first.",
        "What percentage is saved in occupational health?",
    ),
    Example(
        "Something taken for granted that is not so",
        "Not found, with what the documents say instead.",
        "When did Derbyshire join the East Midlands Criminal Justice Service (EMCJS)?",
    ),
    Example(
        "A year that the documents do not reach",
        "Not found, with what is missing. The nearest passages are listed, and are not an answer.",
        "What will Lincolnshire contribute to legal services in 2019/20?",
    ),
    Example(
        "A thing that nobody wrote about",
        "Not found, with the words that the documents never use.",
        "How many drones do the five forces own?",
    ),
)


def answer_to_markdown(answer: Answer) -> str:
    """An answer with its sources, or what is nearest where there is none, as a reader sees it."""
    said = "\n".join(f"> {line}" if line else ">" for line in answer.answer.splitlines())
    if answer.status == "not_found":
        nearest = [f"- {entry.source}{page(entry.page)}: {shortened(entry.text)}" for entry in answer.retrieved]
        listed = "\n".join(nearest[:NEAREST_SHOWN])
        return f"{said}\n>\n> {answer.message}\n\nNearest, but no answer:\n\n{listed}\n"
    lines = []
    for citation in answer.citations:
        cell = citation.table
        place = f"; row “{cell.row}”, column “{cell.column}”" if cell and cell.column else ""
        lines.append(f"- [{citation.marker}] {citation.source}{page(citation.page)}{place}: “{citation.quote}”")
    text = f"{said}\n\n" + "\n".join(lines) + "\n"
    if answer.computation:
        cells = "; ".join(f"{cell.row}, {cell.column}: {cell.value}" for cell in answer.computation.inputs)
        text += f"\nComputed ({answer.computation.operation}): {cells} → {answer.computation.result}\n"
    return text


def page(number: int | None) -> str:
    """``, page 7``, or nothing for a format without pages."""
    return f", page {number}" if number else ""


def shortened(text: str) -> str:
    """A passage's beginning in one line."""
    words = " ".join(text.split())
    return words if len(words) <= LONGEST_SHOWN else words[:LONGEST_SHOWN].rsplit(" ", 1)[0] + " …"


def example_to_markdown(kb: KnowledgeBase, example: Example) -> str:
    """One kind: title, what is done, the question and what comes back."""
    from kb.answering import answer
    from kb.model import Turn

    history = [Turn(example.before)] if example.before else []
    before = f"After “{example.before}”:\n\n" if example.before else ""
    found = answer_to_markdown(answer(kb, example.question, history, worded=False))
    return f"## {example.title}\n\n{example.what}\n\n{before}**{example.question}**\n\n{found}"


def examples_to_markdown(kb: KnowledgeBase, examples: Sequence[Example] = EXAMPLES) -> str:
    """The whole page."""
    return "\n".join([INTRODUCTION, *(example_to_markdown(kb, example) for example in examples)])


def main() -> None:
    """Write the page to standard output."""
    from kb.store import KnowledgeBase

    with KnowledgeBase.open(Path(sys.argv[1])) as kb:
        sys.stdout.write(examples_to_markdown(kb))


if __name__ == "__main__":
    main()
