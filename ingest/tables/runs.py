"""Lines of a page -> the runs that read as a table without rules of its own: head lines and body lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from ingest.layout.blocks import CAPTION, NOTE
from ingest.layout.parts import Edge
from ingest.tables.segments import Row, names_columns, rows_to_pitch

# Lines of a table stand no further apart than this many times the type size, header lines without rules than that.
WIDEST_GAP = 3.2
HEAD_GAP = 1.6
# A line this many times the usual distance below the last that stands over the figures alone is a header.
SET_OFF = 1.6
# So many lines without figures may stand between two with figures.
MOST_BETWEEN = 5
MOST_HEAD_LINES = 14
MOST_NAMES = 4
MOST_LABELS = 2
# A rule this much as wide as the table belongs to it as a whole.
WIDE = 0.6
# One that begins further right than this part of the width parts headings over the figures.
LABELS = 0.2
PROSE_WORDS = 9
# Rules of one table end within this many points of each other; words in a column begin so near.
SAME_ENDS = 4.0
ALIGNED = 3.0


@dataclass
class Run:
    """Rows of a table; ``head`` of them, from the top, are its header, None where nothing says how many.

    ``framed`` says that a rule stands above it.
    """

    rows: list[Row]
    head: int | None
    framed: bool = False


def rows_to_runs(rows: Sequence[Row], rules: Sequence[Edge]) -> list[Run]:
    """The tables among the lines of one column of a page, from top to bottom."""
    runs: list[Run] = []
    index = begin = 0
    frames = rows_to_frames(rows, rules)
    while index < len(rows):
        frame = frames.get(index)
        if frame is not None:
            runs.append(frame)
            begin = index = index + len(frame.rows)
            continue
        last = core_to_last(rows, index, rules) if rows[index].is_core else words_to_last(rows, index)
        last = min([last, *(start - 1 for start in frames if start > index)])
        if last == index or not is_run(rows[index : last + 1]):
            index += 1
            continue
        last = through_rules(rows, with_tail(rows, index, last, rules), len(rows) - 1, index, last, rules)
        first, head, framed = with_head(rows, begin, index, last, rules)
        runs.append(Run(list(rows[first : last + 1]), head, framed))
        begin = index = last + 1
    return runs


def rows_to_frames(rows: Sequence[Row], rules: Sequence[Edge]) -> dict[int, Run]:
    """The tables between rules of one width, by the index of their first line."""
    frames: dict[int, Run] = {}
    ordered = sorted(rules, key=lambda edge: edge.at)
    taken: set[int] = set()
    for number, top in enumerate(ordered):
        if number in taken:
            continue
        same = [i for i in range(number + 1, len(ordered)) if has_same_ends(ordered[i], top)]
        inside: list[int] = []
        last = top
        for other in same:
            between = lines_between(rows, last, ordered[other])
            if not reads_as_cells(rows, between, last, ordered[other], bool(inside)):
                break
            inside += between
            last = ordered[other]
            taken.add(other)
        framed = [rows[i] for i in inside]
        head = head_lines(framed, [edge for edge in ordered if has_same_ends(edge, top)]) if framed else None
        if is_frame(framed, head) and not any(i in run_indices(frames) for i in inside):
            frames[inside[0]] = Run(framed, head, True)
    return frames


def run_indices(frames: dict[int, Run]) -> set[int]:
    return {index for start, run in frames.items() for index in range(start, start + len(run.rows))}


def has_same_ends(edge: Edge, other: Edge) -> bool:
    return abs(edge.lo - other.lo) < SAME_ENDS and abs(edge.hi - other.hi) < SAME_ENDS and edge.at > other.at + 4


def lines_between(rows: Sequence[Row], top: Edge, bottom: Edge) -> list[int]:
    """The lines between two rules, as far as the rules reach."""
    return [
        i
        for i, row in enumerate(rows)
        if top.at - 2 < row.line.baseline - 0.3 * row.size < bottom.at and row.x1 > top.lo and row.x0 < top.hi
    ]


def reads_as_cells(rows: Sequence[Row], inside: Sequence[int], top: Edge, bottom: Edge, inner: bool) -> bool:
    """Whether lines between two rules are the cells of a table: close to the rules, in several parts, no prose."""
    own = [rows[i] for i in inside]
    if not own:
        return inner
    if list(inside) != list(range(inside[0], inside[-1] + 1)):
        return False
    if own[0].top - top.at > 2.5 * own[0].size or bottom.at - own[-1].bottom > 2.5 * own[-1].size:
        return False
    width = top.hi - top.lo
    if any(row.x0 < top.lo - 4 or row.x1 > top.hi + 4 or CAPTION.match(row.line.plain) for row in own):
        return False
    prose = sum(len(row.segments) == 1 and row.x1 - row.x0 > WIDE * width for row in own)
    parts = sum(len(row.segments) > 1 for row in own)
    return prose <= parts and (parts > 0 or all(len(row.segments[0]) <= PROSE_WORDS for row in own))


def is_frame(rows: Sequence[Row], head: int | None) -> bool:
    """Whether the lines between rules are enough for a table of words; those of figures show themselves, and fields
    with what is filled in are a form."""
    if head is None and max((len(row.segments) for row in rows), default=0) < 3:
        return False
    core = sum(row.is_core for row in rows)
    return sum(len(row.segments) > 1 for row in rows) > 1 and (core < 2 or 3 * core < len(rows))


def words_to_last(rows: Sequence[Row], index: int) -> int:
    """The index of the last line of a run of short words in three and more columns that begin at the same places."""
    first = rows[index]
    last = index
    if len(first.segments) < 3:
        return last
    lefts = [segment[0].x0 for segment in first.segments]
    for here in range(index + 1, len(rows)):
        row, before = rows[here], rows[here - 1]
        if row.top - before.bottom > HEAD_GAP * row.size or (len(row.segments) < 2 and not fits_column(row, lefts)):
            break
        starts = [segment[0].x0 for segment in row.segments]
        if sum(any(abs(x - left) < ALIGNED for left in lefts) for x in starts) < len(starts):
            break
        last = here
    return last if sum(len(row.segments) > 1 for row in rows[index : last + 1]) > 2 else index


def fits_column(row: Row, lefts: Sequence[float]) -> bool:
    """Whether a line ends before the next column begins: the rest of a cell."""
    return row.x1 < min((left for left in lefts if left > row.x0 + ALIGNED), default=row.x1 + row.size)


def core_to_last(rows: Sequence[Row], index: int, rules: Sequence[Edge]) -> int:
    """The index of the last line with figures of the run that begins at ``index``."""
    last = index
    for here in range(index + 1, len(rows)):
        row, before = rows[here], rows[here - 1]
        gap = (row.top - before.bottom) / max(row.size, 6.0)
        if gap > WIDEST_GAP or here - last > MOST_BETWEEN or begins_head(rows, here, index):
            break
        if begins_frame(rows, here, index, rules):
            break
        if row.is_core and shares_columns(row, rows[index : last + 1]):
            last = here
        elif not may_stand_between(row, rows[last], rows[index : last + 1]):
            break
    return last


def begins_head(rows: Sequence[Row], here: int, index: int) -> bool:
    """Whether a line set off from those above has no label: it heads columns, of this table or another."""
    run = rows[index:here]
    left = min((row.segments[1][0].x0 for row in run if row.is_core), default=0.0)
    if rows[here].is_core or rows[here].x0 < left - rows[here].size:
        return False
    step = rows[here].line.baseline - rows[here - 1].line.baseline
    steps = sorted(b.line.baseline - a.line.baseline for a, b in pairwise(run))
    widest = steps[4 * len(steps) // 5] if steps else 0.0
    return step > max(SET_OFF * rows_to_pitch(run), SET_OFF * rows[here].size, 1.2 * widest)


def begins_frame(rows: Sequence[Row], here: int, index: int, rules: Sequence[Edge]) -> bool:
    """Whether a line without figures, set off from those above, stands right above a rule: the title of a table."""
    if rows[here].is_core or here + 1 == len(rows):
        return False
    step = rows[here].line.baseline - rows[here - 1].line.baseline
    top, bottom = rows[here].line.baseline, rows[here + 1].line.baseline - 0.3 * rows[here + 1].size
    return step > SET_OFF * max(rows_to_pitch(rows[index:here]), rows[here].size) and any(
        top < edge.at < bottom for edge in wide_rules(rules, rows[index:here])
    )


def is_run(rows: Sequence[Row]) -> bool:
    """Enough lines with figures to be a table."""
    core = [row for row in rows if row.is_core]
    if not core:
        return len(rows) >= 3
    return len(core) >= 3 or sum(row.is_strong for row in core) >= 2


def shares_columns(row: Row, run: Sequence[Row]) -> bool:
    """Whether most of a line's figures stand below others of the lines before."""
    near = [one for one in run[-4:] if one.is_core]
    above = [(s[0].x0, s[-1].x1) for one in near for s in one.segments[1:]]
    own = [(s[0].x0, s[-1].x1) for s in row.figures if s is not row.segments[0]]
    own = own or [(s[0].x0, s[-1].x1) for s in row.segments[1:]]
    hits = sum(any(min(b1, x1) - max(b0, x0) > 0 for b0, b1 in above) for x0, x1 in own)
    return hits > 0 and 2 * hits >= len(own)


def may_stand_between(row: Row, last: Row, run: Sequence[Row]) -> bool:
    """Whether a line without figures can be a label, a group's heading or the rest of a cell."""
    if CAPTION.match(row.line.plain) or is_prose(row, run):
        return False
    if len(row.segments) == 1:
        edge = min((s[0].x0 for s in last.segments[1:]), default=last.x1)
        return row.x1 <= edge + row.size or len(row.segments[0]) <= PROSE_WORDS
    return len(row.segments) <= len(last.segments) + 1


def is_prose(row: Row, run: Sequence[Row]) -> bool:
    """Whether a line runs over most of the table's width as sentences do."""
    left, right = min(one.x0 for one in run), max(one.x1 for one in run)
    words = row.segments[0]
    return len(row.segments) == 1 and len(words) >= PROSE_WORDS and row.x1 - row.x0 > WIDE * (right - left)


def with_tail(rows: Sequence[Row], index: int, last: int, rules: Sequence[Edge]) -> int:
    """The index of the last line of the table: the rest of a wrapped label, and what stands above the bottom rule."""
    run = rows[index : last + 1]
    below = [edge.at for edge in wide_rules(rules, run) if edge.at > rows[last].line.baseline - 1]
    bottom = min(below, default=None)
    end = last
    for here in range(last + 1, min(len(rows), last + 1 + MOST_BETWEEN)):
        row, before = rows[here], rows[here - 1]
        gap = row.top - before.bottom
        if row.is_core or NOTE.match(row.line.plain) or begins_head(rows, here, index):
            break
        if gap > 1.5 * row.size or not may_stand_between(row, rows[last], run):
            break
        if (bottom is not None and row.line.baseline < bottom + 1) or (
            bottom is None and gap < 0.4 * row.size and is_rest_of_label(row, rows[last])
        ):
            end = here
        else:
            break
    return end


def is_rest_of_label(row: Row, last: Row) -> bool:
    """Words within the label's place that begin in lower case or with a bracket."""
    edge = min((s[0].x0 for s in last.segments[1:]), default=last.x1)
    begins = row.line.plain[:1]
    return len(row.segments) == 1 and row.x1 <= edge and (begins.islower() or begins == "(") and row.size == last.size


def wide_rules(rules: Sequence[Edge], run: Sequence[Row]) -> list[Edge]:
    """The rules as wide as the table, from top to bottom."""
    left, right = min(row.x0 for row in run), max(row.x1 for row in run)
    width = right - left
    found = (
        edge
        for edge in rules
        if min(edge.hi, right) - max(edge.lo, left) >= WIDE * width and edge.lo < left + LABELS * width
    )
    return sorted(found, key=lambda edge: edge.at)


def with_head(
    rows: Sequence[Row], begin: int, index: int, last: int, rules: Sequence[Edge]
) -> tuple[int, int | None, bool]:
    """Where the table begins, how many of its lines are the header, and whether a rule stands above it."""
    run = rows[index : last + 1]
    wide = wide_rules(rules, run)
    start = framed_head(rows, begin, index, run, wide)
    framed = start is not None
    if start is None:
        start = unframed_head(rows, begin, index, run, wide)
    else:
        start = through_rules(rows, start, begin, index, last, wide)
    return start, head_lines(rows[start : last + 1], wide), framed


def through_rules(rows: Sequence[Row], edge: int, end: int, index: int, last: int, rules: Sequence[Edge]) -> int:
    """The index of the outermost line towards ``end`` that stands between more rules of the table's width."""
    if edge == end:
        return edge
    wide = wide_rules(rules, rows[index : last + 1])
    down = end > edge
    ordered = wide if down else wide[::-1]
    beyond = [rule for rule in ordered if (rule.at > rows[edge].line.baseline - 1) == down]
    for near, far in pairwise(beyond):
        upper, lower = (near, far) if down else (far, near)
        inside = lines_between(rows, upper, lower)
        if not has_same_ends(lower, upper) or (inside[:1] != [edge + 1] if down else inside[-1:] != [edge - 1]):
            break
        if not reads_as_cells(rows, inside, upper, lower, False):
            break
        edge = inside[-1] if down else inside[0]
    return edge


def framed_head(rows: Sequence[Row], begin: int, index: int, run: Sequence[Row], wide: Sequence[Edge]) -> int | None:
    """Where the header begins below a rule as wide as the table: the one above a rule that parts header and body,
    or the first above lines that are more than labels. None where no such rule stands above."""
    parted = False
    for here in range(index, max(begin, index - MOST_HEAD_LINES) - 1, -1):
        row = rows[here]
        above = rows[here - 1] if here else None
        top = above.line.baseline - 1 if above else row.top - 2 * row.size
        if any(top < edge.at < row.line.baseline - 0.2 * row.size for edge in wide):
            labels = all(is_label_line(one, run) for one in rows[here:index])
            if parted or not labels or here == begin:
                return here
            parted = True
        if above is None or here == begin or not may_head(above, row, run, bool(wide)):
            break
    return None


def is_label_line(row: Row, run: Sequence[Row]) -> bool:
    """Whether a line stands in the first column alone."""
    edges = [s[0].x0 for one in run if one.is_core for s in one.segments[1:]]
    return len(row.segments) == 1 and row.x1 <= min(edges, default=row.x1) + row.size


def may_head(row: Row, below: Row, run: Sequence[Row], ruled: bool) -> bool:
    """Whether a line above the figures can be part of the header."""
    if CAPTION.match(row.line.plain) or is_prose(row, run):
        return False
    return below.top - row.bottom < (WIDEST_GAP if ruled else HEAD_GAP) * row.size


def unframed_head(rows: Sequence[Row], begin: int, index: int, run: Sequence[Row], wide: Sequence[Edge]) -> int:
    """Where the header begins when no rule says: the lines close above with several parts, or right of the labels."""
    left = min(row.x0 for row in run)
    several = [row for row in run if row.is_core] or [row for row in run if len(row.segments) > 1]
    label_end = min((row.segments[1][0].x0 for row in several if len(row.segments) > 1), default=left)
    start = index
    for here in range(index - 1, max(begin, index - MOST_HEAD_LINES) - 1, -1):
        row, below = rows[here], rows[here + 1]
        ruled = any(row.line.baseline < edge.at < below.line.baseline - 0.2 * below.size for edge in wide)
        if not may_head(row, below, run, ruled):
            break
        apart = len(row.segments) > 1 or row.x0 > label_end - row.size
        if apart and (row.x0 >= left - 2 * row.size or stands_over(row, run)):
            start = here
        elif not is_label_line(row, run) or index - here > MOST_LABELS:
            break
    return start


def stands_over(row: Row, run: Sequence[Row]) -> bool:
    """Whether each part of a line that begins further left stands over a part of the lines below."""
    spans = [(s[0].x0, s[-1].x1) for one in run[:MOST_HEAD_LINES] for s in one.segments]
    return len(row.segments) > 2 and all(
        any(min(s[-1].x1, x1) > max(s[0].x0, x0) for x0, x1 in spans) for s in row.segments
    )


def head_lines(rows: Sequence[Row], wide: Sequence[Edge]) -> int | None:
    """How many lines stand above the first rule inside the table; without one, above the first figures."""
    inside = [edge.at for edge in wide if rows[0].line.baseline - 1 < edge.at < rows[-1].line.baseline - 2]
    if inside:
        count = sum(row.line.baseline - 1 < inside[0] for row in rows)
        if count <= MOST_HEAD_LINES and 2 * count <= len(rows) + 1:
            return count
    count = next((i for i, row in enumerate(rows) if row.is_core), 0)
    while count and is_label_line(rows[count - 1], rows):
        count -= 1
    named = count
    while named < min(len(rows), MOST_NAMES) and names_columns(rows[named]):
        named += 1
    bodies = [row for row in rows[named:] if row.is_core]
    if named > count and 4 * sum(not names_columns(row) for row in bodies) >= 3 * len(bodies) > 0:
        count = named
    return count or None
