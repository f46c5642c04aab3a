from letters.models.decision import Decision
from letters.models.export import Export
from letters.models.letter import Letter
from letters.models.move import Move
from letters.models.outbound import Attempt, Outbound
from letters.models.review import LetterInReview
from letters.models.submission import AccessToken, Submission, Suppression
from letters.models.template import LetterTemplate, LetterText, LetterVersion

__all__ = [
    "AccessToken",
    "Attempt",
    "Decision",
    "Export",
    "Letter",
    "LetterInReview",
    "LetterTemplate",
    "LetterText",
    "LetterVersion",
    "Move",
    "Outbound",
    "Submission",
    "Suppression",
]
