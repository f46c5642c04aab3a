"""Is a message a machine's? Vacation notices, receipts, lists, and our own mail on its way round.

RFC 3834 names the header; many programs set others, or only a subject.
"""

from __future__ import annotations

import re

from letters.message_ids import is_ours
from letters.returns.addresses import sender_of
from letters.returns.incoming import Incoming
from letters.returns.words import param

HOPS = 60  # RFC 5321 §6.3 allows 100; a mail that went round us once has fewer
_ALWAYS = (
    "X-Autoreply", "X-Autorespond", "X-Autoresponder", "X-Mail-Autoreply", "X-Auto-Reply-From",
    "X-Vacation", "List-Id", "List-Post", "X-Cron-Env",
)  # fmt: skip
_PRECEDENCE = {"auto_reply", "auto-reply", "junk", "list"}
# How mail programs begin the subject of an automatic answer, in the languages of offices.
_SUBJECT = re.compile(
    r"(?:\W|re:|aw:|sv:|vs:)*"
    r"(?:auto(?:matic|mated|matisk[at]?|mated)?[- ]?(?:reply|response|svar|antwort)|auto: |"
    r"out of (?:the )?office|away from (?:my|the) (?:office|desk)|on (?:annual )?leave|"
    r"automatische (?:antwort|reactie|antwoord)|automatisch antwoord|abwesenheit|"
    r"ich bin (?:derzeit )?nicht im büro|afwezig|réponse automatique|absence du bureau|absent |"
    r"respuesta automática|fuera de (?:la )?oficina|resposta automática|fora do escritório|"
    r"risposta automatica|fuori sede|automaattinen vastaus|poissa toimistosta|autosvar|"
    r"frånvaro|fravær|automaatvastus|kontorist väljas|automātisk|automatinis atsakymas|"
    r"odpowiedź automatyczna|autoodpowiedź|automatická odpov|răspuns automat|automatikus válasz|"
    r"αυτόματη απάντηση|автоматич|автоответ|otomatik yanıt|رد تلقائي|תשובה אוטומטית|"
    r"自動(?:応答|返信)|自动(?:答复|回复)|자동 회신)",
    re.IGNORECASE,
)


def is_automatic(incoming: Incoming, *, answers_us: bool = False) -> bool:
    """Whether no person wrote it. `answers_us`: it names one of our mails as what it answers.

    Ticket systems mark what officials write there as bulk: that alone makes no answer automatic.
    """
    submitted = incoming.header("Auto-Submitted").lower()
    if submitted and not submitted.startswith("no"):
        return True
    if any(incoming.message.get(name) is not None for name in _ALWAYS):
        return True
    precedence = incoming.header("Precedence").lower() or incoming.header("X-Precedence").lower()
    if precedence in _PRECEDENCE or (precedence == "bulk" and not answers_us):
        return True
    if _is_receipt(incoming) or incoming.header("Return-Path") == "<>":
        return True
    return _SUBJECT.match(incoming.header("Subject")) is not None


def _is_receipt(incoming: Incoming) -> bool:
    """Whether it says that a message was displayed (RFC 8098)."""
    message = incoming.message
    kind = param(message, "report-type").lower()
    return message.get_content_type() == "multipart/report" and kind == "disposition-notification"


def is_loop(incoming: Incoming, own_sender: str) -> bool:
    """Whether it is our own mail that came round, or one that went round too often."""
    domain = own_sender.rpartition("@")[2].lower()
    return (
        incoming.message.get("X-Letter-ID") is not None
        or is_ours(incoming.header("Message-ID"), domain)
        or sender_of(incoming) == own_sender.lower()
        or len(incoming.message.get_all("Received", [])) > HOPS
    )
