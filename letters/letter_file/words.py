"""How letters begin, ask and end: the words by which a line is known, in several languages.

What no word here fits can be said with a label: `Subject:`, `Salutation:`, `Closing:`.
"""

from __future__ import annotations

import re

LONGEST_SALUTATION = 100
LONGEST_CLOSING = 240

_SUBJECT = re.compile(
    r"(?:subject|re|regarding|concerning|objet|asunto|assunto|oggetto|betreff|betrifft|onderwerp"
    r"|ämne|emne|teema|aihe|asia|tēma|temats|tema|temat|dotyczy|тема|الموضوع|主题|主題|件名)"
    r"\s*[:：]\s*(.*)",
    re.IGNORECASE,
)
_LABEL = re.compile(r"(salutation|closing)\s*[:：]\s*(.*)", re.IGNORECASE)

# Stand before a name or title; the comma after it may be missing.
_OPENERS = re.compile(
    r"(?:dear|(?:your )?excellenc(?:y|ies)|your (?:majesty|grace|holiness|eminence|(?:royal |serene )"
    r"?highness)|to whom it may concern"
    r"|lugupeetud|austatud|arvoisa|hyvä|augsti godāt|godāt|cienījam|ļoti cienījam|gerbiam|didžiai"
    r" gerbiam|jūsų ekscelencija|szanown|ekscelencjo|wasza ekscelencjo|sehr geehrte|sehr verehrte"
    r"|eure exzellenz|exzellenz|geachte|hooggeachte|excellentie|bästa|ärade|ers excellens|kjære"
    r"|kære|ærede|votre excellence|excellence|cher |chère |excelentísim|estimad|su excelencia"
    r"|vuestra excelencia|excelentíssim|prezad|vossa excelência|egregi|gentile|eccellenza"
    r"|уважаем|многоуважаем|глубокоуважаем|ваше превосходительство|шановн|вельмишановн"
    r"|دولة|فخامة|معالي|سعادة|حضرة|尊敬的|拝啓)",
    re.IGNORECASE,
)
# Also begin an address ("Monsieur Jean Martin"): a salutation only with its comma or colon.
_TITLES = re.compile(
    r"(?:sir|madam|mr\.?|mrs\.?|ms\.?|mister|(?:the )?(?:right )?hono(?:u)?rable|esteemed"
    r"|respected|distinguished|monsieur|madame|mesdames|señor|señora|excm|senhor|senhora|exm"
    r"|signor|signora|herr|frau|السيد|السيدة)\b.*[,:!،，：]",
    re.IGNORECASE,
)
# "To the Prime Minister:" greets where nothing else does; often it is an address line.
_TO = re.compile(r"(?:to (?:the|all|every)\b|greetings\b).*[,:!]", re.IGNORECASE)
_RUN_ON = re.compile(
    r"(?:dear [^.,:!?]{2,60}|your excellenc(?:y|ies))[,:!]\s+\w.{20,}", re.IGNORECASE
)

_CLOSINGS = re.compile(
    r"(?:(?:(?:yours|very|most) ){0,2}(?:sincerely|faithfully|respectfully|truly|cordially"
    r"|gratefully|hopefully)(?: yours| submitted)?"
    r"|signed|best|warmly|yours(?: in .{1,40})?|(?:kind|kindest|best|warm|warmest|with(?: my| our)?) ?"
    r"(?:kind|kindest|best|warm|warmest)? ?(?:regards|wishes)|regards"
    r"|(?:with|in) (?:\w+,? ){0,6}(?:respect|regards|wish|wishes|esteem|appreciation|gratitude|hope"
    r"|solidarity|peace|friendship|consideration|confidence|anticipation))\s*[,.!:;–—-]*",
    re.IGNORECASE,
)
_FORMULAS = re.compile(
    r"(?:please accept|i remain|we remain|i have the honou?r to be|accept, |je vous prie d.agr"
    r"|nous vous prions d.agr|veuillez (?:agréer|recevoir)|łączę wyrazy|وتفضلوا|تفضلوا بقبول)",
    re.IGNORECASE,
)
_OTHER_CLOSINGS = re.compile(
    r"(?:lugupidamis|austusega|parimate soovidega|tervit|kunnioitt|ystävällisin|terveisin|ar "
    r"(?:\w+ )?cieņu|pagarbiai|su pagarba|z (?:wyrazami )?(?:szacunk|poważani)|cordialement"
    r"|respectueusement|sincèrement|avec (?:\w+ ){0,4}respect|atentamente|respetuosamente"
    r"|cordialmente|atenciosamente|respeitosamente|com os melhores|cordiali saluti|distinti saluti"
    r"|rispettosamente|con osservanza|mit (?:\w+ ){0,3}(?:grüßen|gruß|hochachtung|respekt)"
    r"|hochachtungsvoll|hoogachtend|met (?:\w+ ){0,2}(?:groet|hoogachting|respect)|med (?:\w+ )"
    r"{0,2}(?:hälsning|hilsen)|högaktningsfullt|ærbødigst|с (?:\w+ )?уважением|з (?:\w+ )?повагою"
    r"|مع (?:فائق|خالص)|此致|敬上|谨启|敬具).{0,60}",
    re.IGNORECASE,
)
_THANKS = re.compile(
    r"(?:thank you|thanks|many thanks|with (?:many )?thanks)\s*[,.!]?", re.IGNORECASE
)

_ASKS = re.compile(
    r"\b(?:I|we)\b[^.?!]{0,80}?\b(?:ask|urge|call (?:up)?on|call for|appeal|request|invite|implore"
    r"|beg|beseech|entreat|plead|petition|encourage|demand|would be grateful|count on you|look to you"
    r"|hope (?:that )?(?:you|your))\b"
    r"|(?:^|[.!?:]\s+)(?:\*\*)?(?:please(?! (?:accept|find|receive|note|be assured))"
    r"|(?:my|our) (?:request|appeal|ask|plea)\b|(?:I|we) therefore\b)"
    r"|\b(?:demand|pri|appel)(?:ons|e) (?:à|de|vous|instamment)|\bvous demand"
    r"|\b(?:pido|pedimos|instamos|insto|ruego|rogamos|hacemos un llamamiento)\b"
    r"|\b(?:bitte|bitten|fordere|fordern|appelliere|appellieren) \w+"
    r"|\b(?:palun|palume|kutsun|kutsume|pyydän|pyydämme|vetoan|vetoamme|aicinu|aicinām|lūdzu"
    r"|lūdzam|prašau|prašome|raginu|raginame|apeluję|apelujemy|proszę|prosimy|wzywam|wzywamy"
    r"|прошу|просим|призываю|призываем|просимо|закликаю|закликаємо)\b",
    re.IGNORECASE,
)
_IS_THANKS = re.compile(r"(?:\*\*)?(?:thank you|i thank|we thank|with thanks)\b", re.IGNORECASE)


def subject_in(plain: str) -> str | None:
    """Return what stands after `Subject:` or `Re:`, None on another line."""
    match = _SUBJECT.fullmatch(plain)
    return match[1].strip() if match else None


def label_in(plain: str, label: str) -> str | None:
    """Return what stands after `Salutation:` or `Closing:`, None on another line."""
    match = _LABEL.fullmatch(plain)
    return match[2].strip() if match and match[1].lower() == label else None


def is_salutation(plain: str) -> bool:
    if len(plain) > LONGEST_SALUTATION or plain.endswith((".", "?", ";")):
        return False
    if plain[:1].islower() or runs_on(plain):
        return False
    return bool(_OPENERS.match(plain) or _TITLES.fullmatch(plain))


def may_be_salutation(plain: str) -> bool:
    """Whether the line greets if no other one does."""
    return len(plain) <= LONGEST_SALUTATION and _TO.fullmatch(plain) is not None


def runs_on(plain: str) -> bool:
    """Whether the letter goes on in the line of its salutation."""
    return _RUN_ON.match(plain) is not None


def is_closing(plain: str) -> bool:
    if len(plain) > LONGEST_CLOSING:
        return False
    short = _CLOSINGS.fullmatch(plain) or _OTHER_CLOSINGS.fullmatch(plain)
    return bool(short or _FORMULAS.match(plain))


def may_be_closing(plain: str) -> bool:
    """Whether the line closes if no other one does."""
    return _THANKS.fullmatch(plain) is not None


def asks(text: str) -> bool:
    return _ASKS.search(text) is not None


def thanks(text: str) -> bool:
    return _IS_THANKS.match(text) is not None
