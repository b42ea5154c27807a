"""What questions look like: the wordings of each intent and of each kind of thing that is asked for. Data only."""

from __future__ import annotations

import re

# Intents; the more particular ones are tried first (see table_evidence.run_operation).
INTENTS: dict[str, tuple[str, ...]] = {
    "definition": (
        r"\bwhat (?:is|are|was) meant by\b",
        r"\bmean(?:s|ing)?\b.*\?",
        r"\bstands? for\b",
        r"\bdefin",
        r"\bwhat does .{1,40} mean\b",
        r"\bexplain the term\b",
        r"\bshort for\b",
        r"\bin full\b",
    ),
    "difference": (
        r"\bdifference between\b",
        r"\bhow (?:much|many) (?:more|less|fewer|higher|lower|bigger|smaller)\b",
        r"\bgap\b.*\bbetween\b",
        r"\boutnumber",
        r"\bdiffer (?:in|by)\b",
        r"\bhow far apart\b",
        r"\bdeduct|\bsubtract",
        r"\bexceed",
        r"\bby how much\b",
        r"\b(?:fall|fell|falls) short\b",
        r"\b(?:more|less|fewer) than .* by\b",
        r"\bshortfall\b",
        r"\bhow far (?:short|off|above|below)\b",
        r"\bhow (?:far|much)\b.*\b(?:miss|overshoot|undershoot|overspen[dt]|underspen[dt])(?:ed|ing)?\b",
        r"\bmiss(?:ed|ing)?\b.*\bby\s*\?",
        r"\bhow (?:steeply|sharply|steep|sharp)\b.*\b(?:change|rise|fall|drop|grow|growth|increase|decrease)d?\b",
        r"\bhow (?:much|many|far)\b.*\b(?:change|rise|fall|drop|grow|increase|decrease)d?\b(?:\s*\?|"
        r"\s+(?:between|from|by|over|in|after|since|to)\b)",
    ),
    "share": (
        r"\bwhat (?:share|proportion|fraction|percentage|per ?cent) of\b",
        r"\bas a (?:share|percentage|proportion) of\b",
        r"\bhow (?:large|big) an? (?:share|part|slice|portion|chunk)\b",
        r"\bwhat (?:slice|chunk|part|portion|cut) of (?:all|the (?:total|whole|overall))\b",
    ),
    "average": (
        r"\baverage\b",
        r"\bmean (?:value|bid|cost|saving)\b",
        r"\bon average\b",
    ),
    "sum": (
        r"\b(?:in total|altogether|all together|combined|put together|add(?:ed)? up|sum of|"
        r"together (?:cost|pay|come|save|receive|get|worth|make|bring)|total (?:of|for|across|over|from)|"
        r"overall (?:total|sum)|taken together|in all|all told|summed|adds? up to|come[s]? to in)\b",
        r"\bput .{1,60} together\b",
        r"\bforces (?:together|jointly|combined)\b",
        r"\btogether (?:contribute|retain|have|hold|employ|spend|keep|provide)\b",
        r"\bbetween them\b",
        r"\b(?:add|adding) up\b",
        r"\b(?:over|in|across|for) the (?:first|last) (?:two|three|four|five)\b",
        # "What do A and B save a year together?", but not "working together"
        r"\band\b[^?]*(?<!working )(?<!work )(?<!worked )(?<!brought )(?<!put )\btogether\b(?! with\b)",
        r"\ball\b [^?]{3,60}(?<!working )(?<!work )(?<!worked )(?<!brought )(?<!put )\btogether\b(?! with\b)",
        r"\b(?:two|three|four|five|both)\b[^?]*\bworth\b[^?]*\btogether\b",
        r"\bjointly (?:pay|cost|spend)\b",
    ),
    "max": (r"(?<!\bat )\b(?:largest|biggest|highest|most|greatest|top|maximum|costliest|longest|dearest)\b",),
    "min": (r"(?<!\bat )\b(?:smallest|lowest|least|fewest|minimum|cheapest|tiniest)\b",),
    "count": (
        r"\bhow many (?:of the )?(?:[\w/-]+ ){0,3}(?:bids|rows|collaborations|projects|units|forces|terms|"
        r"entries|functions|schemes|areas|portfolios|programmes|themes)\b",
        r"\bcount (?:the|all|up|how|them|those)\b",
        r"\bnumber of (?:bids|projects|forces|units|collaborations)\b",
    ),
    "list": (
        r"\b(?:list|name|which|what) (?:all |the )?(?:\w+ )?(?:two|three|four|five|six|seven|eight|nine|"
        r"ten|eleven|twelve)\b",
        r"\blist\b",
        r"\bname (?:the|all|every)\b",
        r"\bwhat (?:are|were) (?:the|some|all)\b",
        r"\bwhich (?!two\b|three\b|of\b)(?:[\w-]+ ){0,3}(?:forces|units|projects|bodies|areas|functions|"
        r"teams|services|organisations|groups|collaborations|unions|systems|sections|themes|bids)\b",
        r"\bwhat (?:kinds?|types?|sorts?) of\b",
        r"\bwho (?:are|were) (?:the|all)\b",
        r"\bwhat recommendations\b",
        r"\b(?:what|which) [a-z]{3,}[^s\W]s of\b",
        r"\bin (?:what|which) ways\b",
        r"\b(?:what|which|where|whose) (?:[\w/’'-]+ ){0,5}[a-z]{3,}[^s\W]s "
        r"(?:are|were|do|have|had|will|did|does|has|can|could|would|should|must|might|may|need)\b",
        r"\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve) (?:[\w-]+ )?(?:things|points|steps)\b",
        r"\bwhich (?:pcc|force|commissioner|chief constable|portfolio)\b.*\bwhich\b",
        r"\benumerate\b",
    ),
    "why": (
        r"\bwhy\b",
        r"\bfor what reason\b",
        r"\bwhat (?:reason|caus|led to|lay behind|is behind|was behind)",
        r"\bhow come\b",
        r"\brationale\b",
        r"\bbecause of what\b",
    ),
    "how": (
        r"^how (?:is|are|was|were|do|does|did|will|would|can|should|has|have)\b",
        r"\bin what way\b",
        r"\bby what means\b",
    ),
}

# Kinds of thing that an answer must hold.
WANTS: dict[str, tuple[str, ...]] = {
    "percent": (
        r"(?<!\d)(?<!\d )\bper ?cent\b",  # "more than 30 per cent" gives one
        r"\bpercentage\b",
        r"(?<!\d)(?<!\d )%",
        r"\bproportion\b",
        r"\bshare of\b",
        r"\bwhat fraction\b",
    ),
    "money": (
        r"(?<!\bby )\bhow much (?!(?:more|less|worse|new|of|time|notice)\b|(?!over\b|ever\b|under\b)[a-z]{2,}er\b)",
        r"\bby how much (?:money|cash)\b",
        r"\b(?:spends?|pays?|costs?|saves?|contributes?|gets?|receives?) (?:the )?(?:most|least)\b",
        r"£(?!\s?\d)",
        r"\bin pounds\b",
        r"\bhow many pounds\b",
        r"\bwhat (?:is|was|are|were|did|does|do|will|would|has|have|had|sum)\b.*\b(?:costs?|budgets?|pay|"
        r"paid|contribut\w*|sav(?:e|ed|es|ings?)|funding|funded|grants?|spen[dt]|spending|worth|price|"
        r"receive\w*|get(?! \w+ed\b)|gap|bill|expenditure)\b",
        r"\bbudget\b.*\?$",
        r"\bhow (?:large|big|high) (?:is|was|were|are) .*\b(?:budget|grant|saving|cost|gap|bid|contribution)\b",
    ),
    "number": (
        r"\bhow many\b",
        r"\bnumber of\b",
        r"\bhow (?:large|big) (?:is|was|are|were)\b",
        r"\bheadcount\b",
    ),
    "date": (
        # "When did it start?", "since when?", but not "what happens when posts move?"
        r"\bwhen (?:exactly |precisely )?(?:is|are|was|were|do|does|did|will|would|can|could|should|shall|has|have|had|"
        r"might|must|may)\b",
        r"\b(?:say|says|said|know|tell (?:me|us)) when\b",
        r"\bwhen\s*\?",
        r"^(?!.*\b(?:what|which|who|whose|how|why|where)\b).*\bwhen\b",
        r"\bwhat (?:date|year|month|day|time)\b",
        r"\bwhich (?:year|month)\b",
        r"\bhow soon\b",
        r"\bby what date\b",
        r"\bdeadline\b",
        r"\bsince what\b",
    ),
    "person": (
        r"\bwho\b",
        r"\bwhom\b",
        r"\bwhose\b",
        r"\bwhich (?:chief|officer|person|commissioner|company|body|firm)\b",
    ),
    "place": (
        r"\bwhere\b",
        r"\bwhat (?:place|town|address|building|location)\b",
    ),
}
# "Cost per officer": what the word after "per" names divides.
PER = re.compile(
    r"\b(?:per|for (?:each|every))\s+(?!(?:year|annum|month|week|day|cent)\b)([\w-]+(?:\s[\w-]+)?)", re.IGNORECASE
)
# Two things are laid side by side: nobody wants them added up.
COMPARED = re.compile(r"\bcompar\w+|\bside by side\b|\bversus\b|\bvs\b", re.IGNORECASE)

# What came about beside what was planned: "what has this saved us, against what target?".
AGAINST = re.compile(
    r"\b(?:against|versus|vs\.?|compared (?:with|to)|set against) (?:what |which |the |its |our |their |a )?"
    r"(?:[\w-]+ )?(?:targets?|plans?|budgets?|forecasts?)\b",
    re.IGNORECASE,
)
