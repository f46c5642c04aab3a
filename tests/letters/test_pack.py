"""The template pack "letter": what crispy makes of a form (ux.md §5, contract of the pack)."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

import pytest
from crispy_forms.layout import Div, Fieldset, Submit
from crispy_forms.utils import render_crispy_form
from django import forms
from django.conf import settings
from django.http import QueryDict
from django.template.loader import render_to_string

from campaign.forms import LetterForm
from tests.letters.test_forms import form, posted

AUTOCOMPLETE = {"name", "email", "country", "address-level2", "organization", "off"}
PARTS = re.compile(r'<label|<legend|class="hint"|class="error"|<(?:input|select|textarea)\b')


class Tags(HTMLParser):
    """Every start tag with its attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def named(self, name: str) -> dict[str, str | None]:
        return next(attrs for _tag, attrs in self.found if attrs.get("name") == name)

    def ids(self) -> list[str]:
        return [attrs["id"] or "" for _tag, attrs in self.found if "id" in attrs]


class Example(LetterForm):
    colour = forms.ChoiceField(
        choices=[("r", "Red"), ("b", "Blue")], widget=forms.RadioSelect, help_text="One of two"
    )
    note = forms.CharField(required=False, help_text="A word")
    agreed = forms.BooleanField(help_text="Read it first")


def drawn(example: Any, **context: Any) -> str:
    html: str = render_crispy_form(example, context=context)
    return html


def field(html: str, name: str) -> str:
    """Return the markup of one field: from its wrapper to the next one's."""
    start = html.index(f'id="div_id_{name}"')
    return html[start : html.find('id="div_', start + 1)]


def test_a_field_is_label_hint_error_input():
    html = field(drawn(form(posted(name=""))), "name")

    assert PARTS.findall(html) == ["<label", 'class="hint"', 'class="error"', "<input"]
    assert re.findall(r'\bid="([^"]+)"', html.replace("aria-invalid", "")) == [
        "div_id_name",
        "id_name_helptext",
        "id_name_error",
        "id_name",
    ]


def test_an_input_names_its_hint_and_its_error():
    tags = Tags(drawn(form(posted(name="", words="x" * 601))))

    assert tags.named("name")["aria-describedby"] == "id_name_helptext id_name_error"
    assert tags.named("name")["aria-invalid"] == "true"
    assert tags.named("words")["aria-describedby"] == "id_words_helptext id_words_error"


def test_every_described_id_exists_once():
    html = drawn(form(posted(name="", country="", consent="", government="")))
    tags = Tags(html)
    described = " ".join(attrs.get("aria-describedby") or "" for _tag, attrs in tags.found)

    assert set(described.split()) <= set(tags.ids())
    assert len(tags.ids()) == len(set(tags.ids()))


def test_a_group_is_a_fieldset_with_one_choice_an_option():
    html = field(drawn(Example({"colour": ""})), "colour")

    assert PARTS.findall(html)[:3] == ["<legend", 'class="hint"', 'class="error"']
    assert html.count('class="choice"') == 2
    assert 'aria-describedby="id_colour_helptext id_colour_error"' in html


def test_a_single_checkbox_is_error_input_label_hint():
    html = field(drawn(Example({})), "agreed")

    assert PARTS.findall(html) == ['class="error"', "<input", "<label", 'class="hint"']


def test_optional_is_said_and_required_is_not():
    html = drawn(form())

    assert "Town or city <span" in field(html, "town")
    assert "(optional)" in field(html, "town")
    assert "(optional)" not in field(html, "name")
    assert " required" not in html


def test_an_error_begins_with_a_word_for_who_cannot_see_its_colour():
    html = field(drawn(form(posted(name=""))), "name")

    assert '<span class="unseen">Error:</span> Enter your full name' in html


def test_the_summary_links_each_error_to_its_field():
    filled = form(posted(name="", government="", consent=""))
    html = render_to_string("letter/errors.html", {"form": filled})
    ids = Tags(drawn(filled)).ids()

    assert re.findall(r'href="#([^"]+)"', html) == ["id_government_0", "id_name", "id_consent"]
    assert {"id_government_0", "id_name", "id_consent"} <= set(ids)
    assert 'role="alert" tabindex="-1"' in html


def test_the_summary_has_the_same_words_as_the_fields():
    filled = form(QueryDict("name=&email=x"))
    summary = render_to_string("letter/errors.html", {"form": filled})
    page = drawn(filled)

    messages = [message for found in filled.errors.values() for message in found]
    assert len(messages) == 5
    assert all(message in summary and message in page for message in messages)


def test_the_summary_stands_before_the_fields_unless_the_page_puts_it_above():
    assert drawn(Example({})).index("There is a problem") < drawn(Example({})).index("div_id_")
    assert "There is a problem" not in drawn(form(posted(name="")))


def test_errors_of_the_whole_form_come_first():
    example = Example({"colour": "r", "agreed": "on"})
    example.add_error(None, "Nothing fits together")

    assert "<li>Nothing fits together</li>" in drawn(example)


def test_all_answers_are_kept_the_wrong_ones_too():
    html = drawn(
        form(posted(government="FI", name="www.x.com", country="PL", words="<b>bold", email="x"))
    )

    assert 'value="FI" checked' in html
    assert 'value="PL" selected' in html
    assert 'value="www.x.com"' in html
    assert "&lt;b&gt;bold" in html


def test_a_posted_value_cannot_break_out_of_the_choices():
    html = drawn(form(posted(country='EE" onfocus="x', government='"><script>')))

    assert "onfocus" not in html
    assert "<script" not in html


def test_seven_governments_are_radio_buttons_and_eight_a_list_by_region():
    seven = {code: code for code in ("AT", "BE", "DE", "DK", "ES", "FI", "FR")}

    assert drawn(form(states=seven)).count('type="radio"') == 7
    assert '<optgroup label="Europe">' in drawn(form(states={**seven, "GR": "Greece"}))


def test_one_government_is_a_sentence():
    html = drawn(form(states={"EE": "Estonia"}))

    assert "Your letter goes to the government of <strong>Estonia</strong>." in html
    assert 'type="hidden" name="government" value="EE"' in html


def test_several_governments_are_checkboxes_by_region():
    html = drawn(form(states={f"A{letter}": letter for letter in "ABCDEFGH"}, most=3))

    assert html.count('type="checkbox" name="government"') == 8
    assert '<details class="region" open><summary>Europe</summary>' in html


def test_countries_of_the_campaign_lead_the_list():
    html = field(drawn(form()), "country")

    assert html.count('value="EE"') == 2
    assert html.index("Countries of this campaign") < html.index("All countries")


def test_choices_are_made_once_and_chosen_for_each():
    first, second = drawn(form(posted(country="PL"))), drawn(form(posted(country="FI")))

    assert ('value="PL" selected' in first, 'value="PL" selected' in second) == (True, False)
    assert 'value="FI" selected' in second


def test_controls_are_labelled_and_known_to_browsers():
    tags = Tags(drawn(form()))
    labels = {attrs.get("for") for tag, attrs in tags.found if tag == "label"}
    controls = [
        attrs
        for tag, attrs in tags.found
        if tag in {"input", "select", "textarea"} and attrs.get("type") != "hidden"
    ]

    assert all(attrs["id"] in labels for attrs in controls)
    assert {attrs["autocomplete"] for attrs in controls if "autocomplete" in attrs} == AUTOCOMPLETE
    assert not [
        attrs for attrs in controls if {"placeholder", "maxlength", "required"} & set(attrs)
    ]


def test_the_trap_is_hidden_from_people_and_their_readers():
    html = drawn(form())
    tags = Tags(html)

    assert re.search(r'<div class="unseen" aria-hidden="true"><label[^>]*>Leave this empty', html)
    assert tags.named("leave_empty")["tabindex"] == "-1"
    assert tags.named("leave_empty")["autocomplete"] == "off"


def test_layouts_may_group_and_send():
    example = Example()
    helper = example.helper
    helper.form_tag = True
    helper.layout.fields = [Fieldset("Colours", "colour"), Div("note", css_class="wide"), "agreed"]
    helper.add_input(Submit("save", "Save"))
    html: str = render_crispy_form(example, helper)

    assert '<form  method="post" novalidate>' in html
    assert '<fieldset class="group"><legend>Colours</legend>' in html
    assert '<div class="wide">' in html
    assert 'type="submit" name="save" value="Save"' in html


def test_a_form_without_layout_is_drawn_whole():
    html = render_to_string("letter/uni_form.html", {"form": Example()})

    assert [name for name in ("colour", "note", "agreed") if f"div_id_{name}" in html] == [
        "colour",
        "note",
        "agreed",
    ]


def test_the_pack_and_the_pages_of_letters_stand_apart():
    pack, pages = (settings.BASE_DIR / "templates" / name for name in ("letter", "letters"))

    assert not [path for path in pack.rglob("*.html") if "{% extends" in path.read_text()]
    assert {path.name for path in pack.glob("*.html")}.isdisjoint(p.name for p in pages.iterdir())


@pytest.mark.parametrize("name", ["write", "confirm", "check_email"])
def test_pages_draw_their_forms_by_crispy_and_without_a_fragment(name):
    html = (settings.BASE_DIR / "templates" / "letters" / f"{name}.html").read_text()

    assert "{% crispy form %}" in html
    assert "novalidate" in html
    assert not re.search(r'action="[^"]*#', html)
