"""The base of every form of the site: the only FormHelper, and choices that cost nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django import forms
from django.core.exceptions import ValidationError
from django.forms.utils import flatatt
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

# (label of the group or "", its (value, name) pairs). Tuples, so that a cache can know them.
Groups = tuple[tuple[str, tuple[tuple[str, str], ...]], ...]


class PageHelper(FormHelper):  # type: ignore[misc]  # crispy has no types
    """The page template writes <form>, the token and the buttons.

    Crispy looks its action up among the URLs each time it draws the form: there is none.
    """

    form_tag = False
    disable_csrf = True
    form_action = ""


class LetterForm(forms.Form):
    """No `required` attributes: our own messages say more than a browser's.

    With `summary_above` the page puts the summary of errors above its heading itself.
    """

    use_required_attribute = False
    summary_above = False

    def layout(self) -> Iterable[object]:
        """Return the fields in the order of the page."""
        return tuple(self.fields)

    @property
    def helper(self) -> FormHelper:
        helper = PageHelper()
        helper.summary_above = self.summary_above
        helper.layout = Layout(*self.layout())
        return helper


@lru_cache(maxsize=128)
def markup(template: str, groups: Groups, name: str, kind: str) -> SafeString:
    """Return the choices as HTML, none of them chosen. Made once: it is the same for everybody."""
    return render_to_string(template, {"groups": groups, "name": name, "kind": kind})


class ReadyWidget(forms.Widget):
    """Choices whose HTML is made once; what is chosen is marked in it by replacing.

    Django's own select takes 4 ms for 250 options, which is more than the rest of the page.
    """

    template, kind, mark = "", "", ""

    def __init__(self, groups: Groups, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs)
        self.groups = groups

    def __deepcopy__(self, memo: dict[int, Any]) -> ReadyWidget:
        return type(self)(self.groups, self.attrs.copy())

    def chosen(self, name: str, value: Any) -> SafeString:
        html: str = markup(self.template, self.groups, name, self.kind)
        for key in value if isinstance(value, (list, tuple)) else [value or ""]:
            found = format_html('value="{}"', key)
            html = html.replace(found, f"{found} {self.mark}", 1)
        # Template output, with escaped text put into it.
        return mark_safe(html)  # noqa: S308


class ReadySelect(ReadyWidget):
    template, mark = "letter/options.html", "selected"

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None
    ) -> SafeString:
        flat = flatatt(self.build_attrs({**self.attrs, "name": name}, attrs))
        return format_html("<select{}>{}</select>", flat, self.chosen(name, value))


class ReadyRadios(ReadyWidget):
    template, kind, mark = "letter/choices.html", "radio", "checked"
    use_fieldset, ready = True, True

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None
    ) -> SafeString:
        return self.chosen(name, value)


class ReadyCheckboxes(ReadyRadios):
    kind = "checkbox"

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        return data.getlist(name) if hasattr(data, "getlist") else data.get(name)


class OneOf(forms.Field):
    """A key of `known`, cleaned to what stands under it."""

    def __init__(self, known: Mapping[str, Any], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.known = known

    def __deepcopy__(self, memo: dict[int, Any]) -> OneOf:
        known, self.known = self.known, {}
        try:
            copy: OneOf = super().__deepcopy__(memo)
        finally:
            self.known = known
        copy.known = known
        return copy

    def clean(self, value: Any) -> Any:
        return self.find(value)

    def find(self, key: Any) -> Any:
        found = self.known.get(key) if isinstance(key, str) else None
        if found is None:
            raise ValidationError(self.error_messages["required"], code="required")
        return found


class SomeOf(OneOf):
    """Keys of `known`, cleaned to the list of what stands under them, each once."""

    hidden_widget = forms.MultipleHiddenInput

    def clean(self, value: Any) -> Any:
        keys = [value] if isinstance(value, str) else list(value or [""])
        return [self.find(key) for key in dict.fromkeys(keys)]
