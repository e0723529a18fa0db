"""The schema, one module per subject. Migrations make it; these classes name it."""

from data_access.tables.audit import AuditEvent
from data_access.tables.base import Base
from data_access.tables.double import (
    DoubleOutcome,
    DoubleReview,
    ReviewDifference,
    SecondDecision,
)
from data_access.tables.letters import LetterDelivery, ParticipantLetter
from data_access.tables.metrics import MetricCell, MetricSnapshot, MetricView
from data_access.tables.notifications import MailChoice, Notification, OutgoingMail
from data_access.tables.operations import WorkerHeartbeat, WorkerRound
from data_access.tables.people import Account, Participant, Staff, StaffRole, StudyGrant, WebSession
from data_access.tables.policy import (
    PolicyAssignment,
    PolicyAssignmentSession,
    PolicyDocument,
    PolicyProposal,
)
from data_access.tables.publications import (
    PrivacySpending,
    Publication,
    PublicationCell,
    PublicationFile,
    PublicationLedger,
    PublicationRelease,
    PublicationVote,
)
from data_access.tables.quasi import QuasiIdentifierRow, SpecialUniqueRow
from data_access.tables.queue import (
    ReviewCheck,
    ReviewItem,
    ReviewOutcome,
    ReviewProgress,
    ReviewSkip,
)
from data_access.tables.review import (
    Decision,
    DeidentificationRun,
    FindingRow,
    RedactionSetRow,
    SessionSearch,
    TurnsRead,
)
from data_access.tables.shares import (
    AgreementRow,
    PackageOffer,
    RecipientRow,
    ShareComment,
    ShareOpening,
    ShareRecall,
    ShareRelease,
    ShareRequest,
    ShareRisk,
    ShareSession,
    ShareVote,
)
from data_access.tables.studies import (
    ConsentEvent,
    FurtherUseEvent,
    InterviewSession,
    SessionSource,
    SessionStanding,
    Study,
    TrustSafetyCase,
    TurnRow,
)
from data_access.tables.work import (
    DeidentificationProgress,
    DeidentificationTask,
    ImportBatch,
    ImportRefusal,
    Job,
)

__all__ = [
    "Account",
    "AgreementRow",
    "AuditEvent",
    "Base",
    "ConsentEvent",
    "Decision",
    "DeidentificationProgress",
    "DeidentificationRun",
    "DeidentificationTask",
    "DoubleOutcome",
    "DoubleReview",
    "FindingRow",
    "FurtherUseEvent",
    "ImportBatch",
    "ImportRefusal",
    "InterviewSession",
    "Job",
    "LetterDelivery",
    "MailChoice",
    "MetricCell",
    "MetricSnapshot",
    "MetricView",
    "Notification",
    "OutgoingMail",
    "PackageOffer",
    "Participant",
    "ParticipantLetter",
    "PolicyAssignment",
    "PolicyAssignmentSession",
    "PolicyDocument",
    "PolicyProposal",
    "PrivacySpending",
    "Publication",
    "PublicationCell",
    "PublicationFile",
    "PublicationLedger",
    "PublicationRelease",
    "PublicationVote",
    "QuasiIdentifierRow",
    "RecipientRow",
    "RedactionSetRow",
    "ReviewCheck",
    "ReviewDifference",
    "ReviewItem",
    "ReviewOutcome",
    "ReviewProgress",
    "ReviewSkip",
    "SecondDecision",
    "SessionSearch",
    "SessionSource",
    "SessionStanding",
    "ShareComment",
    "ShareOpening",
    "ShareRecall",
    "ShareRelease",
    "ShareRequest",
    "ShareRisk",
    "ShareSession",
    "ShareVote",
    "SpecialUniqueRow",
    "Staff",
    "StaffRole",
    "Study",
    "StudyGrant",
    "TrustSafetyCase",
    "TurnRow",
    "TurnsRead",
    "WebSession",
    "WorkerHeartbeat",
    "WorkerRound",
]
