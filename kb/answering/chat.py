"""Questions as people type them in a hurry: chat spellings written out, greetings and thanks left off."""

from __future__ import annotations

import re

# Chat spelling: what it stands for. Words that documents may use themselves ("no", "ta") are not here.
SPELT: dict[str, str] = {
    "abt": "about",
    "agn": "again",
    "b4": "before",
    "bc": "because",
    "bcos": "because",
    "btw": "by the way",
    "coz": "because",
    "cud": "could",
    "dat": "that",
    "evry": "every",
    "gna": "going to",
    "gonna": "going to",
    "hav": "have",
    "hows": "how is",
    "jst": "just",
    "mtg": "meeting",
    "n": "and",
    "ppl": "people",
    "r": "are",
    "sez": "says",
    "shud": "should",
    "smth": "something",
    "somthing": "something",
    "teh": "the",
    "thats": "that is",
    "thru": "through",
    "tonite": "tonight",
    "u": "you",
    "ur": "your",
    "wat": "what",
    "wats": "what is",
    "wen": "when",
    "wernt": "were not",
    "whats": "what is",
    "whens": "when is",
    "wheres": "where is",
    "whos": "who is",
    "wich": "which",
    "wot": "what",
    "wots": "what is",
    "wud": "would",
}
POLITE = r"(?:please|pls|plz|thanks?|thank you|thx|cheers|ta)"
GREETING = re.compile(
    rf"^(?:(?:hi there|hi|hiya|hello|hey|dear all|morning|sry|sorry|{POLITE}|(?:a )?quick (?:one|1|q|question)|quick|"
    r"(?:b4|before) (?:the |our )?(?:mtg|meeting))\b[\s,.:;!–-]*)+",
    re.IGNORECASE,
)
THANKS = re.compile(rf"[\s,.!–-]*\b{POLITE}\b[\s.!]*(?P<mark>\?*)[\s.!]*(?:{POLITE}\b[\s.!]*)*$", re.IGNORECASE)
# Single capitals are names ("N Division").
WORD = re.compile(r"(?<![\w’'&/])(?:[a-z]|[A-Z][a-z])[a-z0-9]*(?![\w’'&/])")
WITH = re.compile(r"(?<!\w)w/(?=\s)")


def written_out(text: str) -> str:
    """A question in full words: "hiya wots teh budget 4 u lot pls" loses its greeting and thanks, "wots" is "what is".

    A text that is nothing but a greeting is left as it is.
    """
    bare = THANKS.sub(lambda match: match["mark"], GREETING.sub("", text)).strip()
    if not any(character.isalnum() for character in bare):
        return text
    bare = WITH.sub("with", bare)
    return WORD.sub(lambda word: SPELT.get(word.group().lower(), word.group()), bare)
