"""What mail servers do to us, and what comes back from them."""

from __future__ import annotations

import time

from tests.faults import desk, tricks
from tests.faults.catalogue.fault import fault, many, must
from tests.faults.run import Person, Run
from tests.faults.scenarios import DAY, OFFICE, begin, plain


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
