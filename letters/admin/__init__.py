"""What organisers see and decide about letters. Every decision calls an action."""

from letters.admin.export import ExportAdmin
from letters.admin.letter import LetterAdmin
from letters.admin.outbound import OutboundAdmin
from letters.admin.review import LetterInReviewAdmin
from letters.admin.submission import SubmissionAdmin
from letters.admin.suppression import SuppressionAdmin

__all__ = [
    "ExportAdmin",
    "LetterAdmin",
    "LetterInReviewAdmin",
    "OutboundAdmin",
    "SubmissionAdmin",
    "SuppressionAdmin",
]
