"""The workforce register: what documents say happens to people at work, by theme, with source, date and status.

How a passage gets under a theme is in ``classify.py``, its status in ``status.py``, numbers from tables in
``posts.py``; docs/evaluation.md says how it is measured and what came out.
"""

from __future__ import annotations

from kb.workforce.ordering import ORDERS as ORDERS
from kb.workforce.ordering import PROGRESS_WORDS as PROGRESS_WORDS
from kb.workforce.register import Entry as Entry
from kb.workforce.register import Overview as Overview
from kb.workforce.register import Register as Register
from kb.workforce.register import RegisterFilters as RegisterFilters
from kb.workforce.register import overview as overview
from kb.workforce.register import register as register
from kb.workforce.writing import KINDS as KINDS
from kb.workforce.writing import register_to_file as register_to_file
from kb.workforce.writing import register_to_json as register_to_json
from kb.workforce.writing import register_to_name as register_to_name
