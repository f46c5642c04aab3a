"""What every page of the admin says about delivery: nothing, or what keeps mail from going out."""

from __future__ import annotations

from typing import Any

from django import template
from django.db import DatabaseError

from letters.delivery import watch
from letters.rendering.answers import Meaning, meaning
from letters.rendering.troubles import words

register = template.Library()


@register.inclusion_tag("admin/letters/delivery/_banner.html", takes_context=True)
def delivery_banner(context: Any) -> dict[str, Any]:
    """Show a red notice while something is wrong. Costs a few queries once in five seconds."""
    if not context.get("has_permission"):
        return {"troubles": []}
    try:
        seen = context.get("seen") or watch.sight()
    except DatabaseError:
        return {"troubles": [{"words": words("database", {}), "since": None}]}
    troubles = [
        {"words": words(one.kind, one.facts), "since": one.since} for one in watch.troubles(seen)
    ]
    return {"troubles": troubles, "perms": context.get("perms"), "here": context.get("is_delivery")}


@register.filter
def in_plain_words(mail: Any) -> Meaning | None:
    """Return what the mail server's last answer means; None where nothing was refused."""
    if mail.last_code is None and not mail.last_answer:
        return None
    found = meaning(mail.last_code, mail.last_answer)
    return None if found.key == "silent" else found
