"""See a text as a letter: to any government, in any standing, under any kind of name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from campaign import queries as reference
from campaign.models import Campaign, Government, Standing, Status
from letters.models import LetterText
from letters.queries import NoLetter, campaign_address, draft, governments_of
from letters.rendering import glyphs, sheet
from letters.rendering.compose import Addressee, Answers, Frame, compose
from letters.rendering.html import letter_html
from letters.rendering.text import letter_text

_WORDS = "I live near the border. This is close to my heart.\nPlease think of our children."
SAMPLES = {
    "": Answers(),
    "short": Answers("Li Xu", town="Narva", country="Estonia"),
    "long": Answers(
        "Maria Magdalena von Hohenlohe-Waldenburg-Schillingsfürst",
        "Association of Friends of the Museum of Rural Life and Old Crafts in South Estonia",
        "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch",
        "United Kingdom",
        _WORDS,
    ),
    "accents": Answers("Nguyễn Thị Đặng", "Žemės ūkio švietėjai", "Łódź", "Poland", _WORDS),
    "arabic": Answers("نور الهدى عبد الرحمن", "", "عمّان", "Jordan", "أعيش بالقرب من الحدود."),
    "chinese": Answers("欧阳明月", "", "新加坡", "Singapore", "我住在边境附近。"),
}
SAMPLE_NAMES = [
    ("", _("with its blanks")),
    ("short", _("a short name")),
    ("long", _("long names and own words")),
    ("accents", _("accents and own words")),
    ("arabic", _("Arabic")),
    ("chinese", _("Chinese")),
]


@dataclass(frozen=True)
class Preview:
    """A text to one government; `chosen` is the published text that it would get today.

    `problem` says why this letter could not be set on paper, where that is so.
    """

    government: Government
    status: Status
    html: SafeString
    chosen: LetterText | None
    problem: str = ""


Groups = dict[Standing, list[Government]]


class PreviewForm(forms.Form):
    """Whom to see the letter written to, and by whom. One with every government, in groups."""

    government = forms.ChoiceField(label=_("Government"))
    sample = forms.ChoiceField(label=_("Signed by"), choices=SAMPLE_NAMES, required=False)

    def __init__(self, data: Mapping[str, Any], groups: Groups) -> None:
        super().__init__(data)
        self.governments = {one.iso2: one for listed in groups.values() for one in listed}
        choices: Any = [
            (standing.label, [(one.iso2, one.name) for one in listed])
            for standing, listed in groups.items()
        ]
        self.fields["government"] = forms.ChoiceField(label=_("Government"), choices=choices)

    def preview(self, text: LetterText) -> Preview:
        data = self.cleaned_data
        return preview_of(text, self.governments[data["government"]], data["sample"])


def first_choice(text: LetterText, groups: Groups) -> dict[str, str]:
    """Return a government that the text is meant for."""
    rule = text.version.template.standings
    fitting = [listed for standing, listed in groups.items() if standing in rule]
    listed = next(iter(fitting or groups.values()), [])
    return {"government": listed[0].iso2} if listed else {}


def by_standing(campaign: Campaign) -> Groups:
    """Return whom the campaign writes to, by where they stand today."""
    governments = governments_of(campaign)
    statuses = _statuses(campaign, governments)
    found: Groups = {standing: [] for standing in Standing}
    for government in governments:
        found[statuses[government.pk].standing].append(government)
    return {standing: listed for standing, listed in found.items() if listed}


def preview_of(text: LetterText, government: Government, sample: str) -> Preview:
    campaign = text.version.template.campaign
    today = campaign.today()
    status = _statuses(campaign, [government])[government.pk]
    office = reference.office_for(government, campaign.office_kinds)
    form = reference.form_of_address(office, text.language, today) if office else None
    holder = reference.holder_on(office, today) if office else None
    addressee = Addressee(government, office, form, holder.name if holder else "")
    frame = Frame(campaign, today, status.since, campaign_address(campaign))
    document = compose(text, addressee, SAMPLES.get(sample, Answers()), frame)
    html = letter_html(document, blanks=not sample)
    problem = sheet.too_much(document) or glyphs.problem(letter_text(document))
    return Preview(government, status, html, _chosen(campaign, government), problem)


def _statuses(campaign: Campaign, governments: list[Government]) -> dict[int, Status]:
    if campaign.treaty is None:
        return {government.pk: Status(Standing.PARTY, None) for government in governments}
    return reference.statuses_on(campaign.treaty, campaign.today(), governments)


def _chosen(campaign: Campaign, government: Government) -> LetterText | None:
    try:
        return draft(campaign, government).text
    except NoLetter:
        return None
