"""What befalls workers, sweepers and what they work at: F04 to F09, F12, F15, F16, F28, F29, F34."""

from __future__ import annotations

import signal
import time

from tests.faults import desk, people, tricks
from tests.faults.catalogue.fault import fault, fired, many, must, strike, until
from tests.faults.run import Person, Run
from tests.faults.scenarios import OFFICE, begin, plain


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
