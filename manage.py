#!/usr/bin/env python
"""Run a management command of this project."""

from __future__ import annotations

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "campaign.settings")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line
    from django.db import OperationalError

    from campaign import terminal

    try:
        execute_from_command_line(sys.argv)
        sys.stdout.flush()
    except ImproperlyConfigured as error:  # a setting: its sentence says all, no traceback
        raise SystemExit(str(error)) from None
    except OperationalError as error:
        raise SystemExit(terminal.database_away(error)) from None
    except BrokenPipeError as error:
        terminal.end_without_a_reader(error)


if __name__ == "__main__":
    main()
