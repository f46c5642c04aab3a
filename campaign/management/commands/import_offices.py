from __future__ import annotations

from campaign.imports.command import ImportCommand
from campaign.imports.offices import OfficeImporter


class Command(ImportCommand):
    help = "Imports offices, their forms of address and routes from a CSV file."
    importer = OfficeImporter
