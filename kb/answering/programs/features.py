"""What speaks for and against a program: its parts (which the question's words weigh), plain signs, and columns' roles.

A program is a handful of pieces, which many programs of a question share. The signs of a piece are strings, of which
a model knows some by number (see ``rank``): ``crossed`` ones get their weight from the question's words, ``plain`` ones
have one weight for all questions, ``roles`` name what a column is used for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from kb.answering.programs.generate import Program
from kb.answering.programs.links import STOP, Asked, Link
from kb.answering.programs.reading import text_to_reading
from kb.answering.programs.sets import RowSet
from kb.answering.programs.table import TypedTable

ASKING = frozenset("which what who whose whom many much when where name list".split())
HEAD_REACH = 3
STRONG = frozenset({"cell", "date", "part"})
STOP_HEADS = frozenset("the of a an in for to and or by".split())


@dataclass(slots=True)
class Context:
    """A question and its table as far as all programs share it; places in the question are bits of a number."""

    asked: Asked
    table: TypedTable
    content: int
    strong: tuple[int, ...]
    fits: tuple[str, ...]
    named: tuple[int, ...]
    headed: int
    numbers: int
    order: str
    best: dict[tuple[int, int], str]
    pieces: list[Piece] = field(default_factory=list)
    known: dict[object, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Piece:
    """The signs of one part of a program, and the words of the question that it explains."""

    crossed: tuple[str, ...]
    plain: tuple[str, ...]
    roles: tuple[tuple[str, int], ...] = ()
    used: int = 0


def question_to_grams(asked: Asked, links: list[Link]) -> list[str]:
    """The words and pairs of words of a question, and how it begins; linked words also as what they link to."""
    kinds = ["" for _ in asked.words]
    for link in reversed(links):
        if link.kind in STRONG:
            for place in range(link.start, min(link.end, len(kinds))):
                kinds[place] = "_E"
    stems = ["_N" if stem.replace(".", "").isdigit() else stem for stem in asked.stems]
    marked = [kind or stem for kind, stem in zip(kinds, stems, strict=True)]
    marked = [m for i, m in enumerate(marked) if not (m == "_E" and i and marked[i - 1] == "_E")]
    grams = [f"1:{stem}" for stem in stems]
    grams += [f"2:{a} {b}" for a, b in zip(["^", *marked], [*marked, "$"], strict=True)]
    grams += [f"3:{a} {b} {c}" for a, b, c in zip(marked, marked[1:], marked[2:], strict=False)]
    grams += ["0:" + " ".join(stems[:length]) for length in (1, 2, 3)]
    for place, word in enumerate(asked.words):
        if word in ASKING:
            grams += [f"h:{stem}" for stem in stems[place + 1 : place + 3]]
    return list(dict.fromkeys(grams))


def to_context(asked: Asked, table: TypedTable, links: list[Link]) -> Context:
    """What all programs of a question share."""
    heads = {
        place
        for start, word in enumerate(asked.words)
        if word in ASKING
        for place in range(start + 1, start + 1 + HEAD_REACH)
    }
    named, fits = [], []
    for column in table.fields:
        places = [p for p, s in enumerate(asked.stems) if s in column.stems and asked.words[p] not in STOP_HEADS]
        named.append(_bits(places))
        held = {asked.stems[place] for place in places}
        grade = "N" if not held else "A" if held >= column.stems else "S"
        fits.append(grade + ("h" if heads.intersection(places) else ""))
    order = next((("up" if f.rising > 0 else "down") for f in table.fields if f.kind == "date" and f.rising), "none")
    content = _bits(p for p, word in enumerate(asked.words) if word not in STOP)
    best: dict[tuple[int, int], str] = {}
    for link in links:
        best.setdefault((link.start, link.end), link.kind)
    headed = 0
    for bits in named:
        headed |= bits
    return Context(
        asked=asked,
        table=table,
        content=content,
        strong=tuple(_bits(range(link.start, link.end)) for link in links if link.kind in STRONG),
        fits=tuple(fits),
        named=tuple(named),
        headed=headed & content,
        numbers=_bits(place for place, _ in asked.numbers),
        order=order,
        best=best,
    )


def _bits(places: Iterable[int]) -> int:
    bits = 0
    for place in places:
        bits |= 1 << place
    return bits


def program_to_pieces(program: Program, context: Context) -> list[int]:
    """The numbers of a program's parts in ``context.pieces``; its score is the sum of theirs."""
    shape = "+".join([_shape(chosen) for chosen in program.sets])
    column = program.column
    parts = [_known(context, (program.op, shape), _frame_piece)]
    linked = False
    for chosen in program.sets:
        parts.append(_known(context, (chosen, chosen.column == column), _set_piece))
        linked = linked or column in chosen.columns
    parts.append(_known(context, (program.op, column, shape if linked else None), _column_piece))
    parts.append(_known(context, (program.op, program.values, shape), _value_piece))
    used = 0
    for part in parts:
        used |= context.pieces[part].used
    parts.append(_known(context, (program.op, used), _cover_piece))
    return parts


def _frame_piece(context: Context, op: str, shape: str) -> Piece:
    """The program's form as a whole."""
    return Piece((f"op:{op}", f"frame:{op}|{shape}"), (f"frame:{op}|{shape}",))


def _known(context: Context, key: tuple[object, ...], make: Callable[..., Piece]) -> int:
    """The number of the piece of a key, made once a question."""
    place = (make, key)
    number = context.known.get(place)
    if number is None:
        number = context.known[place] = len(context.pieces)
        context.pieces.append(make(context, *key))
    return number


def _shape(chosen: RowSet) -> str:
    return f"{chosen.form}<{chosen.base}" if chosen.base else chosen.form


def _set_piece(context: Context, chosen: RowSet, same: bool) -> Piece:
    """How a set of rows was got."""
    form = chosen.form
    crossed, plain, roles, used = [f"set:{form}"], [], [], 0
    if form in {"first", "last", "next", "prev", "nth", "below", "above"}:
        crossed.append(f"dir:{form}|{context.order}")
    if chosen.base:
        crossed.append(f"base:{chosen.base}")
    if chosen.column is not None:
        column = context.table.fields[chosen.column]
        fit = context.fits[chosen.column]
        crossed += [f"by:{form}|{column.kind}", f"byfit:{form}|{fit}", f"bysame:{form}|{'same' if same else 'other'}"]
        crossed += [f"byhead:{form}|{stem}" for stem in sorted(column.stems)]
        plain.append(f"by:{form}|{column.kind}|{fit}")
        roles.append((form, chosen.column))
        used |= context.named[chosen.column]
    if chosen.number is not None:
        used |= 1 << chosen.number[0]
        crossed.append(f"num:{form}")
        plain.append(f"num:{form}|{context.asked.words[max(0, chosen.number[0] - 1)]}")
    for link in chosen.links:
        used |= _bits(range(link.start, link.end))
        roles.append(("filter", link.column))
        crossed.append(f"linkkind:{link.kind}")
        plain += _link_signs(context, link, form)
    return Piece(tuple(crossed), tuple(plain), tuple(roles), used)


def _link_signs(context: Context, link: Link, form: str) -> list[str]:
    kind = link.kind
    top = context.best.get((link.start, link.end), kind)
    share = len(link.rows) / max(1, len(context.table.cells))
    many = "1" if len(link.rows) == 1 else "few" if share < 0.3 else "most"
    plain = [
        f"link:{kind}|{top}",
        f"link:{kind}|{context.fits[link.column]}",
        f"linkrows:{form}|{kind}|{many}",
        f"linkcolumn:{kind}|{min(link.column, 3)}|{context.table.fields[link.column].kind}",
    ]
    if link.start:
        plain.append(f"before:{form}|{context.asked.words[link.start - 1]}")
    if link.end < len(context.asked.words):
        plain.append(f"behind:{form}|{context.asked.words[link.end]}")
    return plain


def _column_piece(context: Context, op: str, index: int | None, shape: str | None) -> Piece:
    """What is read or computed from; ``shape`` is that of the sets where they link the column itself."""
    if index is None:
        return Piece(("out:none",), ())
    column, fit = context.table.fields[index], context.fits[index]
    role = op if op in {"cell", "sum", "average", "distinct", "mode", "diff"} else "misc"
    place = "first" if index == 0 else "second" if index == 1 else "later"
    group = "cell" if op in {"cell", "number", "year"} else op
    first = next((f.index for f in context.table.fields if f.kind == "text"), 0)
    unique = "key" if column.distinct > 0.95 else "mixed" if column.distinct > 0.5 else "class"
    unique = f"unique:{group}|{unique}|{index == first}"
    better = any(f.endswith("h") for f in context.fits) and not fit.endswith("h")
    crossed = [
        f"out:{column.kind}",
        f"outop:{group}|{column.kind}",
        f"outfit:{group}|{fit}",
        f"outplace:{place}",
        unique,
    ]
    crossed += [f"outhead:{stem}" for stem in sorted(column.stems)]
    plain = [f"out:{group}|{column.kind}|{fit}|{place}", unique, f"better:{group}|{better}|{fit}"]
    if shape is not None:
        crossed.append("outlinked")
        plain.append(f"outlinked:{op}|{shape}")
    return Piece(tuple(crossed), tuple(plain), (("out." + role, index),), context.named[index])


def _value_piece(context: Context, op: str, values: tuple[str, ...], shape: str) -> Piece:
    """What kind of thing the answer is."""
    reading = text_to_reading(values[0])
    kind = "number" if reading.pure and not (reading.date and reading.date[1]) else "date" if reading.date else "text"
    if kind == "number" and reading.number is not None and 1800 <= reading.number <= 2030:
        kind = "year"
    many = str(len(values)) if len(values) <= 3 else "4+"
    said = set(context.asked.words)
    inside = all(set(text_to_reading(value).words) <= said for value in values)
    crossed = [f"value:{kind}", f"many:{many}", f"value:{op}|{kind}", f"said:{inside}|{op}"]
    plain = [f"many:{op}|{many}", f"said:{op}|{inside}"]
    if op in {"count", "distinct"} and reading.number is not None:
        number = int(reading.number)
        size = "all" if number == len(context.table.body) else str(number) if number < 3 else "some"
        plain.append(f"counted:{op}|{size}|{shape}")
    if reading.blank:
        plain.append(f"blank:{op}")
    if reading.number is not None and kind == "number" and reading.number < 0:
        plain.append("negative")
    return Piece(tuple(crossed), tuple(plain))


def _cover_piece(context: Context, op: str, used: int) -> Piece:
    """How much of the question a program's links and columns explain."""
    left = (context.content & ~used).bit_count()
    share = left / max(1, context.content.bit_count())
    group = op if op in {"cell", "count"} else "computed"
    missed, seen = 0, used
    for bits in context.strong:
        if not bits & seen:
            missed += 1
            seen |= bits
    plain = (
        f"left:{min(left, 6)}",
        f"leftshare:{group}|{int(share * 5)}",
        f"missed:{min(missed, 3)}",
        f"missed:{group}|{min(missed, 3)}",
        f"headsleft:{min((context.headed & ~used).bit_count(), 3)}",
        f"numbersleft:{min((context.numbers & ~used).bit_count(), 2)}",
    )
    return Piece((), plain)
