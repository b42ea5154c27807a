"""The words of :mod:`kb.wording`, under the name that the parts of ``app`` know them by."""

from kb.wording import answer_to_remarks as answer_to_remarks
from kb.wording import citation_to_where as citation_to_where
from kb.wording import page_to_doubt as page_to_doubt
from kb.wording import page_to_words as page_to_words
from kb.wording import page_word as page_word
from kb.wording import pages_to_words as pages_to_words
from kb.wording import section_to_path as section_to_path
