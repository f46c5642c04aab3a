"""A letter that cannot be set says so across processes too."""

from __future__ import annotations

import pickle

import pytest

from letters.rendering.pdf import PdfFailed


@pytest.mark.parametrize("permanent", [True, False])
def test_failure_travels_between_processes(permanent: bool) -> None:
    arrived = pickle.loads(pickle.dumps(PdfFailed("No font has: 𓀀", permanent=permanent)))
    assert isinstance(arrived, PdfFailed)
    assert (str(arrived), arrived.permanent) == ("No font has: 𓀀", permanent)
