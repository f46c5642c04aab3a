"""What organisers see and decide about letters. Every decision calls an action."""

from letters.admin.bulk import BulkDecisionAdmin
from letters.admin.bundle import BundleAdmin
from letters.admin.courtesy import CampaignDesk, OfficeDesk
from letters.admin.export import ExportAdmin
from letters.admin.letter import LetterAdmin
from letters.admin.outbound import OutboundAdmin
from letters.admin.returns import AnswerAdmin, DeliveryReportAdmin
from letters.admin.review import LetterInReviewAdmin
from letters.admin.site import SiteDeliveryAdmin
from letters.admin.submission import SubmissionAdmin
from letters.admin.suppression import SuppressionAdmin
from letters.admin.template import LetterTemplateAdmin
from letters.admin.version import LetterVersionAdmin

__all__ = [
    "AnswerAdmin",
    "BulkDecisionAdmin",
    "BundleAdmin",
    "CampaignDesk",
    "DeliveryReportAdmin",
    "ExportAdmin",
    "LetterAdmin",
    "LetterInReviewAdmin",
    "LetterTemplateAdmin",
    "LetterVersionAdmin",
    "OfficeDesk",
    "OutboundAdmin",
    "SiteDeliveryAdmin",
    "SubmissionAdmin",
    "SuppressionAdmin",
]
