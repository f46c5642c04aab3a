from __future__ import annotations

from campaign.imports.command import ImportCommand
from campaign.imports.governments import GovernmentImporter


class Command(ImportCommand):
    help = "Imports governments and where they stand on the treaties from a CSV file."
    importer = GovernmentImporter
