from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CampaignConfig(AppConfig):
    name = "campaign"
    verbose_name = _("Campaigns and governments")

    def ready(self) -> None:
        from campaign import checks  # noqa: F401  (registers the system checks)
