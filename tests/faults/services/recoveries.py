"""How long it takes until all is as before. Measured with the settings as shipped."""

from __future__ import annotations

import signal
import time

from django.db import connections

from tests.faults import tricks
from tests.faults.services.place import Place, end
from tests.faults.site import Site
from tests.faults.stack import wait


def lost_bell(where: Place) -> tuple[Site, float]:
    """From a sign POST whose bell got lost to the mail in the sink. Shipped settings."""
    with where.site(sweep=15) as site:
        site.start_all()
        person = site.person(1)
        site.web.env["CELERY_BROKER_URL"] = "redis://127.0.0.1:9/0"  # nobody hears the bell
        site.web.kill()
        site.web.start()
        site.sign_by_web(person)
        took = wait(lambda: site.link(person), "the mail", 90)
        site.confirm_by_web(person)
        end(site)
    return site, took


def dead_sender(where: Place) -> tuple[Site, float]:
    """From a worker's death with mails in its hands to the last of them in the sink."""
    with where.site(sweep=15) as site:
        site.worker_service.env["FAILPOINTS"] = "send.after_rcpt=kill@3"
        persons = [site.person(number) for number in range(20)]
        site.surely(tricks.confirmed_letters, [(p.name, p.email, p.words) for p in persons])
        site.confirmed += persons
        site.start_all()
        wait(lambda: site.fired, "the death of the sender", 60)
        site.worker_service.kill()
        site.worker_service.start()
        took = site.wait_until_sent(150)
        end(site)
    return site, took


def redis_back(where: Place) -> tuple[Site, float]:
    """From Redis being back, after ten seconds away, to the last letter in the sink."""
    with where.site(sweep=15) as site:
        site.start_all()
        site.load(2).join()
        where.redis.kill()
        persons = [site.person(number) for number in range(5)]
        for person in persons:
            site.sign_by_web(person)
        time.sleep(10)
        where.redis.start()
        took = wait(lambda: all(site.link(person) for person in persons), "the mails", 150)
        for person in persons:
            site.confirm_by_web(person)
        end(site)
    return site, took


def database_back(where: Place) -> tuple[Site, float]:
    """From PostgreSQL being back to the first sign POST taken and its mail in the sink."""
    assert where.postgres is not None
    with where.site(sweep=15) as site:
        site.start_all()
        site.load(2).join()
        where.postgres.signal(signal.SIGQUIT)
        assert where.postgres.process is not None
        where.postgres.process.wait()
        time.sleep(5)
        where.postgres.start()
        connections.close_all()
        person, started = site.person(7), time.monotonic()
        site.sign_by_web(person)
        wait(lambda: site.link(person), "the mail", 90)
        took = time.monotonic() - started
        site.confirm_by_web(person)
        end(site, window=True)
    return site, took
