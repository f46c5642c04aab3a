"""Who works at the desk."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client

from tests.letters.admin.desk import client_of, user_with


@pytest.fixture
def organiser() -> User:
    return User.objects.create_superuser("organiser")


@pytest.fixture
def desk(organiser: User) -> Client:
    return client_of(organiser)


@pytest.fixture
def reviewer() -> User:
    return user_with("review_letters")
