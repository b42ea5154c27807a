"""Wordings by which a question asks for a computation, as regular expressions."""

from __future__ import annotations

import re

PERCENT = r"(?:percentage|percent|per\s?cent|%)"
MOVE = r"(?:change|increase|decrease|growth|decline|drop|rise|reduction|fall|movement|improvement|variance)"
PERCENT_CHANGE = re.compile(
    rf"{PERCENT}\s+(?:\w+\s+)?{MOVE}|{MOVE}\s+(?:in|as a|by)\s+{PERCENT}(?:\s+terms)?\b|\bgrowth rate\b|"
    rf"\bby (?:what|how many) {PERCENT}"
    rf"|\b(?:year[- ]on[- ]year|yoy)\s+(?:{PERCENT}\s+)?(?:change|growth)",
    re.IGNORECASE,
)
CHANGE = re.compile(
    rf"\b{MOVE}s?\b(?:\s*/\s*\(\w+\))?(?=\s+(?:in|of|for|between|from|to|on|by|that|as)\b|\s*\?|\s+§|"
    rf"\s+(?:\w+\s+){{1,6}}(?:from|between|in) §)"
    r"|\bhow (?:much|many) (?:did|has|have|had)\b.*\b(?:change|increase|decrease|grow|decline|rise|fall|drop)d?\b"
    r"|\byear[- ]on[- ]year\b",
    re.IGNORECASE,
)
CHANGE_OF_SHARE = re.compile(rf"\b{MOVE} (?:in|of) (?:the )?(?:{PERCENT}|proportion|share|ratio)\b", re.IGNORECASE)
REASON = re.compile(
    r"\b(?:why|reasons?|caus\w+|led to|due to|driv\w+|contribut\w+ to|result(?:ed|ing)? (?:in|from)|factors?|"
    r"explain)\b",
    re.IGNORECASE,
)
AVERAGE = re.compile(r"(?<![-\w])(?<!weighted )(?:average|mean)\b", re.IGNORECASE)
SUM = re.compile(r"\b(?:total|sum|altogether|combined|in all|in total|aggregate|overall)\b", re.IGNORECASE)
RESPECTIVE = re.compile(r"\brespective(?:ly)?\b", re.IGNORECASE)
PERIOD_WORD = r"(?:(?:fiscal|financial|calendar)\s+)?(?:years?(?:\(s\))?|periods?|quarters?|fys?|months?)"
WHICH_PERIOD = re.compile(
    rf"\b(?:which|what)(?:\s+of the)?(?:\s+(?:fiscal|financial))?\s+{PERIOD_WORD}\b|^when\b|"
    rf"\bfor which {PERIOD_WORD}",
    re.IGNORECASE,
)
HOW_MANY_PERIODS = re.compile(rf"\bhow many (?:of the )?{PERIOD_WORD}\b", re.IGNORECASE)
MOST = re.compile(
    r"\b(?:larg|high|great|bigg|strong)(?:est|er)\b|\bmost\b|\bmaximum\b|\bpeak\b|"
    r"(?<!per cent )(?<!percent )\bmore\b(?! than)",
    re.IGNORECASE,
)
LEAST = re.compile(
    r"\b(?:small|low|weak)(?:est|er)\b|\bleast\b|\bminimum\b|\bfewe(?:st|r)\b|\bless\b(?! than)", re.IGNORECASE
)
BEYOND = re.compile(
    r"\b(?P<word>exceed(?:s|ed|ing)?|more than|greater than|higher than|larger than|above|over|at least|"
    r"less than|lower than|"
    r"smaller than|below|under|fewer than|"
    r"at most)\s*(?P<sign>[-−–]?)\s*[£$€¥]?\s*(?P<sign2>[-−–]?)(?P<number>\d[\d,]*(?:\.\d+)?)\s*"
    r"(?P<scale>%|thousands?|millions?|billions?|m\b|bn\b)?",
    re.IGNORECASE,
)
NEGATIVE = re.compile(r"\b(?P<word>negative|positive)\b", re.IGNORECASE)
OF_A_PERCENT = re.compile(
    rf"^(?P<a>.+?)\s+(?:expressed\s+)?as\s+(?:a|the)?\s*(?:{PERCENT}|proportion|share|fraction)\s+(?:of|over|"
    rf"to)\s+(?P<b>.+)$",
    re.IGNORECASE,
)
WHAT_PERCENT = re.compile(
    rf"\b(?:what|which)\s+(?P<kind>{PERCENT}|proportion|share|portion|fraction)\s+of\s+(?:the\s+)?(?P<b>.+?)\s+"
    r"(?:is|was|are|were|came|comes|come|consists?|consisted|relates?|related|has|had|did|does|do)\s+"
    r"(?:(?:made up|comprised|composed|generated|attributable|attributed|represented|accounted|constituted|"
    r"derived|contributed)\s*)?"
    r"(?:of|by|from|to|for|in)?\s*(?P<a>.+)$",
    re.IGNORECASE,
)
PERCENT_OF = re.compile(rf"\b(?P<kind>{PERCENT}|proportion|share)\s+(?:\w+\s+)?of\s+(?P<rest>.+)$", re.IGNORECASE)
RATIO = re.compile(r"\bratio\s+(?:of|between)\s+(?P<rest>.+)$", re.IGNORECASE)
DIFFERENCE = re.compile(
    r"\b(?:difference|gap)\b(?:\s+(?:in|of|for)\s+(?P<measure>.+?)\s+between|\s+(?:between|in|of|"
    r"for))\s+(?P<rest>.+)$"
    r"|\bhow (?:much|many) (?:more|less|fewer|higher|lower|larger|smaller)\b(?P<more>.+)$|"
    r"^(?P<left>.+)\bminus\b(?P<right>.+)$",
    re.IGNORECASE,
)
SUM_OF = re.compile(r"\b(?:sum|total|combined)\s+(?:\w+\s+)?(?:of|for)?\s*(?P<rest>.+)$", re.IGNORECASE)
JOIN_SHARE = re.compile(
    r"\s+(?:over|out of|to|among|amongst|in|within|against|relative to|from|on|for)\s+(?:the\s+)?", re.IGNORECASE
)
JOIN_RATIO = re.compile(r"\s+(?:to|over|and|against)\s+(?:the\s+)?", re.IGNORECASE)
JOIN_AND = re.compile(
    r"\s+(?:and|versus|vs\.?|compared (?:to|with)|as compared (?:to|with)|from|than|over)\s+(?:the\s+)?", re.IGNORECASE
)
JOIN_TO = re.compile(r"\s+(?:and|to)\s+(?:the\s+)?", re.IGNORECASE)
LISTED = re.compile(
    r"\bwhat (?:are|were)\b.*\b(?:components?|types?|items?|categor(?:y|ies)|segments?|regions?|currencies|"
    r"countries|kinds?|scopes?|"
    r"sources|elements?|parts?)\b|\bwhat (?:financial )?(?:items?|components?|segments?|regions?|countries)\b|"
    r"\bwhich (?:\w+\s+){0,2}"
    r"(?:items|components|segments|regions|countries|currencies|categories)\b",
    re.IGNORECASE,
)
COUNT_ROWS = re.compile(
    r"\bhow many (?:\w+\s+){0,2}?(?:components?|types?|items?|categories|segments?|regions?|currencies|countries|"
    r"kinds?)\b",
    re.IGNORECASE,
)
WHICH = re.compile(r"\b(?:which|what|who)\b", re.IGNORECASE)
