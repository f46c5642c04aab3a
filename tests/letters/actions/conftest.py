"""Who decides."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User


@pytest.fixture
def organiser() -> User:
    return User.objects.create_user("organiser")
