from __future__ import annotations

from django.apps import AppConfig


class CampaignConfig(AppConfig):
    name = "campaign"
    verbose_name = "Campaigns and governments"

    def ready(self) -> None:
        from campaign import checks  # noqa: F401  (registers the system checks)
