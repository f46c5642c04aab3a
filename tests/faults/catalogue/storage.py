"""What befalls disks, clocks, backups, and what people edit or erase meanwhile."""

from __future__ import annotations

from datetime import timedelta

from tests.faults import desk, people, tricks
from tests.faults.catalogue.fault import fault, many, must, until
from tests.faults.run import Run
from tests.faults.scenarios import begin


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
