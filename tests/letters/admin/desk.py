"""The addresses of the letters' admin, and hands to use it with."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from letters.enums import LetterState
from letters.models import Letter
from tests.factories.letters import LetterFactory

REVIEW = reverse("admin:letters_letterinreview_changelist")
LETTERS = reverse("admin:letters_letter_changelist")
SUBMISSIONS = reverse("admin:letters_submission_changelist")
OUTBOUNDS = reverse("admin:letters_outbound_changelist")
SUPPRESSIONS = reverse("admin:letters_suppression_changelist")
EXPORT = reverse("admin:letters_export_changelist")
LISTS = [REVIEW, LETTERS, SUBMISSIONS, OUTBOUNDS, SUPPRESSIONS]
NASTY = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'& نور"


def user_with(*rights: str) -> User:
    user = User.objects.create_user(f"user-{User.objects.count()}", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=rights))
    return user


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def to_review(words: str = "I live near the border.", **values: Any) -> Letter:
    return LetterFactory(state=LetterState.IN_REVIEW, submission__words=words, **values)


def page_of(letter: Letter, kind: str = "letter") -> str:
    return reverse(f"admin:letters_{kind}_change", args=[letter.pk])


def text_of(response: Any) -> str:
    return str(response.content.decode())


def said(response: Any) -> list[str]:
    return [str(message) for message in response.context["messages"]]


def post(client: Client, address: str, action: str, letters: list[Any], **values: str) -> Any:
    chosen = [str(letter.pk) for letter in letters]
    data = {"action": action, "_selected_action": chosen, **values}
    return client.post(address, data, follow=True)
