"""Returned mail for tests: bounces in the shapes of real servers, and messages people write."""

from __future__ import annotations

from email.message import EmailMessage
from pathlib import Path
from typing import Any

SAMPLES = Path(__file__).resolve().parent.parent.parent / "data/returns"
RECIPIENT = "office@gov.example"


def bounce(name: str, return_path: str, recipient: str = RECIPIENT) -> bytes:
    """Return the sample whose name begins so, as if it were about a mail of ours."""
    [path] = SAMPLES.glob(f"{name}*.eml")
    text = path.read_text(encoding="utf-8")
    return text.replace("RETURN_PATH", return_path).replace("RECIPIENT", recipient).encode()


def message(
    to: str, text: str = "Thank you for your letter.", *, sender: str = RECIPIENT, **headers: Any
) -> EmailMessage:
    """Return a mail as an office writes it. Headers: `auto_submitted="…"` is Auto-Submitted."""
    found = EmailMessage()
    found["From"] = f"Office <{sender}>"
    found["To"] = to
    found["Subject"] = headers.pop("subject", "Re: Please stay in the Convention")
    found["Date"] = "Mon, 23 Nov 2026 10:00:00 +0100"
    found["Message-ID"] = headers.pop("message_id", "<answer-1@gov.example>")
    for name, value in headers.items():
        found[name.replace("_", "-").title()] = value
    found.set_content(text)
    return found
