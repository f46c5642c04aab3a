"""What mail servers answer, in plain words: the same by Python and by the database."""

from __future__ import annotations

import pytest

from letters.models import Outbound
from letters.rendering.answers import ALL, as_expression, meaning
from tests.factories.letters import OutboundFactory

SAID = [
    (550, "5.1.1 <a@b.example>: Recipient address rejected: User unknown", "no_mailbox"),
    (550, "5.1.1", "no_mailbox"),
    (550, "5.1.10 <a@b.example>: address has null MX", "no_domain"),
    (550, "User unknown", "no_mailbox"),
    (550, "5.1.2 Host not found", "no_domain"),
    (552, "5.2.2 Mailbox full", "full"),
    (452, "4.2.2 The email account is over quota", "full"),
    (550, "5.2.1 The account has been turned off", "disabled"),
    (552, "5.3.4 Message size exceeds fixed limit", "too_big"),
    (554, "5.7.1 Message rejected as spam by content scanning", "spam"),
    (554, "5.7.1 Service unavailable; blocked using zen.spamhaus.org", "blocked"),
    (550, "5.7.26 This mail is not authenticated", "sender_proof"),
    (550, "5.7.1 Rejected by DMARC policy", "sender_proof"),
    (554, "5.7.1 <a@b.example>: Relay access denied", "relay"),
    (550, "5.7.1 You may not write here", "policy"),
    (535, "5.7.8 Error: authentication failed", "login"),
    (553, "5.1.8 Sender address rejected: Domain not found", "no_domain"),
    (550, "5.1.7 Bad sender", "our_sender"),
    (450, "4.2.0 <a@b.example>: Recipient address rejected: Greylisted", "greylisted"),
    (451, "4.7.1 Please try again later", "later"),
    (451, "4.7.28 We have detected an unusual rate of mail", "too_many"),
    (554, "5.4.6 Too many hops", "loop"),
    (451, "4.4.1 No answer from host", "unreachable"),
    (None, "timed out", "unreachable"),
    (451, "4.3.0 Temporary lookup failure", "their_system"),
    (500, "5.5.2 Syntax error", "protocol"),
    (550, "5.6.0 Lone CR in body", "content"),
    (None, "5 workers did not come back from it", "died"),
    (451, "Come back on Monday", "later"),
    (550, "Go away", "refused"),
    (None, "The text is erased.", "refused"),
    (250, "2.0.0 Ok: queued as ABC", "silent"),
    (None, "", "silent"),
    (550, "5.2.2x No code", "refused"),
    (550, "15.1.1 No code", "refused"),
    (550, "زبالة 垃圾 \ufffd", "refused"),
]


@pytest.mark.parametrize(("code", "answer", "key"), SAID)
def test_an_answer_has_a_meaning(code: int | None, answer: str, key: str) -> None:
    assert meaning(code, answer).key == key


@pytest.mark.django_db
def test_the_database_finds_the_same_meaning() -> None:
    for code, answer, _key in SAID:
        OutboundFactory(last_code=code, last_answer=answer)
    rows = Outbound.objects.annotate(said=as_expression())
    found = rows.values_list("last_code", "last_answer", "said")
    assert set(found) == set(SAID)


def test_every_meaning_is_told_with_what_to_do() -> None:
    assert len({one.key for one in ALL}) == len(ALL)
    assert all(str(one.what) and str(one.advice) and str(one.to_writers) for one in ALL)
