from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.http import QueryDict

from campaign.models import Campaign, CampaignText, Government
from letters.forms import AddressForm, ConfirmForm, WriteForm
from letters.forms.fields import words_field
from letters.models import Submission

ANSWERS = {
    "government": "EE",
    "name": "Mari Tamm",
    "email": "mari@example.com",
    "country": "EE",
    "consent": "on",
}
STATES = {"EE": "Estonia", "FI": "Finland", "PL": "Poland"}


def governments(names: dict[str, str] = STATES) -> list[Government]:
    return [Government(iso2=code, name=name, region="Europe") for code, name in names.items()]


def posted(**changes: Any) -> QueryDict:
    data = QueryDict(mutable=True)
    for name, value in {**ANSWERS, **changes}.items():
        data.setlist(name, value if isinstance(value, list) else [value])
    return data


def form(data: Any = None, *, most: int = 1, states: dict[str, str] = STATES, **more: Any):
    campaign = Campaign(
        slug="stay",
        organisation="Norland Campaign",
        contact_email="help@norland.example",
        keep_until=date(2027, 6, 30),
        max_governments=most,
    )
    return WriteForm(
        data,
        campaign=campaign,
        page=CampaignText(title="Stay in the treaty"),
        language=more.pop("language", "en"),
        governments=governments(states),
        **more,
    )


def errors(**changes: Any) -> dict[str, list[str]]:
    return {name: list(found) for name, found in form(posted(**changes)).errors.items()}


def test_the_least_that_can_be_sent_is_five_answers():
    filled = form(posted())

    assert filled.is_valid()
    assert [state.iso2 for state in filled.cleaned_data["government"]] == ["EE"]
    assert filled.cleaned_data["words"] == filled.cleaned_data["town"] == ""


def test_fields_have_the_fixed_names_in_the_order_of_the_page():
    assert list(form().fields) == [
        "government",
        "name",
        "email",
        "country",
        "town",
        "organisation",
        "words",
        "updates",
        "consent",
        "leave_empty",
        "form_key",
    ]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("government", "Choose which government should get your letter"),
        ("name", "Enter your full name"),
        ("email", "Enter your e-mail address"),
        ("country", "Choose the country where you live"),
        ("consent", "Tick the box if you agree that we use your details to send this letter"),
    ],
)
def test_an_empty_answer_is_told_what_to_do(name, words):
    assert errors(**{name: ""}) == {name: [words]}


@pytest.mark.parametrize("code", ["SE", "XX", "ee", "EE ", "EE,FI", "<b>"])
def test_a_government_outside_the_campaign_is_refused(code):
    assert errors(government=code) == {
        "government": ["Choose which government should get your letter"]
    }


@pytest.mark.parametrize("code", ["EU", "ZZ", "Estonia", "419"])
def test_a_country_that_is_none_is_refused(code):
    assert errors(country=code) == {"country": ["Choose the country where you live"]}


@pytest.mark.parametrize(
    "name",
    [
        "Ó",
        "Nguyễn Thị Minh Khai",
        "محمد",
        "Jean-François d’Ormesson",
        "O'Brien",
        "N" * 60 + " " + "n" * 59,
        "王小明",
        "स्मृति",
    ],
)
def test_names_pass_unchanged(name):
    filled = form(posted(name=name))

    assert filled.is_valid(), filled.errors
    assert filled.cleaned_data["name"] == name


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("N " * 60 + "N", "Full name must be 120 characters or less"),
        ("N" * 5000, "Full name must be 120 characters or less"),
        ("N" * 61, "Full name must not have more than 60 characters without a space"),
        ("Buy at www.shop.example", "Full name must not include a web address"),
        ("\u202e \U000f0000", "Enter your full name"),
        ("Zalgo z̸̢͓̙̈́", "Letters must not have more than 3 accents each"),
    ],
)
def test_a_wrong_name_is_told_why(name, words):
    assert errors(name=name) == {"name": [words]}


def test_control_and_direction_characters_are_dropped():
    filled = form(posted(name="Mari\r\nBcc: all\x00", town="\u202eutraT\u202c"))

    assert filled.is_valid()
    assert filled.cleaned_data["name"] == "Mari Bcc: all"
    assert filled.cleaned_data["town"] == "utraT"


def test_characters_that_no_font_has_are_named(monkeypatch):
    monkeypatch.setattr(
        "letters.forms.fields.unprintable", lambda text: [c for c in text if c in "😀🎉"]
    )

    found = errors(words="Peace 😀🎉")

    assert found == {"words": ["Our paper cannot show these characters: 😀 🎉. Leave them out."]}


def test_the_package_of_a_missing_font_is_named_beside_the_field(monkeypatch):
    monkeypatch.setattr(
        "letters.forms.fields.unprintable", lambda text: [c for c in text if c == "条"]
    )

    assert errors(words="Peace 条") == {
        "words": [
            "Our paper cannot show these characters: 条. Leave them out, or ask us to install "
            "the fonts: fonts-noto-cjk."
        ]
    }


@pytest.mark.parametrize(("lines", "wrong"), [(40, set()), (41, {"words"}), (10_000, {"words"})])
def test_own_words_have_forty_lines_at_most(lines, wrong):
    assert set(errors(words="a\n" * lines)) == wrong


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  mari@example.com ", "mari@example.com"),
        ("mailto:mari@example.com", "mari@example.com"),
        ("MAILTO: Mari@EXAMPLE.com", "Mari@example.com"),
        ("mari@münchen.de", "mari@xn--mnchen-3ya.de"),
        ("mari+letters@example.com", "mari+letters@example.com"),
        ("mari@sincerely.test", "mari@sincerely.test"),
    ],
)
def test_an_address_is_kept_as_smtp_takes_it(typed, kept):
    filled = form(posted(email=typed))

    assert filled.is_valid(), filled.errors
    assert filled.cleaned_data["email"] == kept


@pytest.mark.parametrize(
    "typed",
    [
        "mari",
        "mari@",
        "@example.com",
        "mari@@example.com",
        "mari@example",
        "märi@example.com",
        "a@example.com, b@example.com",
        "a@example.com\nBcc: b@example.com",
        "mari@" + "e" * 250 + ".com",
        "Mari <mari@example.com>",
        '"mari tamm"@example.com',
    ],
)
def test_what_is_no_address_is_told_the_format(typed):
    assert errors(email=typed) == {
        "email": ["Enter an e-mail address in the correct format, like name@example.com"]
    }


@pytest.mark.parametrize("domain", ["example.con", "mail.cmo", "host.invalid", "pc.localhost"])
def test_a_domain_that_takes_no_mail_is_named(domain):
    words = f"We cannot send mail to {domain}. Check the part after @"
    assert errors(email=f"mari@{domain}") == {"email": [words]}


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"town": "t " * 41}, {"town": ["Town or city must be 80 characters or less"]}),
        (
            {"organisation": "o " * 61},
            {"organisation": ["Organisation must be 120 characters or less"]},
        ),
        ({"words": "w" * 601}, {"words": ["Your sentences must be 600 characters or less"]}),
        (
            {"words": "Read https://spam.example"},
            {"words": ["Your sentences must not include web addresses"]},
        ),
    ],
)
def test_what_is_too_much_is_told_the_limit(changes, found):
    assert errors(**changes) == found


def test_words_keep_their_lines_and_may_be_one_long_run():
    filled = form(posted(words="First.\r\n\r\nSecond. " + "x" * 500))

    assert filled.is_valid()
    assert filled.cleaned_data["words"] == "First.\n\nSecond. " + "x" * 500


def test_several_governments_are_a_list_without_doubles():
    filled = form(posted(government=["FI", "EE", "FI"]), most=3)

    assert filled.is_valid()
    assert [state.iso2 for state in filled.cleaned_data["government"]] == ["FI", "EE"]


@pytest.mark.parametrize(
    ("chosen", "words"),
    [
        ([], "Choose which government should get your letter"),
        (["EE", "SE"], "Choose which government should get your letter"),
        (["EE", "FI", "PL"], "Choose at most 2 governments"),
    ],
)
def test_several_governments_have_bounds(chosen, words):
    filled = form(posted(government=chosen), most=2)

    assert dict(filled.errors) == {"government": [words]}


def test_the_only_government_is_not_asked_for():
    blank = form(states={"EE": "Estonia"})

    assert str(blank.only_government) == "Estonia"
    assert blank["government"].is_hidden
    assert blank["government"].value() == "EE"


def test_a_trap_that_was_filled_marks_and_does_not_refuse():
    filled = form(posted(leave_empty="http://spam.example"))

    assert filled.is_valid()
    assert filled.is_suspicious
    assert not form(posted()).is_suspicious


def test_a_fixed_address_cannot_be_changed():
    filled = form(posted(email="other@example.com"), fixed_email="mari@example.com")

    assert filled.is_valid(), filled.errors
    assert filled.cleaned_data["email"] == "mari@example.com"


def test_answers_given_for_a_preview_are_kept_unchecked():
    given = posted(government=["FI", "EE"], email="mari@")

    kept = form(initial=given, most=3)

    assert kept["government"].value() == ["FI", "EE"]
    assert kept["email"].value() == "mari@"
    assert not kept.errors


def test_a_filled_form_takes_a_new_key():
    filled = form(posted(form_key="old", government=["FI", "EE"]), most=3)
    filled.renew_key("new")

    assert filled["form_key"].value() == "new"
    assert filled["government"].value() == ["FI", "EE"]
    assert filled["name"].value() == "Mari Tamm"


def test_a_blank_form_takes_a_new_key():
    blank = form(initial={"form_key": "old"})
    blank.renew_key("new")

    assert blank["form_key"].value() == "new"


def test_consent_is_in_the_campaigns_words_and_names_who_is_responsible():
    consent = form(consent_text="I agree.").fields["consent"]

    assert consent.label == "I agree."
    assert consent.help_text == (
        "Norland Campaign is responsible for your details: help@norland.example"
    )


def test_consent_has_words_of_its_own_where_the_campaign_has_none():
    assert form().fields["consent"].label == (
        "I agree that Norland Campaign uses these details to send my letter to the government "
        "I chose, and keeps them until 2027-06-30"
    )


def test_the_last_sentence_is_asked_for_only_where_there_is_none():
    assert list(ConfirmForm(submission=Submission(words="")).fields) == ["words", "reply_directly"]
    assert list(ConfirmForm(submission=Submission(words="Mine.")).fields) == ["reply_directly"]


def test_an_office_answers_directly_only_if_that_was_ticked():
    silent = ConfirmForm({}, submission=Submission(words=""))
    ticked = ConfirmForm({"reply_directly": "on"}, submission=Submission(words=""))

    assert silent.is_valid()
    assert ticked.is_valid()
    assert [silent.cleaned_data["reply_directly"], ticked.cleaned_data["reply_directly"]] == [
        False,
        True,
    ]


def test_another_address_follows_the_same_rules():
    assert AddressForm({"email": "mailto:mari@example.com"}).is_valid()
    assert AddressForm({"email": "mari@"}).errors["email"] == [
        "Enter an e-mail address in the correct format, like name@example.com"
    ]


def test_the_box_for_own_words_has_no_width_of_its_own():
    box = words_field("Why?").widget.render("words", "")

    assert (' rows="4"' in box, "cols" in box) == (True, False)


@pytest.mark.parametrize("pattern", ["*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*", "antivirus-test-file"])
def test_pattern_that_every_filter_refuses_is_refused_here(pattern: str) -> None:
    with pytest.raises(ValidationError, match="test pattern for mail filters"):
        words_field("Words").clean(f"Please stay. {pattern}")
