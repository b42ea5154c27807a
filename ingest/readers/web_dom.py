"""The elements of a web page: walking them without recursion, and what a reader does not see or read of them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

SKIPPED = frozenset(
    "script style template noscript iframe object embed svg canvas audio video select datalist button input textarea "
    "head title meta link map progress meter rt rp dialog frameset".split()
)
BLOCKS = frozenset(
    "address article aside blockquote body center dd details dialog dir div dl dt fieldset figcaption figure footer "
    "form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main menu nav ol p pre search section summary table "
    "caption tbody thead tfoot tr td th ul".split()
)
HEADINGS = {f"h{level}": level for level in range(1, 7)}
INVISIBLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
FURNITURE_ROLES = frozenset(("navigation", "banner", "contentinfo", "search", "complementary", "alertdialog"))
# These belong to a section where they stand in one, and to the page where they do not.
FURNITURE_UNLESS_WITHIN = frozenset(("header", "footer", "aside"))
WITHIN = frozenset(("main", "article", "section"))
# What pages without such elements call the same things.
FURNITURE_NAMES = re.compile(
    r"^(?:site|page|global|main|top|left|right|primary|secondary|side)?[-_]?"
    r"(?:nav|navbar|navigation|menu|breadcrumbs?|footer|masthead|sidebar|skip[-_]?links?)$"
    r"|^(?:site|page|global)[-_]?(?:header|banner)$",
    re.IGNORECASE,
)
# Sections have classes of these names too, but a page has one element with such an id.
FURNITURE_IDS = frozenset(("header", "banner"))
CONSENT = re.compile(
    r"(?:cookies?|consent|gdpr)[-_]{0,2}(?:\w{1,12}[-_]{1,2})?(?:banner|bar|notice|message|popup|modal|dialog|overlay|prompt)"
    r"|(?:cookie|consent)[-_]?(?:consent|law|alert)",
    re.IGNORECASE,
)
SKIP_LINK = re.compile(r"^(?:skip|jump) to\b|^(?:back to |return to )?top(?: of page)?$", re.IGNORECASE)


def walk(root: Any, enter: Callable[[Any], bool], leave: Callable[[Any], None], text: Callable[[str], None]) -> None:
    """Visit an element and all in it in order, however deep; what ``enter`` says no to is passed over whole."""
    waiting = [(root, False)]
    while waiting:
        node, done = waiting.pop()
        if done:
            leave(node)
        elif node.is_text_node:
            text(node.text_content or "")
        elif node.is_element_node and enter(node):
            waiting.append((node, True))
            child = node.last_child
            while child is not None:
                waiting.append((child, False))
                child = child.prev


def is_hidden(node: Any) -> bool:
    """Whether a reader of the page neither sees an element nor can make it appear."""
    if node.tag in SKIPPED:
        return not (node.tag == "dialog" and "open" in node.attributes)
    attributes = node.attributes
    if not attributes:
        return False
    if "hidden" in attributes or attributes.get("aria-hidden") == "true":
        return True
    return bool(INVISIBLE.search(attributes.get("style") or ""))


def is_furniture(node: Any, within: bool) -> bool:
    """Whether an element is there for the site and not for the page; ``within`` says that it is part of the content."""
    tag, attributes = node.tag, node.attributes
    if tag == "nav" or (attributes.get("role") or "") in FURNITURE_ROLES - ({"complementary"} if within else set()):
        return True
    if tag in FURNITURE_UNLESS_WITHIN and not within:
        return True
    names = f"{attributes.get('id') or ''} {attributes.get('class') or ''}".split()
    if any(CONSENT.search(name) for name in names) and tag != "body":
        return True
    named = attributes.get("id") in FURNITURE_IDS or any(FURNITURE_NAMES.match(name) for name in names)
    return not within and tag in BLOCKS and named


def is_skip_link(node: Any) -> bool:
    """Whether a link only moves about in the page: "Skip to main content", "Back to top"."""
    target = node.attributes.get("href") or ""
    return node.tag == "a" and target.startswith("#") and bool(SKIP_LINK.match(" ".join(node.text().split())))
