"""What befalls Redis and what is in it: F10, F11, F13."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from statistics import median

from tests.faults.run import Person
from tests.faults.servers import Proxy
from tests.faults.services.place import Place, end
from tests.faults.site import Site, p95
from tools.console import ROOT


def f10(where: Place) -> Site:
    """Redis flushed, killed without AOF, away, full: signing goes on, nothing is lost."""
    with where.site() as site:
        site.start_all()
        site.load(2).join()
        site.visits.clear()
        load = site.load(15)
        _trouble_redis(where)
        load.join()
        slow = p95(site.visits)
        if slow > 1.0:
            site.problems.append(f"requests took {slow:.2f} s (p95) while Redis was in trouble")
        if bad := [visit.status for visit in site.visits if visit.status >= 500]:
            site.problems.append(f"{len(bad)} requests were answered with {sorted(set(bad))}")
        _sign_without_redis(where, site)
        end(site)
    return site


def _sign_without_redis(where: Place, site: Site) -> None:
    """Redis is away, and the web has just been started: it has never been connected."""
    where.redis.kill()
    site.web.kill()
    site.web.command[site.web.command.index("--workers") + 1] = "1"
    site.web.start()
    persons = [site.person(number) for number in range(15)]
    site.sign_by_web(persons[0])  # whose first pages and forms are slow, Redis or not
    site.visits.clear()
    for person in persons[1:]:
        site.sign_by_web(person)
    if (slow := p95(site.visits)) > 1.0:
        site.problems.append(f"requests took {slow:.2f} s (p95) without Redis")
    where.redis.start()
    for person in persons:
        site.confirm_by_web(person)


def _trouble_redis(where: Place) -> None:
    client = where.redis.client
    for _ in range(3):
        time.sleep(1)
        client.flushall()
    where.redis.kill()
    time.sleep(4)
    where.redis.start()
    time.sleep(2)
    client.config_set("maxmemory", "1mb")
    client.config_set("maxmemory-policy", "noeviction")
    time.sleep(3)
    client.config_set("maxmemory", "0")


def f11(where: Place) -> Site:
    """Redis accepts connections and says nothing: the bell gives up, the request does not wait."""
    proxy = Proxy(where.redis.port)
    try:
        with where.site(proxy=proxy.port) as site:
            site.start_all()
            persons = [site.person(number) for number in range(10)]
            usual = _signing_takes(site, persons[:5])
            proxy.set(timeout=True)
            hung = _signing_takes(site, persons[5:])
            if hung - usual > 0.5:
                site.problems.append(f"a sign POST took {hung:.2f} s, {usual:.2f} s usually")
            if max(visit.seconds for visit in site.visits) > 2.0:
                site.problems.append("a request was held while Redis hung")
            proxy.set()
            for person in persons:
                site.confirm_by_web(person)
            end(site)
    finally:
        proxy.end()
    return site


def _signing_takes(site: Site, persons: list[Person]) -> float:
    """Return the median time in seconds of what these people send."""
    site.visits.clear()
    for person in persons:
        site.sign_by_web(person)
    return median(visit.seconds for visit in site.visits if visit.status in (302, 303))


def f13(where: Place) -> Site:
    """Unknown, old and broken messages in the queue: ignored, the work is done all the same."""
    with where.site() as site:
        site.start_all()
        queue = "celery"
        for garbage in ("not json", "{}", json.dumps({"body": "e30=", "headers": {}})):
            where.redis.client.lpush(queue, garbage)
        send = "from campaign.celery import app\n"
        send += "app.send_task('letters.deliver_old', args=['x'])\n"
        send += "app.send_task('letters.deliver', args=['no-uuid'])\n"
        send += "app.send_task('letters.deliver', args=['a', 'b', 'c'], kwargs={'d': 1})\n"
        subprocess.run([sys.executable, "-W", "ignore", "-c", send], cwd=ROOT, env={**os.environ, **site.env()}, check=True)  # fmt: skip
        site.load(3).join()
        if not site.worker_service.alive:
            site.problems.append("the worker ended")
        end(site)
    return site
