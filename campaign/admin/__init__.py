"""What organisers look at and edit about campaigns, governments and offices."""

from django.conf import settings
from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from campaign.admin.campaign import CampaignAdmin
from campaign.admin.event import EventAdmin
from campaign.admin.government import GovernmentAdmin
from campaign.admin.office import OfficeAdmin
from campaign.admin.position import PositionAdmin
from campaign.admin.treaty import TreatyAdmin

__all__ = [
    "CampaignAdmin",
    "EventAdmin",
    "GovernmentAdmin",
    "OfficeAdmin",
    "PositionAdmin",
    "TreatyAdmin",
]

admin.site.site_header = settings.SITE_NAME
admin.site.site_title = settings.SITE_NAME
admin.site.index_title = _("Administration")
