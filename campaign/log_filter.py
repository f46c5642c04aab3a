"""Keep secret links out of the logs: who has the address has the letter (I6)."""

from __future__ import annotations

import logging
import re

_LINK = re.compile(r"/(confirm|letter)/[^/\s]+")


class HideTokens(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        hidden = _LINK.sub(r"/\1/…", message)
        if hidden != message:
            record.msg, record.args = hidden, ()
        return True
