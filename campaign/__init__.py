"""What we ask, of whom, and who stands behind it: reference data and the Django project itself."""

from campaign.celery import app as celery_app

__all__ = ["celery_app"]
