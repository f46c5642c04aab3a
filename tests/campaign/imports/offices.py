"""What import_offices left in the database, as plain rows to compare."""

from __future__ import annotations

from datetime import date

from campaign.models import FormOfAddress, OfficeHolder, OfficeRoute

IMPORT = "import_offices"


def forms() -> list[tuple[str, str, str, str]]:
    rows = FormOfAddress.objects.order_by("language", "gender")
    return list(rows.values_list("language", "gender", "title", "salutation"))


def routes() -> list[tuple[str, int, bool]]:
    return list(OfficeRoute.objects.order_by("rank").values_list("email", "rank", "stopped"))


def holders() -> list[tuple[str, date | None, date | None]]:
    return list(OfficeHolder.objects.order_by("id").values_list("name", "begins", "ends"))
