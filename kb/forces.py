"""The territorial police forces of England and Wales and the names by which people call them."""

from __future__ import annotations

import re
from functools import lru_cache

from kb.terms import COUNTY_NAMES

FORCES = (
    "Avon and Somerset", "Bedfordshire", "Cambridgeshire", "Cheshire", "City of London", "Cleveland", "Cumbria",
    "Derbyshire", "Devon and Cornwall", "Dorset", "Durham", "Dyfed Powys", "Essex", "Gloucestershire",
    "Greater Manchester", "Gwent", "Hampshire", "Hertfordshire", "Humberside", "Kent", "Lancashire",
    "Leicestershire", "Lincolnshire", "Merseyside", "Metropolitan", "Norfolk", "North Wales", "North Yorkshire",
    "Northamptonshire", "Northumbria", "Nottinghamshire", "South Wales", "South Yorkshire", "Staffordshire",
    "Suffolk", "Surrey", "Sussex", "Thames Valley", "Warwickshire", "West Mercia", "West Midlands",
    "West Yorkshire", "Wiltshire",
)  # fmt: skip


@lru_cache(maxsize=64)
def force_forms(force: str) -> tuple[str, ...]:
    """The written forms of a force's name: in full, and the conventional short name of its county."""
    short = [form for form, county in COUNTY_NAMES.items() if county == force.lower() and form != "met"]
    extra = {"Metropolitan": ["Met Police", "the Met", "MPS"], "Greater Manchester": ["GMP"]}.get(force, [])
    dashed = [force.replace(" ", "-")] if " " in force else []
    return (force, *short, *extra, *dashed)


@lru_cache(maxsize=1)
def _pattern() -> re.Pattern[str]:
    forms = sorted((form for force in FORCES for form in force_forms(force)), key=len, reverse=True)
    return re.compile(r"\b(" + "|".join(re.escape(form) for form in forms) + r")\b", re.IGNORECASE)


@lru_cache(maxsize=4)
def _form_to_force() -> dict[str, str]:
    return {form.lower(): force for force in FORCES for form in force_forms(force)}


@lru_cache(maxsize=16384)
def text_to_forces(text: str) -> tuple[str, ...]:
    """Forces that a text names, by any of their names, in order of first appearance."""
    names = _form_to_force()
    return tuple(dict.fromkeys(names[match.group(1).lower()] for match in _pattern().finditer(text)))
