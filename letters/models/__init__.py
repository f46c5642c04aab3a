from letters.models.bulk import BulkDecision
from letters.models.bundle import Bundle, BundleEntry, BundleFile
from letters.models.count import CountCell, CountChange, CountRepeat
from letters.models.decision import Decision
from letters.models.digest import Digest
from letters.models.export import Export
from letters.models.letter import Letter
from letters.models.mail_server import Connection, MailServer
from letters.models.move import Move
from letters.models.office_pace import OfficePace
from letters.models.outbound import Attempt, Outbound
from letters.models.report import Answer, AnswerFile, DeliveryReport
from letters.models.review import LetterInReview
from letters.models.site import Heartbeat, SiteDelivery
from letters.models.submission import AccessToken, Submission, Suppression
from letters.models.template import LetterTemplate, LetterText, LetterVersion

__all__ = [
    "AccessToken",
    "Answer",
    "AnswerFile",
    "Attempt",
    "BulkDecision",
    "Bundle",
    "BundleEntry",
    "BundleFile",
    "Connection",
    "CountCell",
    "CountChange",
    "CountRepeat",
    "Decision",
    "DeliveryReport",
    "Digest",
    "Export",
    "Heartbeat",
    "Letter",
    "LetterInReview",
    "LetterTemplate",
    "LetterText",
    "LetterVersion",
    "MailServer",
    "Move",
    "OfficePace",
    "Outbound",
    "SiteDelivery",
    "Submission",
    "Suppression",
]
