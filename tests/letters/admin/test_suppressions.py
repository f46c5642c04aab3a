"""Addresses that want no mail."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from letters.identifiers import signer_of
from tests.letters.admin.desk import SUPPRESSIONS, text_of

pytestmark = pytest.mark.django_db


def test_an_address_is_suppressed_without_being_stored(desk: Client) -> None:
    add = reverse("admin:letters_suppression_add")

    desk.post(add, {"email": "Mari@Mail.example", "reason": "asked by phone"})
    again = desk.post(add, {"email": "mari@mail.example", "reason": "again"})
    found = desk.get(SUPPRESSIONS, {"q": "mari+x@mail.example"}).context["cl"].queryset

    assert [row.signer for row in found] == [signer_of("mari@mail.example")]
    assert "This address gets no mail already." in text_of(again)
    page = reverse("admin:letters_suppression_change", args=[found[0].pk])
    assert "asked by phone" in text_of(desk.get(page))
