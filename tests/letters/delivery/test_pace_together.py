"""Several workers and one office, at the same moment, on a database that locks rows."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Barrier

import pytest
from django.db import connection, transaction
from django.utils import timezone

from letters.delivery import digest, pace
from letters.enums import LetterState
from letters.models import Digest, Outbound
from tests.factories.campaign import CampaignFactory, OfficeFactory
from tests.factories.letters import LetterFactory, OutboundFactory

pytestmark = [
    pytest.mark.services,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        not os.environ.get("SINCERELY_SERVICES"), reason="make services-test runs this"
    ),
]

WORKERS = 8


def together(work: object, *given: object) -> list[object]:
    """Do `work` in as many threads as there are `given`, all at once."""
    start = Barrier(len(given))

    def one(argument: object) -> object:
        try:
            start.wait()
            return work(argument)  # type: ignore[operator]
        finally:
            connection.close()

    with ThreadPoolExecutor(len(given)) as pool:
        return list(pool.map(one, given))


def test_one_worker_of_many_uses_the_time_of_an_office() -> None:
    campaign, office, now = CampaignFactory(per_hour=30), OfficeFactory(), timezone.now()
    mails = [
        OutboundFactory(letter__office=office, letter__submission__campaign=campaign)
        for _ in range(WORKERS)
    ]

    def claims(mail: Outbound) -> datetime | None:
        with transaction.atomic():
            return pace.wait(mail, now)

    assert together(claims, *mails).count(None) == 1


def test_workers_reserve_different_times() -> None:
    campaign, office, now = CampaignFactory(per_hour=30), OfficeFactory(), timezone.now()

    def queues(_: object) -> datetime:
        with transaction.atomic():
            return pace.slot(office, campaign, now)

    found = sorted(together(queues, *range(WORKERS)))  # type: ignore[type-var]
    assert len(set(found)) == WORKERS
    assert (found[-1] - found[0]).total_seconds() >= (WORKERS - 1) * 120  # type: ignore[operator]


def test_sweepers_together_make_one_digest(monkeypatch: pytest.MonkeyPatch) -> None:
    campaign = CampaignFactory(delivery="digest", office_hours=False)
    office = OfficeFactory(working_days="1234567", opens="00:00", closes="23:59")
    for _ in range(3):
        LetterFactory(
            office=office, submission__campaign=campaign, state=LetterState.QUEUED,
            pdf_bytes=1000,
        )  # fmt: skip
    monkeypatch.setattr(digest, "AT", datetime.min.time())
    made = together(lambda _: digest.gather(), *range(4))
    assert sorted(map(bool, made)) == [False, False, False, True]
    assert Digest.objects.get().count == 3
