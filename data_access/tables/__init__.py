"""The schema, one module per subject. Migrations make it; these classes name it."""

from data_access.tables.audit import AuditEvent
from data_access.tables.base import Base
from data_access.tables.metrics import MetricCell, MetricSnapshot
from data_access.tables.operations import WorkerHeartbeat
from data_access.tables.people import Account, Participant, Staff, StaffRole, StudyGrant, WebSession
from data_access.tables.policy import PolicyDocument, PolicyProposal
from data_access.tables.publications import (
    Publication,
    PublicationCell,
    PublicationFile,
    PublicationLedger,
    PublicationRelease,
    PublicationVote,
)
from data_access.tables.quasi import QuasiIdentifierRow
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
    ShareSession,
    ShareVote,
)
from data_access.tables.studies import (
    ConsentEvent,
    InterviewSession,
    SessionSource,
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
    "FindingRow",
    "ImportBatch",
    "ImportRefusal",
    "InterviewSession",
    "Job",
    "MetricCell",
    "MetricSnapshot",
    "PackageOffer",
    "Participant",
    "PolicyDocument",
    "PolicyProposal",
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
    "ReviewItem",
    "ReviewOutcome",
    "ReviewProgress",
    "ReviewSkip",
    "SessionSearch",
    "SessionSource",
    "ShareComment",
    "ShareOpening",
    "ShareRecall",
    "ShareRelease",
    "ShareRequest",
    "ShareSession",
    "ShareVote",
    "Staff",
    "StaffRole",
    "Study",
    "StudyGrant",
    "TrustSafetyCase",
    "TurnRow",
    "TurnsRead",
    "WebSession",
    "WorkerHeartbeat",
]
