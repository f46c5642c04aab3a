"""Export: no rows of its own; it gives the export page its address and its right in the admin."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from letters.models.letter import Letter


class Export(Letter):
    class Meta:
        proxy = True
        verbose_name = _("export")
        verbose_name_plural = _("export of counts")
        default_permissions = ()
        permissions = (("export_counts", "Can export counts"),)
