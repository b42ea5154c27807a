"""The themes of the impact register: what each is about, in words for people, for the model and for the rules.

A theme is recognised by its own words (``telling``), by words that support them (``helping``), and by nearness in
meaning to the sentences of ``exemplars.py``. All are written from how public bodies in general speak of their staff,
not from any one document. ``stems`` are the beginnings of words without which none of them can be met; they spare
most passages the slower patterns.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

NUMBER = (
    r"(?:\d[\d,.]*|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty|fifty"
    r"|dozens?|hundreds?|thousands?)"
)
# Who works: the words by which reports name the people that this register is about.
WORKER = (
    r"(?:officers?|staff|staffing|employees?|workers?|workforce|personnel|posts?|post-?holders?|roles?|jobs?|colleagues"
    r"|constables?|sergeants?|detectives?|firefighters?|nurses?|assistants?|clerks?|analysts?|researchers?|specialists?"
    r"|investigators?|apprentices?|trainees?|operators?|operatives?|crews?|supervisors?|managers?|drivers?|advisers?"
    r"|librarians?"
    r"|solicitors?|lawyers?|engineers?|technicians?|teachers?|doctors?|social workers?|team leaders?|PCSOs?"
    r"|administrators?|locums?"
    r"|FTEs?|whole[- ]time equivalents?|headcount|people in post|members? of (?:staff|the team))"
)
WORKERS = re.compile(rf"\b{WORKER}\b|\bhuman resources\b|\bHR\b|\bpeople (?:who|from|in)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Theme:
    """One theme. ``title`` heads its part of the register and ``about`` says in a sentence what belongs there."""

    key: str
    title: str
    about: str
    stems: str
    telling: tuple[str, ...]
    helping: tuple[str, ...]

    @cached_property
    def stem_pattern(self) -> re.Pattern[str]:
        return re.compile(rf"\b(?:{self.stems.replace(' ', '|')})", re.IGNORECASE)

    @cached_property
    def telling_pattern(self) -> re.Pattern[str]:
        return re.compile("|".join(self.telling), re.IGNORECASE)

    @cached_property
    def helping_pattern(self) -> re.Pattern[str]:
        return re.compile("|".join(self.helping), re.IGNORECASE)


THEMES = (
    Theme(
        "posts",
        "Posts and numbers",
        "How many officers, staff or posts there are, and which posts are created, filled or lost.",
        (
            "officer staff employ worker workforce personnel post role job colleague constable sergeant detective"
            " operat "
            "crew supervisor driver adviser librarian solicitor lawyer engineer technician teacher doctor social"
            " pcso admin locum whole "
            "firefighter nurse assistant clerk analyst researcher specialist investigator apprentice trainee fte "
            "headcount people member vacan full establishment model proportion percent turnover natural team"
            " strength number size "
            "structure smaller shrink enlarg expand slim lead head manager director"
        ),
        (
            rf"\b(?!(?:19|20)\d\d\b){NUMBER}\s+(?!(?:[\w-]+\s+)?chief\b)(?:(?!of\b|per\b"
            rf"|or\b)[\w/-]+\s+){{0,3}}{WORKER}\b",
            r"\b(?:police )?(?:officers?|staff|posts|employees|FTEs?|headcount|establishment"
            r"|workforce)\b:?[^.;:£]{0,12}?\b"
            r"(?!(?:19|20)\d\d\b)\d[\d,.]*(?!\d*\s*(?:%|per\s?cent))",
            rf"\b(?:staff|officer|post|workforce|employee) numbers\b|\bnumbers? of (?:[\w’']+ ){{0,4}}?{WORKER}\b",
            rf"\b(?:fewer|additional|extra|vacant|surplus|smaller|larger|minimum|lower) (?:[\w-]+ ){{0,3}}?{WORKER}\b",
            rf"\b{WORKER} (?:[\w-]+ ){{0,3}}?(?:numbering|created|deleted|disestablished|removed|lost|cut|axed"
            rf"|frozen|vacant)\b",
            rf"\b(?:create|delete|remove|cut|lose|shed|fill|freeze|reduc\w*"
            rf"|do without)\w* (?!by\b)(?:[\w-]+ ){{0,4}}?{WORKER}\b",
            r"\bvacan(?:t|cy|cies)\b|\bheadcount\b|\b(?:full|whole)[- ]time equivalents?\b|\bFTEs?\b"
            r"|\bestablishment of \d",
            r"\b(?:in|into|taken up|took up|up a|fill\w*) (?:[\w-]+ ){0,3}?posts?\b(?! (?:office|code))",
            rf"\b(?:recruit(?:ed|s|ing)?|appoint(?:ed|s|ing)?|hired?|engaged) (?:[\w’'/-]+ ){{0,5}}?(?:{WORKER}|lead"
            rf"|head|team)\b",
            rf"\b(?:{WORKER}|lead|head|team|constable|manager|director) (?:[\w-]+ ){{0,4}}?(?:recruited|appointed)\b",
            r"\b(?:a|an|another|new|regional|joint) post (?:at|of|for|as|to)\b",
            rf"\b(?:team|staff|complement|strength) of {NUMBER}\b|\bstaffed\b|\bstaffing (?:levels?|models?"
            rf"|structures?)\b",
            r"\bmodels? of staffing\b|\bproportion of (?:the )?workforce\b|\b% of the (?:\w+ ){0,3}workforce\b",
        ),
        (
            r"\b(?:turnover|natural wastage|numbers?|strength|team|size|structure|management posts|posts?|full-time"
            r"|reduced?|smaller|fewer|cut)\b",
            r"\b(?:enlarg|expand|shrink|slim)\w*",
        ),
    ),
    Theme(
        "transfer",
        "Redundancy, transfer and employer",
        "Redundancy, redeployment, TUPE transfer, secondment, and who employs staff.",
        (
            "tupe transfer redundan redeploy severance dismiss job risk los laid employ host second early "
            "voluntary contract outsourc leav"
        ),
        (
            r"\bTUPE\b|\btransfer of undertakings\b|\bredundan\w+|\bredeploy\w*|\bseverance\b|\bdismiss(?:al|ed)\b",
            r"\bjobs? loss(?:es)?\b|\bat risk of (?:losing|redundancy|dismissal)\b|\blos\w+ their jobs?\b"
            r"|\blaid off\b|\bcontinuity of (?:service|employment)\b",
            rf"\b{WORKER} (?:[\w-]+ ){{0,4}}?transfer(?:s|red|ring)?\b",
            rf"\btransfer(?:s|red|ring)?\b (?:of )?(?:[\w-]+ ){{0,4}}?{WORKER}\b",
            r"\b(?:host|lead|new|same|joint|single|different|original|home|former|present) employer\b"
            r"|\bemploying (?:force|"
            r"authority|body|council|organi[sz]ation)\b|\b(?:will|would|to|shall) (?:be employ|employ (?:the|all|its"
            r"|their))",
            r"\bsecond(?:ed|ment|ments)\b|\b(?:early|voluntary) (?:retirement|exit|release)\b",
        ),
        (r"\b(?:transfer|employer|employs?|employed|employment|contracts?|outsourc\w+|leav(?:e|ing|ers))\b",),
    ),
    Theme(
        "place",
        "Places of work",
        "Where people work: moves, sites that open or close, shared buildings, travel.",
        (
            "relocat place work co commut mov job home agile travel journey start report parade finish depot based"
            " hous run administered sited site "
            "building premises accommodation headquarters hub location station footprint left leave vacat clos "
            "their its the where shar estate rationali keep across distance miles centre control office"
        ),
        (
            r"\brelocat\w+|\bplaces? of work\b|\bwork(?:ing)? (?:locations?|base)\b|\bco-?locat\w+|\bcommut\w+",
            r"\bmov\w+ (?:jobs|staff|officers|people|teams?|posts)\b|\bjobs? elsewhere\b|\bhome[- ]?working\b",
            r"\bagile working\b|\bwork(?:ing)? (?:from home|remotely|flexibly)\b|\btravel (?:time|costs?|expenses"
            r"|and)\b",
            r"\b(?:based|housed|run|administered|worked|sited) (?:in|at|from"
            r"|out of) (?:(?!and\b)[\w-]+ ){0,3}?(?:sites?|buildings?|"
            r"offices?|hubs?|locations?|headquarters|stations?|cent(?:re|er)s?|bases?)\b",
            r"\b(?:single|one|same|joint|shared?|new|purpose-built|three|two|several|different|five"
            r"|four) (?:[\w-]+ )?(?:sites?|"
            r"building|premises|accommodation|headquarters|hubs|locations|stations?|footprint)\b",
            r"\b(?:left|leave|vacat\w+|clos\w+|mov\w+ (?:in)?to|move out of) (?:the |a |its "
            r"|their )?(?:[\w-]+ ){0,3}?(?:cent(?:re|er)|"
            r"offices?|buildings?|sites?|premises|headquarters|stations?|depots?)\b",
            r"\b(?:their|its|the) location\b|\bwhere they are (?:situated|based|located)\b|\bshar\w+ premises\b",
            r"\b(?:start|report|parade|finish)\w* (?:[\w-]+ ){0,4}?(?:at|from) (?:[\w-]+ ){0,4}?(?:depots?|stations?"
            r"|sites?|offices?|hubs?)\b",
            rf"\b(?:journey|travel|commute)\w*\b[^.;]{{0,40}}\bwork\b|\b{WORKER}\b[^.;]{{0,30}}\bjourneys?\b"
            rf"|\bjourneys? (?:to work|each way)\b",
            r"\bstations? for joint use\b|\b(?:footprint|hubs)\b|\bestates?\b (?:rationali|strategy|review|on a)"
            r"|\brationali[sz]\w+ the estate",
            r"\bthe building\b (?:will|is to|would)|\bkeeps? a control room|\bacross borders\b",
        ),
        (
            r"\b(?:sites?|buildings?|locations?|located|estates?|headquarters|distance|miles|premises|accommodation)\b",
            r"\b(?:move[sd]?|moving|centres?|control rooms?|stations?|offices?|based)\b",
        ),
    ),
    Theme(
        "terms",
        "Terms and conditions",
        "Pay, allowances, overtime, hours, contracts, and the rules under which people are employed.",
        (
            "term t&c condition pay salar wage pension overtime shift unsocial housing market travel allowance "
            "working contract weekly roster annual flexi employment job evaluat re hr human people personnel "
            "permanent temporary fixed agency casual zero car mileage user subsistence clothing staff harmoni grade"
            " reward hour leave polic procedure"
        ),
        (
            r"\bterms (?:and|&) conditions\b|\bconditions of (?:service|employment)\b|\bT&Cs\b",
            r"\bpay (?:rises?|awards?|scales?|grades?|bands?|freeze|protection|progression|and (?:conditions|grading"
            r"|reward))\b",
            r"\bsalar(?:y|ies)\b|\bwages?\b|\bpensions?\b|\bovertime\b|\b(?:shift|unsocial hours|housing|market"
            r"|travel) (?:allow|"
            r"supplement|payment)\w*|\b(?:car|mileage|user|subsistence|clothing) allowance\b|\ballowances\b",
            r"\b(?:working|contracted|weekly) hours\b|\bshift patterns?\b|\brosters?\b|\bannual leave\b"
            r"|\bflexi-?time\b",
            r"\bcontracts? of employment\b|\bemployment contracts?\b|\bjob evaluation\b|\bevaluat\w+ (?:of )?jobs\b"
            r"|\bre-?grad\w+",
            r"\b(?:HR|human resources|people|employment|personnel) (?:policies|policy|procedures)\b",
            r"\b(?:permanent|temporary|fixed[- ]term|agency|casual|zero[- ]hours)(?:ly)? (?:staff|employees"
            r"|contracts?|and)\b",
            r"\bstaff (?:are|is) (?:[\w-]+ ){0,2}?(?:permanent|contracted|temporary)\b"
            r"|\bharmonis\w+ (?:of )?(?:conditions|procedures|pay)\b",
        ),
        (r"\b(?:conditions|pay|grades?|reward|hours|leave|policies|policy|procedures|harmoni[sz]\w+)\b",),
    ),
    Theme(
        "skills",
        "Training and skills",
        "Training, accreditation, skills kept or lost, and careers.",
        (
            "train re upskill skill accredit qualif career professional learn apprentice competenc specialis "
            "programme induction coach mentor expert what develop capable knowledge experience course"
        ),
        (
            r"\btrain(?:ed|ing|ers?)\b|\bre-?train\w*|\b(?:up)?skill(?:s|ed|ing)?\b|\baccredit\w+|\bqualif(?:ied"
            r"|ications?)\b",
            r"\bcareers?\b|\bprofessional development\b|\bapprentice(?:s|ships?)?\b",
            r"\bcompetenc\w+|\bspecialisms?\b|\bprogrammes of learning\b|\binduction\b|\bcoaching\b|\bmentoring\b",
            r"\bexpertise in\b|\bexpert(?:ise)? of (?:its|the|their) (?:staff|resources|people)\b"
            r"|\bwhat its workforce is capable of\b",
        ),
        (
            r"\b(?:expertise|specialist|learning and development|develop\w*|capable|knowledge|experience|courses?"
            r"|learn\w*)\b",
        ),
    ),
    Theme(
        "conversion",
        "Officer posts converted to staff posts",
        "Work of officers given to staff (civilianisation, workforce modernisation).",
        (
            "workforce moderni civilian conver role post job task dut work officer warranted uniformed sworn "
            "staff gr performed tak task front"
        ),
        (
            r"\bworkforce moderni[sz]ation\b|\bmoderni[sz]\w+ (?:of )?(?:the |its |their )?workforce\b"
            r"|\bcivilianis\w+|\bcivilianiz\w+",
            r"\bconver\w+\b[^.;]{0,60}\b(?:posts?|roles?|officers?|staff)\b|\b(?:posts?"
            r"|roles?)\b[^.;]{0,60}\bconvert\w*",
            r"\b(?:roles?|posts?|jobs?|tasks?|duties|work)\b[^.;]{0,50}\bofficers?\b[^.;]{0,60}\b(?:by|to|into"
            r"|with) (?:[\w-]+ ){0,3}?"
            r"(?:staff|civilians?)\b",
            rf"\btak\w+ (?:on|over)\b[^.;]{{0,40}}\b(?:work|duties|tasks|roles?)\b[^.;]{{0,40}}\b{WORKER}",
            rf"\b(?:work|duties|tasks|roles?)\b[^.;]{{0,50}}\btaken (?:on|over) by\b[^.;]{{0,30}}\b{WORKER}",
            r"\b(?:officer|warranted|uniformed|sworn) (?:roles?|posts?|positions?)\b[^.;]{0,50}\b(?:staff"
            r"|civilians?)\b",
            r"\b(?:staff|civilians?) (?:[\w-]+ ){0,4}?(?:instead|in place) of (?:[\w-]+ )?officers\b|\bgr(?:ey"
            r"|een) book\b",
        ),
        (r"\b(?:warranted|convert\w*|moderni[sz]\w+|civilians?|performed by|taken on by|front ?line)\b",),
    ),
    Theme(
        "consultation",
        "Consultation",
        "Who was or will be consulted: staff associations, unions, staff themselves.",
        (
            "consult trade union staff association unison police federation superintendent gmb fire fbu "
            "collective focus partnership works asked invited joint engag view represent feedback comment discuss "
            "communicat interview inform concern told"
        ),
        (
            r"\bconsult(?:s|ed|ing|ations?|ative)?\b|\btrade unions?\b|\b(?:the|and|with|or) unions?\b"
            r"|\bunions (?:and|in|are|have)\b",
            r"\bstaff associations?\b|\bassociations and unions\b|\bUnison\b|\bUNISON\b|\bPolice Federation\b"
            r"|\bthe Federation\b",
            r"\bSuperintendents[’']? Association\b|\bGMB\b|\bFire Brigades Union\b|\bFBU\b|\bcollective bargaining\b",
            r"\bfocus groups?\b|\bstaff (?:surveys?|representatives|forum|engagement|side)\b|\bpartnership forum\b"
            r"|\bworks council\b",
            r"\b(?:asked|invited) (?:them|staff|officers|employees|people) (?:for|to)\b|\bjoint negotiating\b",
        ),
        (
            r"\b(?:engag\w+|views?|represent\w+|feedback|comments?|discuss\w+|communicat\w+|interview\w*|inform\w*"
            r"|concerns?|told)\b",
        ),
    ),
    Theme(
        "general",
        "Effects on staff in general",
        "What is said about the effects of changes on people at work under no other heading.",
        (
            "implication consequence effect impact human hr staff workforce employee people affect officer what "
            "bring benefit does workload morale well sickness abstract restructur reorgani change uncertain"
        ),
        (
            r"\b(?:implications?|consequences?|effects?|impacts?)\b[^.;]{0,60}\b(?:human resources|HR|staff"
            r"|workforce|employees|officers)\b",
            r"\b(?:human resources|HR|staff(?:ing)?|workforce|employee|people) (?:implications?|impacts?"
            r"|consequences|effects)\b",
            r"\baffect(?:s|ed|ing)?\b[^.;]{0,30}\b(?:staff|workforce|employees|jobs|officers and staff)\b",
            r"\b(?:staff|workforce|employees|officers)\b[^.;]{0,20}\b(?:are|be|were|is) (?:\w+ )?affected\b",
            r"\bwhat [^.;]{0,40} means for (?:human resources|staff|employees|the workforce)\b|\b(?:brings|benefits"
            r"|does)\b[^.;]{0,140}\bstaff\b",
            r"\b(?:workload|morale|well-?being|sickness absence|abstract\w+)\b[^.;]{0,40}\b(?:staff|officers"
            r"|employees|workforce)\b",
            r"\b(?:staff|officers|employees|workforce)\b[^.;]{0,40}\b(?:workload|morale|well-?being|sickness"
            r"|abstracted)\b",
        ),
        (r"\b(?:impacts?|effects?|implications?|consequences|restructur\w+|reorgani[sz]\w+|changes?|uncertain\w*)\b",),
    ),
)
BY_KEY = {theme.key: theme for theme in THEMES}
