"""The three demonstration studies, and how their dates lie to the policies'."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

#: Instants at which another policy begins or ends (POLICY: the two published ranges).
POLICY_BOUNDARIES = (
    datetime(2025, 12, 1, tzinfo=UTC),
    datetime(2026, 1, 1, tzinfo=UTC),
    datetime(2026, 3, 23, tzinfo=UTC),
)
#: How far from a boundary a time zone can move a date (rule R04).
BOUNDARY_MARGIN = timedelta(hours=14)


@dataclass(frozen=True, slots=True)
class DemonstrationStudy:
    """One study of the demonstration.

    Attributes
    ----------
    slug, title
        As an administrator would enter them.
    questions
        The interview's planned questions in English, in order.
    opens_on, closes_on
        First and last day, both included, in the participants' own time zones.
    subject
        Which of the wordings' sets of worlds, scripts and questions it uses.
    boundaries
        The policy boundaries near which some of its sessions end.
    """

    slug: str
    title: str
    questions: tuple[str, ...]
    opens_on: date
    closes_on: date
    subject: str
    boundaries: tuple[datetime, ...]


EVERYDAY_WORK = DemonstrationStudy(
    slug="everyday-work-2025",
    title="AI in everyday work",
    questions=(
        "To start, could you tell me what you do for work and what an ordinary week looks like?",
        "Where in that week does AI come in, if at all?",
        "Could you walk me through one recent time you used it, from start to finish?",
        "And a time when it went wrong, or was less help than you had hoped?",
        "When you work on something with AI, who would you say is making the decisions?",
        "How do the people around you at work feel about it?",
        "Is there anything about AI in your line of work that worries you?",
        "If you picture your work a few years from now, what has changed and what has not?",
        "Is there anything I should have asked and did not?",
    ),
    opens_on=date(2025, 12, 1),
    closes_on=date(2025, 12, 31),
    subject="work",
    boundaries=POLICY_BOUNDARIES[:2],
)
MAKING_THINGS = DemonstrationStudy(
    slug="making-things-2026",
    title="Making things with AI: a winter of creative practice",
    questions=(
        "What do you make, and how did you come to make it?",
        "At which points in making it do you turn to AI, and at which do you stay away?",
        "Tell me about one piece where AI had a part. What did it do, and what did you do?",
        "Has it ever let you down, or led you somewhere you did not want to go?",
        "Whose work is it, in the end?",
        "What do other makers, or the people you make things for, think about it?",
        "What, if anything, would you not want to see happen to your craft?",
        "How do you imagine making things a few years from now?",
        "Before we finish, is there something you would like to add?",
    ),
    opens_on=date(2025, 12, 8),
    closes_on=date(2026, 4, 30),
    subject="making",
    boundaries=POLICY_BOUNDARIES[1:],
)
FINDING_OUT = DemonstrationStudy(
    slug="finding-out-2026",
    title="Finding out: AI in scientific work",
    questions=(
        "What are you trying to find out at the moment, and with whom?",
        "Which parts of that work does AI take part in today?",
        "Could you describe one occasion in detail, as if I were looking over your shoulder?",
        "Where did it fail you, and how did you notice?",
        "How do you decide what to trust and what to check?",
        "How does your group, or your field, talk about it?",
        "What worries you most about it for science?",
        "What would you want it to be able to do in a few years that it cannot do now?",
        "Anything else that I ought to know?",
    ),
    opens_on=date(2026, 3, 23),
    closes_on=date(2026, 6, 12),
    subject="science",
    boundaries=POLICY_BOUNDARIES[2:],
)

STUDIES: tuple[DemonstrationStudy, ...] = (EVERYDAY_WORK, MAKING_THINGS, FINDING_OUT)

#: What each planned question is about; the wordings answer by topic.
TOPICS = (
    "work",
    "fit",
    "story",
    "trouble",
    "control",
    "colleagues",
    "concern",
    "future",
    "extra",
)
