from campaign.models.campaign import Campaign, CampaignText, ConsentWording, Delivery
from campaign.models.event import Event
from campaign.models.government import Government
from campaign.models.office import FormOfAddress, Office, OfficeHolder, OfficeRoute
from campaign.models.position import Position, Standing, Status, Treaty

__all__ = [
    "Campaign",
    "CampaignText",
    "ConsentWording",
    "Delivery",
    "Event",
    "FormOfAddress",
    "Government",
    "Office",
    "OfficeHolder",
    "OfficeRoute",
    "Position",
    "Standing",
    "Status",
    "Treaty",
]
