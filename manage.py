#!/usr/bin/env python
"""Run a management command of this project."""

from __future__ import annotations

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "campaign.settings")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:  # a setting: its sentence says all, no traceback
        raise SystemExit(str(error)) from None


if __name__ == "__main__":
    main()
