"""The faults of the table, those that forks can show. Each befalls a site of its own.

A fault is a function of a run; what it finds wrong it adds to the run's problems. The checker
looks at the invariants after each. Faults of whole processes and servers: services.py.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

from tests.faults import desk, people, tricks
from tests.faults.pool import Job
from tests.faults.run import Person, Run
from tests.faults.scenarios import DAY, OFFICE, begin, plain


@dataclass(frozen=True)
class Fault:
    number: str
    what: str
    befall: Callable[[Run], None]
    databases: tuple[str, ...]
    most_extra: int
    modes: tuple[bool, ...]


FAULTS: dict[str, Fault] = {}
BOTH = ("sqlite", "postgres")
QUICK = ("F04", "F05", "F06", "F09", "F18", "F31")


def fault(
    number: str, what: str, *, databases: tuple[str, ...] = BOTH, most_extra: int = 0,
    reconcile: tuple[bool, ...] = (False,),
) -> Callable[[Callable[[Run], None]], Callable[[Run], None]]:  # fmt: skip
    def keep(befall: Callable[[Run], None]) -> Callable[[Run], None]:
        FAULTS[number] = Fault(number, what, befall, databases, most_extra, reconcile)
        return befall

    return keep


def jobs(kind: str) -> list[Job]:
    return [
        {
            "section": "faults", "database": kind, "fault": one.number, "case": one.what,
            "seed": 1, "reconcile": mode,
        }
        for one in FAULTS.values() if kind in one.databases for mode in one.modes
    ]  # fmt: skip


def befall(run: Run, number: str) -> None:
    one = FAULTS[number]
    run.most_extra = 0 if run.reconcile else one.most_extra
    one.befall(run)


def must(run: Run, true: object, sentence: str) -> None:
    if not true:
        run.problems.append(sentence)


def fired(run: Run, *places: str) -> None:
    for place in places:
        marks = list((run.folder / "failpoints").glob(f"fired-{place}"))
        must(run, marks, f"no fault befell at {place}")


def strike(run: Run, action: str, *places: str) -> None:
    run.failpoint = ",".join(f"{place}={action}" for place in places)


def many(run: Run, count: int, words: str = "") -> list[Person]:
    """Many people's confirmed letters, queued: written by the bench, not by requests."""
    start = len(run.confirmed)
    persons = [run.person(start + number) for number in range(count)]
    persons = [replace(person, words=words or person.words) for person in persons]
    for first in range(0, count, 25):  # a process of the bench has a minute
        some = persons[first : first + 25]
        run.surely(tricks.confirmed_letters, [(one.name, one.email, one.words) for one in some])
    run.confirmed += persons
    return persons


# --- requests ------------------------------------------------------------------------------------


@fault("F01", "web killed before the commit of the sign POST")
def f01(run: Run) -> None:
    strike(run, "kill", "sign.before_commit")
    plain(run)
    fired(run, "sign.before_commit")
    must(run, run.surely(tricks.submissions) == 2, "not one submission a person")


@fault("F02", "web killed after the commit of the sign POST, before the bell")
def f02(run: Run) -> None:
    strike(run, "kill", "sign.after_commit")
    plain(run)
    fired(run, "sign.after_commit")
    must(run, run.surely(tricks.submissions) == 2, "not one submission a person")


@fault("F03", "web killed before and after the commit of the confirm POST")
def f03(run: Run) -> None:
    strike(run, "kill", "confirm.before_commit", "confirm.after_commit")
    plain(run)
    fired(run, "confirm.before_commit", "confirm.after_commit")
    person = run.confirmed[0]
    must(run, run.press_link(person) in (200, 302, 409), "a second press was an error")
    must(run, run.surely(tricks.letters) == 2, "a second press made a letter")


# --- workers ---------------------------------------------------------------------------------------


@fault("F04", "sender killed before claim, after claim, after connect, after RCPT")
def f04(run: Run) -> None:
    places = ("send.before_claim", "send.after_claim", "send.after_connect", "send.after_rcpt")
    strike(run, "kill", *places)
    plain(run)
    fired(run, *places)


@fault("F05", "sender killed between the announcement and DATA")
def f05(run: Run) -> None:
    strike(run, "kill", "send.after_intent")
    plain(run)
    fired(run, "send.after_intent")


@fault(
    "F06", "sender killed after the dot, and after the 250", most_extra=2, reconcile=(False, True)
)
def f06(run: Run) -> None:
    run.surely(desk.write_to, f"dot-stall20x1.{OFFICE}")
    begin(run)
    worker = run.start(people.work_once)
    until(lambda: any(one.letter for one in run.sink.arrivals(run.mark)))
    worker.kill()
    run.note_fault()
    run.surely(desk.write_to, OFFICE)
    strike(run, "kill", "send.after_250")
    run.expected = {"sent"}
    run.settle()
    fired(run, "send.after_250")


@fault("F07", "a letter that kills its renderer")
def f07(run: Run) -> None:
    persons = many(run, 7)
    persons += many(run, 1, words=people.POISON)
    run.worker = people.work_with_poison
    run.settle()
    states = run.surely(tricks.states)
    poisoned = states.get(persons[-1].email)
    must(run, poisoned == "held", f"the poisoned letter is {poisoned}")
    must(run, sum(state == "sent" for state in states.values()) == 7, f"others: {states}")


@fault("F08", "SIGTERM in the middle of sending, twenty times")
def f08(run: Run) -> None:
    many(run, 40)
    for _ in range(20):
        worker = run.start(people.work)
        time.sleep(run.random.uniform(0.0, 0.4))
        worker.signal(signal.SIGTERM)
        end = worker.wait(20)
        must(run, not end.hung and end.signal in (0, signal.SIGTERM), f"on SIGTERM: {end}")
        run.note_fault()
    run.expected = {"sent"}
    run.settle()


@fault("F09", "sender stopped for 20 minutes before DATA, then woken")
def f09(run: Run) -> None:
    strike(run, "stop", "send.before_intent")
    plain(run)
    fired(run, "send.before_intent")
    run.wake_zombies()


@fault("F12", "each bell rung five times, four workers, any order")
def f12(run: Run) -> None:
    many(run, 12)
    run.surely(tricks.render_all)
    keys = run.surely(tricks.due_mails)
    workers = [
        run.start(tricks.deliver_each, run.random.sample(keys * 2, len(keys) * 2)) for _ in range(4)
    ]
    for worker in workers:
        must(run, worker.wait().good, "a worker failed")
    run.expected = {"sent"}
    run.settle()


@fault("F15", "rows and database locked by another for a while")
def f15(run: Run) -> None:
    persons = [run.person(number) for number in range(3)]
    for person in persons:
        run.sign(person)
    run.settle()
    for person in persons:
        holder = run.start(tricks.hold_locks, 1.2)
        time.sleep(0.2)
        run.confirm(person)
        worker = run.start(people.work_once)
        must(run, holder.wait().good, "the holder of the locks failed")
        must(run, not worker.wait().hung, "the worker hung at the lock")
    run.expected = {"sent"}
    run.settle()


@fault("F16", "many writers, a hundred of them killed at any moment")
def f16(run: Run) -> None:
    persons = [run.person(number) for number in range(25)]
    for person in persons:
        data = run.form(person)
        forks = [run.start(people.post, "/en/bench/", data) for _ in range(2)]
        forks += [run.start(people.work_once) for _ in range(2)]
        time.sleep(run.random.uniform(0.0, 0.15))
        for fork in forks:
            fork.kill()
        run.note_fault()
        run.press("/en/bench/", data)
    run.most_extra = len(persons)
    run.settle()
    must(run, run.surely(tricks.submissions) == 25, "not one submission a person")


@fault("F28", "a hundred bad rows at the head of the queue")
def f28(run: Run) -> None:
    good = [run.person(number) for number in range(10)]
    bad = [Person("Bad", f"rcpt451.{n}@people.bench.internal", "-") for n in range(100)]
    for group in (bad, good):
        run.surely(tricks.waiting_for_confirmation, [(p.name, p.email, p.words) for p in group])
    run.work()
    arrived = {one.recipient for one in run.sink.arrivals(run.mark)}
    must(run, {one.email for one in good} <= arrived, "a good mail waited behind bad ones")
    run.at_rest = False


@fault("F29", "three sweepers at once; and nothing but `deliver --once`")
def f29(run: Run) -> None:
    many(run, 10)
    strike(run, "kill", "send.after_250")
    run.work()
    run.failpoint = ""
    sweepers = [run.start(tricks.sweep) for _ in range(3)]
    for sweeper in sweepers:
        must(run, sweeper.wait().good, "a sweeper failed")
    run.most_extra = 1
    run.expected = {"sent"}
    run.settle()


@fault("F34", "everything killed at once, at fifty moments", most_extra=50)
def f34(run: Run) -> None:
    waiting: list[Person] = []
    for number in range(50):
        person = run.person(number)
        data = run.form(person)
        forks = [run.start(people.post, "/en/bench/", data)]
        forks += [run.start(people.work_once) for _ in range(2)]
        time.sleep(run.random.uniform(0.0, 0.25))
        for fork in forks:
            fork.kill()
        run.note_fault()
        run.press("/en/bench/", data)
        waiting.append(person)
        if number % 5 == 4:
            run.settle()
            for one in waiting:
                run.confirm(one)
            waiting.clear()
    run.expected = {"sent"}
    run.settle()


# --- mail servers ------------------------------------------------------------------------------------


@fault("F18", "mail server unreachable, unknown, TLS broken, certificate unknown, login refused")
def f18(run: Run) -> None:
    begin(run)
    ways = {
        "refused": "smtp://127.0.0.1:9", "unknown": "smtp://no-such-host.invalid:25",
        "tls": f"smtp+tls://127.0.0.1:{run.sink.listen('tlsfail')}",
        "certificate": f"smtp+tls://127.0.0.1:{run.sink.listen('selfsigned')}",
        "login": f"smtp://user:wrong@127.0.0.1:{run.sink.listen('auth535')}",
    }  # fmt: skip
    for name, url in ways.items():
        run.use(EMAIL_URL=url)
        run.work()
        seen = run.surely(tricks.server_of, url)
        must(run, seen["trouble"], f"{name}: no notice of trouble")
        must(run, set(seen["states"]) == {"queued"}, f"{name}: letters are {seen['states']}")
        must(run, not seen["attempts"], f"{name}: letters were charged")
    run.use_port(run.sink.port)
    run.expected = {"sent"}
    run.settle()


@fault("F19", "4xx at every phase, and greylisting for 15 minutes")
def f19(run: Run) -> None:
    run.surely(desk.write_to, f"rcpt450x3.data451x1.dot452x1.{OFFICE}")
    begin(run)
    for phase in ("banner", "ehlo", "mail"):
        for code in (421, 450, 451, 452):
            run.use_port(run.sink.listen(f"{phase}{code}x1"))
            run.work()
            run.travel(60)
    run.expected = {"sent"}
    run.settle()


@fault("F20", "5xx: a supporter's address, an office's address three times, our sender")
def f20(run: Run) -> None:
    wrong = Person("Wrong", "rcpt550.wrong@people.bench.internal", "-")
    run.sign(wrong)
    run.settle()
    run.use_port(run.sink.listen("mail554x1"))
    run.surely(desk.write_to, f"dot554.{OFFICE}")
    many(run, 4)
    run.expected = {"held", "awaiting_confirmation"}
    run.settle()
    seen = run.surely(tricks.office)
    must(run, seen["paused"], "the office is not paused after three refusals")
    must(run, run.surely(tricks.suppressed, wrong.email), "the supporter's address is not stopped")


@fault("F21", "mailbox full for five days")
def f21(run: Run) -> None:
    run.surely(desk.write_to, f"rcpt452.{OFFICE}")
    begin(run)
    for _ in range(5):
        run.work()
        run.travel(DAY)
    run.surely(desk.write_to, OFFICE)
    run.expected = {"sent"}
    run.settle()


@fault("F22", "silence, a byte a second, resets: no worker is held", most_extra=4)
def f22(run: Run) -> None:
    begin(run)
    for script in ("tarpit", "banner-stall", "rcpt-stallx1", "dot-stallx1", "dot-rstx1"):
        run.use_port(run.sink.listen(script))
        started = time.monotonic()
        run.work()
        took = time.monotonic() - started
        must(run, took < 25, f"{script}: a worker was held for {took:.0f} s")
        run.note_fault()
        run.travel(20 * 60)
    run.use_port(run.sink.port)
    run.settle()


@fault("F23", "one office refuses, the other takes; the writer's copy goes anyway")
def f23(run: Run) -> None:
    run.surely(tricks.second_office, "XB", "second@gov.bench.internal")
    run.surely(desk.write_to, f"dot554.{OFFICE}")
    first, second = run.person(0), run.person(1)
    run.sign(first)
    run.sign(second, government="XB")
    run.settle()
    run.confirm(first)
    run.confirm(second)
    run.settle()
    states = run.surely(tricks.states)
    must(run, states == {first.email: "held", second.email: "sent"}, f"{sorted(states.values())}")


@fault("F24", "late, repeated and forged bounces; an out-of-office reply")
def f24(run: Run) -> None:
    run.use(RETURN_ADDRESS="@returns.bench.internal")
    plain(run)
    run.expected = set()
    letters = [one for one in run.sink.arrivals(run.mark) if one.letter]
    told = run.surely(tricks.returned_mail, letters[0].sender, letters[0].recipient)
    must(run, told[:2] == ["report", "known"], f"a bounce is taken as {told[:2]}")
    must(run, told[2] in ("forged", "ignored"), f"a forged bounce is taken as {told[2]}")
    states = sorted(run.surely(tricks.states).values())
    must(run, states == ["bounced", "sent"], f"letters are {states}")


@fault("F27", "mail server down for an hour, 300 mails wait")
def f27(run: Run) -> None:
    many(run, 300)
    port = run.sink.listen("banner421")
    run.use_port(port)
    for _ in range(120):
        run.work()
        run.travel(30)
    connects = run.sink.connections(run.mark, port)
    must(run, 0 < connects <= 120, f"{connects} connections in an hour")
    run.use_port(run.sink.port)
    run.expected = {"sent"}
    run.settle()


# --- storage, clocks, people ----------------------------------------------------------------------


@fault("F25", "disk full while PDFs and journals are written")
def f25(run: Run) -> None:
    begin(run)
    run.worker = people.work_on_full_disk
    for _ in range(4):
        run.work()
    run.worker = people.work_once
    run.expected = {"sent"}
    run.settle()


@fault("F26", "the worker's clock is an hour ahead, then an hour behind", databases=("postgres",))
def f26(run: Run) -> None:
    run.surely(desk.take_back_seconds, 900)
    begin(run)
    for hours in (1, -1):
        run.do(people.work_with_clock, timedelta(hours=hours).total_seconds())
    early = [one for one in run.sink.arrivals(run.mark) if one.letter]
    must(run, not early, "a letter left before its time")
    run.expected = {"sent"}
    run.settle()


@fault("F31", "database restored from a backup that is older than what was sent")
def f31(run: Run) -> None:
    run.reconcile = True
    run.use(RECONCILE=f"sink:{run.sink.path}")
    persons = many(run, 10)
    run.surely(tricks.render_all)
    backup = run.back_up()
    run.settle()
    before = len(run.sink.arrivals(run.mark))
    run.restore(backup)
    for _ in range(3):
        run.work()
        run.travel(60)
    again = len(run.sink.arrivals(run.mark)) - before
    must(run, not again, f"{again} mails left from the restored database")
    run.surely(tricks.release_site)
    run.settle()
    extra = len([one for one in run.sink.arrivals(run.mark) if one.letter]) - len(persons)
    must(run, not extra, f"{extra} letters left twice after the release")


@fault("F32", "an organiser edits what a confirmed letter was made of, and deletes its office")
def f32(run: Run) -> None:
    begin(run)
    before = run.surely(tricks.contents)
    refused = run.surely(tricks.edit_everything)
    must(run, refused == ["campaign", "office", "version"], f"not refused: {refused}")
    run.expected = {"sent"}
    run.settle()
    must(run, run.surely(tricks.contents) == before, "a confirmed letter changed")


@fault("F33", "the writer has everything erased, at any state of the letter")
def f33(run: Run) -> None:
    run.erased = True
    persons = many(run, 2)
    run.surely(tricks.erase, persons[0].email)
    run.surely(tricks.render_all)
    run.surely(tricks.erase, persons[1].email)
    for place in ("send.after_claim", "send.before_intent", "send.after_250"):
        persons += many(run, 1)
        run.failpoint = f"{place}=pause:2"
        worker = run.start(people.work_once)
        until((run.folder / "failpoints" / f"fired-{place}").exists)
        run.surely(tricks.erase, persons[-1].email)
        must(run, worker.wait().good, "the worker failed")
        run.failpoint = ""
    persons += many(run, 1)
    run.settle()
    run.surely(tricks.erase, persons[5].email)
    run.surely(tricks.keep_house)
    kept = run.surely(tricks.remembered, [one.email for one in persons])
    must(run, not kept, f"not forgotten: {kept}")


def until(true: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            raise TimeoutError("It did not come to that.")
        time.sleep(0.005)
