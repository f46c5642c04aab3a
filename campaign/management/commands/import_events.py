from __future__ import annotations

from campaign.imports.command import ImportCommand
from campaign.imports.events import EventImporter


class Command(ImportCommand):
    help = "Imports events from a CSV file."
    importer = EventImporter
