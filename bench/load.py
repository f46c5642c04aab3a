"""The whole chain under load: form, confirmation mail, confirmation, PDF, letter and copy.

    python -m bench.load --rate 28 --seconds 900      # the burst: 100,000 an hour for 15 minutes
    python -m bench.load --rate 5.6 --seconds 3600    # sustained: 20,000 signatures in an hour

Real services on this computer (bench/whole_site.py), the people in a process of their own
(bench/visitors.py), all of them on the same cores. At the end every letter is looked for in the
mail server's ledger: each confirmed one must be there once, and `letters_audit` find no breach.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bench.figures import Figure
from bench.visitors import Plan
from bench.whole_site import SLUG, WholeSite, prepare
from tests.faults import ledger
from tools.console import ROOT

RESULTS = Path(__file__).parent / "results"
SUSTAINED, BURST = 20_000 / 3600, 28.0  # signatures a second
KINDS = ("page", "sign", "check e-mail", "link", "confirm", "my letter")
CONFIRM_SECONDS = 600.0  # after the last signature every confirmation mail has left
WORKER_NICE = 10


@dataclass(frozen=True)
class Bound:
    """Which share of the form POSTs must be answered within how many seconds."""

    share: float
    seconds: float


def bound_at(rate: float) -> Bound:
    return Bound(0.95, 0.5) if rate <= 1.1 * SUSTAINED else Bound(0.99, 2.0)


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m bench.load", description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("--rate", type=float, default=BURST, help="signatures a second")
    parser.add_argument("--seconds", type=float, default=900.0, help="how long people come")
    parser.add_argument("--patience", type=float, default=1800.0, help="for the rest to leave")
    parser.add_argument("--nice", type=int, default=WORKER_NICE, help="of the Celery worker")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, help="the JSON (bench/results/load-….json)")
    given = parser.parse_args()
    out = given.out or RESULTS / f"load-{given.rate:g}x{given.seconds:g}.json"
    with tempfile.TemporaryDirectory(prefix="sincerely-load-") as folder:
        told = run(Path(folder), given)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(told, indent=2) + "\n")
    print(f"Written to {out}.")
    sys.exit(1 if told["lost"] or told["problems"] else 0)


def measure(rate: float, seconds: float) -> list[Figure]:
    """Do a run in processes of its own and return its figures."""
    with tempfile.NamedTemporaryFile(suffix=".json") as file:
        command = [sys.executable, "-W", "ignore", "-m", "bench.load", "--rate", str(rate)]
        command += ["--seconds", str(seconds), "--patience", "90", "--out", file.name]
        environ = {key: value for key, value in os.environ.items() if key not in _OURS}
        done = subprocess.run(
            command, cwd=ROOT, env=environ, check=False, capture_output=True, text=True
        )
        told = json.loads(Path(file.name).read_text() or "{}")
    print(done.stdout.partition("\n")[0])  # how busy the computer was
    if not told:
        why = done.stderr.strip().rpartition("\n")[2]
        return [Figure("whole chain", 0.0, 1.0, f"did not run: {why}", "python -m bench.load")]
    return [Figure(**figure) for figure in told["figures"]]


_OURS = ("DJANGO_SETTINGS_MODULE", "VAR_DIR", "DATABASE_URL")  # of the bench around


def run(folder: Path, given: argparse.Namespace) -> dict[str, Any]:
    """Start everything, let people sign, wait for their letters, look whether all are there."""
    busy = os.getloadavg()[0]
    crowded = ", which makes every time longer" if busy > 1 else ""
    print(f"Load average before the start: {busy:.1f}{crowded}.", flush=True)
    site = WholeSite(folder, given.nice)
    try:
        site.start_servers()
        import django

        django.setup()
        governments = prepare()
        port = site.start_services()
        used = site.seconds_used()
        plan = Plan(
            port, f"/en/{SLUG}/", governments, given.rate, given.seconds, given.seed,
            str(site.sink.path), given.patience, str(folder / "seen.json"),
        )  # fmt: skip
        seen, load_used = visit(plan, folder)
        emptied = wait_until_empty(given.patience)
        after = site.seconds_used()
        cpu = {name: after[name] - used[name] for name in after} | {"load": load_used}
        told = judge(site, plan, seen, emptied=emptied)
        return show(told | {"busy": round(busy, 1), "nice": given.nice}, cpu, plan)
    finally:
        from django.db import connections

        connections.close_all()
        site.end()


def visit(plan: Plan, folder: Path) -> tuple[dict[str, Any], float]:
    """Let everybody sign and confirm. Returns what they saw, and the CPU time of the load."""
    print(f"{plan.rate:g} signatures a second for {plan.seconds:g} s …", flush=True)
    path = folder / "plan.json"
    path.write_text(json.dumps(asdict(plan)))
    before = os.times()
    subprocess.run([sys.executable, "-W", "ignore", "-m", "bench.visitors", str(path)], cwd=ROOT, check=True)  # fmt: skip
    after = os.times()
    took = after.children_user + after.children_system
    seen: dict[str, Any] = json.loads(Path(plan.out).read_text())
    return seen, took - before.children_user - before.children_system


def wait_until_empty(patience: float) -> bool:
    """Wait until nothing is on its way any more. False: patience was not enough."""
    from letters.enums import LetterState as L
    from letters.enums import OutboundState as O
    from letters.models import Letter, Outbound

    print("Waiting for the rest to leave …", flush=True)
    on_the_way = (L.CONFIRMED, L.APPROVED, L.RENDERED, L.QUEUED, L.SENDING, L.UNKNOWN)
    end = time.monotonic() + patience
    while time.monotonic() < end:
        letters = Letter.objects.filter(state__in=on_the_way)
        mails = Outbound.objects.filter(state__in=(O.QUEUED, O.SENDING, O.UNKNOWN))
        if not letters.exists() and not mails.exists():
            return True
        time.sleep(0.5)
    return False


def judge(site: WholeSite, plan: Plan, seen: dict[str, Any], *, emptied: bool) -> dict[str, Any]:
    """Compare what people did with what arrived. Returns all that was found."""
    arrived = ledger.arrivals(site.sink.path)
    statuses = Counter(status for _, _, _, status in seen["visits"])
    audit = subprocess.run(
        [sys.executable, "-W", "ignore", "manage.py", "letters_audit"],
        cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip
    problems = [line for line in audit.stdout.splitlines() if line.startswith("BAD")]
    if audit.returncode and not problems:
        problems.append(audit.stderr[-300:])
    if not emptied:
        problems.append("Not everything had left when patience was at its end.")
    return {
        "rate": plan.rate, "seconds": plan.seconds, "came": seen["came"],
        "signed": len(seen["signed"]), "confirmed": len(seen["confirmed"]),
        "signatures_per_hour": round((len(seen["signed"]) - plan.warm) / plan.seconds * 3600),
        "server_errors": sum(n for status, n in statuses.items() if status >= 500),
        "no_answer": statuses[0], "statuses": {str(k): n for k, n in sorted(statuses.items())},
        "load_late_p99": round(seen["late"], 3), "times": times_of(seen["visits"]),
        "empty_after": drained(arrived, seen["end"]), **compared(arrived, seen),
        "audit": (audit.stdout.strip().splitlines() or [audit.stderr.strip()])[-1],
        "problems": problems, "complaints": site.complaints()[:10],
    }  # fmt: skip


def times_of(visits: Iterable[tuple[str, float, float, int]]) -> dict[str, dict[str, float]]:
    """Return p50, p95, p99 and the longest of each kind of request, in seconds."""
    found: dict[str, list[float]] = {kind: [] for kind in KINDS}
    for kind, _, seconds, _ in visits:
        found[kind].append(seconds)
    return {
        kind: {
            "n": len(one),
            **{name: share_of(one, share) for name, share in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99), ("max", 1.0))},
        }
        for kind, one in found.items()
    }  # fmt: skip


def share_of(seconds: Iterable[float], share: float) -> float:
    """Return what this share of the values does not exceed."""
    ordered = sorted(seconds)
    return ordered[max(0, -int(-share * len(ordered) // 1) - 1)] if ordered else 0.0


def drained(arrived: Iterable[ledger.Arrival], end: float) -> dict[str, float]:
    """Return how long after the last person came the last mail of each kind arrived."""
    last: dict[str, float] = {}
    for one in arrived:
        last[purpose_of(one)] = max(0.0, round(one.at - end, 1))
    return last


def purpose_of(one: ledger.Arrival) -> str:
    return one.message_id.partition("@")[0].rpartition(".")[2].partition("-")[0]


def compared(arrived: Iterable[ledger.Arrival], seen: dict[str, Any]) -> dict[str, Any]:
    """Look for each confirmed letter in the ledger: there once, with one copy for its writer."""
    from letters.models import Letter, Submission

    mails = Counter((purpose_of(one), one.message_id) for one in arrived)
    kinds = Counter(purpose for purpose, _ in mails.elements())
    asked = {one.recipient for one in arrived if purpose_of(one) == "confirm"}
    letters = dict(Letter.objects.values_list("submission__email", "pk"))
    sent = {message.split(".")[1] for purpose, message in mails if purpose == "letter"}
    copied = {message.split(".")[1] for purpose, message in mails if purpose == "copy"}
    confirmed = set(seen["confirmed"])
    kept = set(Submission.objects.filter(confirmed_at=None).values_list("email", flat=True))
    return {
        "arrived": dict(kinds),
        "lost": sum(str(letters.get(email)) not in sent for email in confirmed),
        "copies_lost": sum(str(letters.get(email)) not in copied for email in confirmed),
        "confirmations_lost": len(set(seen["signed"]) - asked),
        "twice": sum(number - 1 for number in mails.values()),
        "unconfirmed_sent": sum(str(letters.get(email)) in sent for email in kept),
    }


def figures(told: dict[str, Any]) -> list[Figure]:
    bound, rate = bound_at(told["rate"]), told["rate"]
    name = f"p{bound.share * 100:.0f}"
    post = max(told["times"][kind][name] for kind in ("sign", "confirm"))
    mails = told["empty_after"].get("confirm", 0.0)
    lost = sum(told[key] for key in ("lost", "copies_lost", "confirmations_lost", "twice"))
    wrong = lost + told["unconfirmed_sent"] + len(told["problems"]) + told["server_errors"]
    chain = f"whole chain, {rate:g}/s for {told['seconds']:g} s"
    per_hour = told["signatures_per_hour"]
    return [
        Figure(f"{chain}: signatures", told["signed"] / max(1, told["came"]), 1.0, f"{per_hour:,} an hour", f"everybody who came, {told['came']:,}"),
        Figure(f"{chain}: form POST {name}", bound.seconds / max(post, 0.001), 1.0, f"{post:.2f} s", f"at most {bound.seconds:g} s"),
        Figure(f"{chain}: confirmations out", CONFIRM_SECONDS / max(mails, 1.0), 1.0, f"{mails:.0f} s after the last person came", f"at most {CONFIRM_SECONDS:.0f} s"),
        Figure(f"{chain}: nothing lost, none twice, no 5xx", float(not wrong), 1.0, f"{told['confirmed']:,} letters confirmed, {wrong} wrong", "0"),
    ]  # fmt: skip


def show(told: dict[str, Any], cpu: dict[str, float], plan: Plan) -> dict[str, Any]:
    """Print what was found, and return it with its figures."""
    told["cpu_ms_per_signature"] = {
        name: round(1000 * seconds / max(1, told["signed"]), 1) for name, seconds in cpu.items()
    }
    found = figures(told)
    told["figures"] = [asdict(figure) for figure in found]
    print(
        f"\n{told['came']} came, {told['signed']} signed, {told['confirmed']} confirmed; ", end=""
    )
    print(f"{told['server_errors']} answers 5xx, {told['no_answer']} without answer")
    print(f"{'seconds':<14}{'n':>8}{'p50':>8}{'p95':>8}{'p99':>8}{'max':>8}")
    for kind, one in told["times"].items():
        print(f"{kind:<14}{one['n']:>8}" + "".join(f"{one[name]:>8.3f}" for name in ("p50", "p95", "p99", "max")))  # fmt: skip
    print("Last mail after the last person came: " + _listed(told["empty_after"], " s"))
    print("CPU per signature: " + _listed(told["cpu_ms_per_signature"], " ms"))
    print(f"The load itself was at most {told['load_late_p99']} s late (p99). {told['audit']}")
    for key in ("lost", "copies_lost", "confirmations_lost", "twice", "unconfirmed_sent"):
        print(f"{key.replace('_', ' ')}: {told[key]}", end="; ")
    print("", *told["problems"], *told["complaints"], sep="\n")
    for figure in found:
        print(figure.line())
    return told


def _listed(values: dict[str, float], unit: str) -> str:
    return ", ".join(f"{name} {value:g}{unit}" for name, value in values.items())


if __name__ == "__main__":
    main()
