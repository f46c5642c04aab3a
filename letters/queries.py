"""Reads that join several models: the campaign's page, the right letter for a government, links."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any, TypeVar

from django.conf import settings
from django.core.cache import caches
from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery
from django.utils import timezone

from campaign import queries as reference
from campaign.countries import country_name
from campaign.models import (
    Campaign,
    CampaignText,
    ConsentWording,
    Government,
    Office,
    Standing,
    Status,
)
from letters.enums import COUNTED, LIVING
from letters.identifiers import digest
from letters.models import AccessToken, Letter, LetterTemplate, LetterText, Submission
from letters.rendering.compose import Addressee, Answers, Frame, compose
from letters.rendering.document import LetterDocument
from letters.routes import route_of

GOVERNMENTS_SECONDS = 60
T = TypeVar("T")


class NoLetter(Exception):
    """The campaign has no published letter for this government."""


@dataclass(frozen=True)
class Page:
    """What S1 shows of a campaign in one language, from one query."""

    campaign: Campaign
    text: CampaignText
    consent: ConsentWording
    letters: int
    governments_written: int


def remembered(key: str, read: Callable[[], T], seconds: int | None = None) -> T:
    """Return what `read` gave a moment ago in this process, else read it now."""
    kept = caches["process"]
    found: T | None = kept.get(key)
    if found is None:
        found = read()
        kept.set(key, found, settings.PAGE_CACHE_SECONDS if seconds is None else seconds)
    return found


def page(slug: str, language: str) -> Page | None:
    """Return a public campaign's page in `language`, else in its own. One query, or none."""
    return remembered(f"page:{slug}:{language}", lambda: _page(slug, language))


def _page(slug: str, language: str) -> Page | None:
    texts = (
        CampaignText.objects.filter(campaign__in=Campaign.objects.public(), campaign__slug=slug)
        .select_related("campaign__treaty")
        .annotate(
            letters_counted=_counted(Count("*")),
            governments_written=_counted(Count("government", distinct=True)),
            **{f"consent_{name}": _consent(name) for name in ("id", "version", "text")},
        )
    )
    # A page without a wording of consent cannot be signed: it waits until it has one.
    found = {text.language: text for text in texts if text.consent_id}  # type: ignore[attr-defined]
    if not found:
        return None
    own = next(iter(found.values())).campaign.default_language
    text = found.get(language) or found.get(own) or next(iter(found.values()))
    return Page(
        text.campaign,
        text,
        _wording(text),
        text.letters_counted or 0,  # type: ignore[attr-defined]
        text.governments_written or 0,  # type: ignore[attr-defined]
    )


def _counted(measure: Count) -> Subquery:
    letters = Letter.objects.filter(campaign=OuterRef("campaign"), state__in=sorted(COUNTED))
    return Subquery(letters.order_by().values("campaign").annotate(n=measure).values("n"))


def _consent(name: str) -> Subquery:
    wordings = ConsentWording.objects.filter(
        campaign=OuterRef("campaign"), language=OuterRef("language")
    )
    return Subquery(wordings.order_by("-version").values(name)[:1])


def _wording(text: CampaignText) -> ConsentWording:
    return ConsentWording(
        id=text.consent_id,  # type: ignore[attr-defined]
        campaign=text.campaign,
        language=text.language,
        version=text.consent_version,  # type: ignore[attr-defined]
        text=text.consent_text,  # type: ignore[attr-defined]
    )


def governments_of(campaign: Campaign) -> list[Government]:
    """Return whom supporters may write to, by name. One query, or none for a minute."""
    seconds = GOVERNMENTS_SECONDS if settings.PAGE_CACHE_SECONDS else 0
    return remembered(f"governments:{campaign.pk}", lambda: _governments(campaign), seconds)


def _governments(campaign: Campaign) -> list[Government]:
    listed = Campaign.targets.through.objects.filter(campaign=campaign, government=OuterRef("pk"))
    everyone = list(Government.objects.annotate(listed=Exists(listed)))
    return [one for one in everyone if one.listed] or everyone  # type: ignore[attr-defined]


def text_for(
    campaign: Campaign, government: Government | None, standing: Standing, language: str
) -> LetterText:
    """Return the newest published text whose rule fits first. Raises NoLetter."""
    return _choose(_published(campaign), campaign, government, standing, language)


def _published(campaign: Campaign) -> list[LetterText]:
    """Return every published text, in the order of the rules, newest version first."""
    return remembered(f"texts:{campaign.pk}", lambda: _read_published(campaign))


def _read_published(campaign: Campaign) -> list[LetterText]:
    texts = LetterText.objects.filter(
        version__template__campaign=campaign, version__published_at__isnull=False
    ).select_related("version__template")
    in_order = texts.annotate(has_list=Exists(_lists())).order_by(
        "version__template__rank", "version__template_id", "-version__number"
    )
    newest: dict[int, int] = {}
    found: list[LetterText] = [
        text
        for text in in_order
        if newest.setdefault(text.version.template_id, text.version_id) == text.version_id
    ]
    for text in found:
        # A query for each list, and only where there is one: most rules have none.
        rule = text.version.template
        listed = text.has_list  # type: ignore[attr-defined]
        ids = rule.governments.values_list("pk", flat=True) if listed else ()
        text.listed = set(ids)  # type: ignore[attr-defined]
    return found


def _lists() -> QuerySet[Any]:
    through = LetterTemplate.governments.through.objects
    return through.filter(lettertemplate=OuterRef("version__template"))


def _choose(
    texts: list[LetterText],
    campaign: Campaign,
    government: Government | None,
    standing: Standing,
    language: str,
) -> LetterText:
    # Before a government is chosen the page shows the first letter there is.
    fitting = (text for text in texts if government is None or _fits(text, government, standing))
    first = next(fitting, None)
    if first is None:
        raise NoLetter(str(government or campaign))
    same = {text.language: text for text in texts if text.version_id == first.version_id}
    return same.get(language) or same.get(campaign.default_language) or first


@dataclass(frozen=True)
class Target:
    """What a letter to one government starts from."""

    text: LetterText
    office: Office | None
    status: Status


def targets(campaign: Campaign, governments: Sequence[Government]) -> dict[int, Target]:
    """Return text, office and status for each government, by its id. Three queries, or none.

    Raises NoLetter.
    """
    key = ",".join(str(government.pk) for government in governments)
    return remembered(
        f"targets:{campaign.pk}:{campaign.today()}:{key}", lambda: _targets(campaign, governments)
    )


def offices_of(campaign: Campaign, governments: Sequence[Government]) -> dict[int, Office]:
    """Return each government's office by its id, without what addressing needs.

    One query, or none.
    """
    key = ",".join(str(government.pk) for government in governments)
    return remembered(
        f"offices:{campaign.pk}:{key}",
        lambda: reference.offices_for(governments, campaign.office_kinds, bare=True),
    )


def _targets(campaign: Campaign, governments: Sequence[Government]) -> dict[int, Target]:
    statuses = _statuses(campaign, governments, campaign.today())
    offices = offices_of(campaign, governments)
    texts = _published(campaign)
    found = {}
    for government in governments:
        office, status = offices.get(government.pk), statuses[government.pk]
        language = (office.language if office else "") or campaign.default_language
        text = _choose(texts, campaign, government, status.standing, language)
        found[government.pk] = Target(text, office, status)
    return found


def _statuses(
    campaign: Campaign, governments: Sequence[Government], day: date
) -> dict[int, Status]:
    if campaign.treaty_id is None:
        return {government.pk: Status(Standing.PARTY, None) for government in governments}
    return reference.statuses_on(campaign.treaty_id, day, governments)


def _fits(text: LetterText, government: Government, standing: Standing) -> bool:
    rule = text.version.template
    if rule.standings and standing not in rule.standings:
        return False
    if rule.region and government.region != rule.region:
        return False
    listed: set[int] = text.listed  # type: ignore[attr-defined]
    return not listed or government.pk in listed


@dataclass(frozen=True)
class Draft:
    """A letter that could be signed: its text, where the government stands, who gets it."""

    document: LetterDocument
    text: LetterText
    status: Status
    office: Office | None
    government: Government | None

    @property
    def reachable(self) -> bool:
        return route_of(self.office) is not None


def draft(
    campaign: Campaign,
    government: Government | None,
    answers: Answers | None = None,
    *,
    day: date | None = None,
    number: str = "",
    confirmed: date | None = None,
    country: str = "",
    language: str = "",
    fallback: LetterText | None = None,
    lately: bool = False,
) -> Draft:
    """Compose the letter of a campaign to a government. Raises NoLetter.

    `fallback` is the text that a supporter saw, should no rule fit the government any more.

    Without a government it is the letter as it stands before one is chosen. `country` is the
    supporter's, by its code; `language` is wished for in place of the office's. With `lately`
    whom it is addressed to, and where they stand, may be a moment old, as on a page.
    """
    today = day or campaign.today()
    status, addressee = _place(campaign, government, today, lately=lately)
    own_language = (addressee.office and addressee.office.language) or campaign.default_language
    try:
        text = text_for(campaign, government, status.standing, language or own_language)
    except NoLetter:
        if fallback is None:
            raise
        text = fallback
    addressee = _in_language(addressee, text.language, today)
    frame = Frame(campaign, today, status.since, campaign_address(campaign), number, confirmed)
    filled = _named(answers or Answers(), country, text.language)
    return Draft(
        compose(text, addressee, filled, frame), text, status, addressee.office, government
    )


def _place(
    campaign: Campaign, government: Government | None, day: date, *, lately: bool
) -> tuple[Status, Addressee]:
    """Return where a government stands and whom it is written to."""
    if government is None:
        return Status(Standing.PARTY, None), Addressee(Government(name=""))
    read = partial(_read_place, campaign, government, day)
    key = f"place:{campaign.pk}:{government.pk}:{day}"
    return remembered(key, read) if lately else read()


def _read_place(campaign: Campaign, government: Government, day: date) -> tuple[Status, Addressee]:
    status = _statuses(campaign, [government], day)[government.pk]
    office = reference.office_for(government, campaign.office_kinds)
    return status, Addressee(government, office)


def _in_language(addressee: Addressee, language: str, day: date) -> Addressee:
    if addressee.office is None:
        return addressee
    form = reference.form_of_address(addressee.office, language, day)
    holder = reference.holder_on(addressee.office, day)
    return Addressee(addressee.government, addressee.office, form, holder.name if holder else "")


def _named(answers: Answers, country: str, language: str) -> Answers:
    if not country:
        return answers
    return Answers(
        answers.name,
        answers.organisation,
        answers.town,
        country_name(country, language),
        answers.words,
    )


def answers_of(submission: Submission) -> Answers:
    """Return what a supporter answered; the country is named where its language is known."""
    return Answers(submission.name, submission.organisation, submission.town, "", submission.words)


def campaign_address(campaign: Campaign) -> str:
    """Return the page's address as it is printed: without https:// and the last slash."""
    return f"{settings.SITE_URL}{campaign.get_absolute_url()}".partition("://")[2].rstrip("/")


def by_token(token: str, purpose: str) -> Submission | None:
    """Return the submission that a link opens, or None. Junk that mail programs add is ignored."""
    token = token.rstrip(".>)]}\"',;:!?")
    rows = AccessToken.objects.filter(
        digest=digest(token), purpose=purpose, expires_at__gt=timezone.now()
    )
    found = rows.select_related("submission__campaign").first()
    return found.submission if found else None


def pending_beside(submission: Submission, now: datetime) -> list[Submission]:
    """Return the other submissions that the same mailbox may confirm in the same campaign.

    Nearly nobody has one: a short query says so, and spares everybody the long one.
    """
    beside = Submission.objects.filter(campaign=submission.campaign_id, signer=submission.signer)
    beside = beside.pending(now).exclude(pk=submission.pk).filter(email__iexact=submission.email)
    if not beside.exists():
        return []
    written = Letter.objects.filter(
        campaign=submission.campaign, signer=submission.signer, state__in=sorted(LIVING)
    )
    to_others = Letter.objects.exclude(government__in=written.values("government"))
    return list(beside.filter(letters__in=to_others).order_by("created_at").distinct())


def already_written(campaign: Campaign, signer: str, governments: Iterable[Government]) -> set[int]:
    """Return the ids of those governments that have a living letter of this signer."""
    letters = Letter.objects.filter(
        campaign=campaign, signer=signer, government__in=list(governments), state__in=sorted(LIVING)
    )
    return set(letters.order_by().values_list("government_id", flat=True))


def next_writer(submission: Submission) -> int:
    """Return which writer of the campaign this one becomes: "you are writer number …"."""
    campaign = submission.campaign
    letters = Letter.objects.counted().filter(campaign=campaign)
    return 1 + remembered(
        f"writers:{campaign.pk}", lambda: letters.values("signer").distinct().count()
    )
