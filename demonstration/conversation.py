"""The order of an interview: script, questions, answers, follow-ups that echo them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from demonstration.dice import Dice
from demonstration.hostile import hostile_text
from demonstration.quotas import Quota
from demonstration.speech import Speech
from demonstration.studies import TOPICS, DemonstrationStudy
from demonstration.templates import Template
from demonstration.wording_files import Unit
from domain.vocabulary import SessionStatus

_Thing = TypeVar("_Thing")
#: The question after which hostile text is pasted: early, so that broken-off sessions hold it.
_PASTES_AT = 1
_LAST = len(TOPICS) - 1
#: Questions that are never skipped: what somebody does, one example, and anything else.
_ALWAYS = frozenset((0, 1, 2, _LAST))
#: What is left to sum up once a follow-up has been answered.
_NOTHING = Unit("", "any", "any", (), None, None, ())


class Interview:
    """Holds one interview; its outcome is in ``speech``."""

    def __init__(self, study: DemonstrationStudy, quota: Quota, speech: Speech, dice: Dice) -> None:
        self.speech = speech
        self.questions_asked = 0
        self._study, self._quota, self._dice = study, quota, dice
        self._voice = speech.cast.person.voice
        self._wording = speech.cast.wording
        self._subject = study.subject
        self._used: set[Unit] = set()
        self._heard: set[int] = set()
        self._has_leaked = False
        self._asked_about_mate = False
        self._quotes_left = 2

    def hold(self) -> None:
        """Hold the interview to its end, or to where the participant stops answering."""
        breaks_off_at = self._breaks_off_at()
        self.speech.ask(self._wording.openings[self._subject])
        named = self._dice.chance(0.2)
        self.speech.answer(self._phrase("greeting" if named else "ready"))
        lead: tuple[Template | str, ...] = (self._phrase("welcome" if named else "begin"), "\n\n")
        for number, question in enumerate(self._wording.questions[self._subject]):
            if number not in _ALWAYS and self._dice.chance(0.3 - 0.25 * self._voice.talkative):
                continue
            self.speech.ask(*lead, question)
            self.questions_asked += 1
            if number == breaks_off_at:
                self._break_off()
                return
            lead = self._discuss(TOPICS[number], number)
        self.speech.ask(self._wording.closings[self._subject])
        if self._dice.chance(0.65):
            self.speech.answer(self._phrase("farewell"))

    def _breaks_off_at(self) -> int | None:
        """The number of the question that is not answered any more, or None."""
        if self._quota.status is SessionStatus.COMPLETED:
            return None
        return self._dice.pick((0, 1, 2))

    def _break_off(self) -> None:
        if self._quota.status is SessionStatus.ABANDONED and self._dice.chance(0.5):
            self.speech.answer(self._phrase("leaving"))

    def _discuss(self, topic: str, number: int) -> tuple[Template | str, ...]:
        """Have a question answered and followed up; what the next question opens with."""
        unit = self._unit(topic)
        pasted = ""
        if self._quota.hostility is not None and number == _PASTES_AT:
            pasted = hostile_text(self._quota.hostility)
        monosyllabic = topic not in ("work", "extra") and self._dice.chance(
            0.38 - 0.5 * self._voice.talkative
        )
        if monosyllabic:
            self.speech.answer(self._phrase("brief"), after=pasted)
            self.speech.ask(self._phrase("probe"))
            pasted = ""  # once is enough
        self.speech.answer(*self._told(unit), asides=self._asides(unit), after=pasted)
        # What is said last is not questioned further: the interview is over.
        if number != _LAST and self._dice.chance(0.2 + 0.55 * self._voice.talkative):
            unit = self._follow_up(unit)
        return self._acknowledgement(unit)

    def _told(self, unit: Unit) -> list[Template]:
        """The unit as this participant tells it: hedged, or with a second story after it."""
        parts = [unit.say]
        if unit.topic != "extra" and self._dice.chance(self._voice.hedges):
            parts.insert(0, self._phrase("hedge"))
        if unit.topic == "work" and self.speech.cast.day_world is not None:
            parts.append(self._phrase("day_job"))
        if unit.topic == "story" and self._dice.chance(0.5 * self._voice.talkative - 0.2):
            second = self._own("story")
            parts.extend([self._phrase("another"), second[0].say] if second else ())
            self._used.update(second[:1])
        return parts

    def _asides(self, unit: Unit) -> list[Template]:
        """What is said beside the point, and what slips out."""
        parts: list[Template] = []
        if self._dice.chance(0.22 * self._voice.talkative):
            parts.append(self._phrase("aside"))
        leaks = [] if self._has_leaked else self._candidates("leak")
        if leaks and unit.topic in ("story", "trouble", "control") and self._dice.chance(0.2):
            parts.append(self._dice.pick(leaks).say)
            self._has_leaked = True
        if self._dice.chance(self._voice.emoji):
            parts.append(self._phrase("emoji"))
        return parts

    def _follow_up(self, unit: Unit) -> Unit:
        if unit.ask is not None and unit.more:
            lead: tuple[Template | str, ...] = ()
            if unit.echo is not None and self._dice.chance(0.6):
                lead = (*self._echoed(unit), " ")
            self.speech.ask(*lead, unit.ask)
            self.speech.answer(self._dice.pick(unit.more))
            return _NOTHING
        if "mate" in self.speech.mentioned and not self._asked_about_mate:
            self._asked_about_mate = True
            self.speech.ask(self._phrase("ask_mate"))
            self.speech.answer(self._phrase("mate_answer"))
            return _NOTHING
        quoted = self.speech.quotation() if self._quotes_left else None
        if quoted is not None:
            self._quotes_left -= 1
            before, after = self._unheard(self._wording.quoting)
            self.speech.ask_about(before, quoted, after)
            self.speech.answer(self._phrase("quote_answer"))
            return _NOTHING
        return unit

    def _acknowledgement(self, unit: Unit) -> tuple[Template | str, ...]:
        if unit.echo is not None and self._dice.chance(0.75):
            return (*self._echoed(unit), "\n\n")
        return (self._phrase("ack"), "\n\n")

    def _echoed(self, unit: Unit) -> tuple[Template | str, ...]:
        before, after = self._unheard(self._wording.echoing)
        return (before, unit.echo or (), after)

    def _unit(self, topic: str) -> Unit:
        """An answer on the topic, from this participant's world where it has one."""
        fresh = self._own(topic)
        generic = self._candidates(topic)
        if fresh and (not generic or self._dice.chance(0.6)):
            chosen = self._dice.pick(fresh)
        else:
            chosen = self._dice.pick(generic)
        self._used.add(chosen)
        return chosen

    def _own(self, topic: str) -> list[Unit]:
        """What this participant's world still has to say on the topic."""
        world = self.speech.cast.world
        return [unit for unit in world.units if unit.topic == topic and unit not in self._used]

    def _candidates(self, topic: str) -> list[Unit]:
        return [
            unit
            for unit in self._wording.generic
            if unit.topic == topic
            and unit.mood in ("any", self._voice.mood)
            and unit.subject in ("any", self._subject)
            and unit not in self._used
        ]

    def _phrase(self, kind: str) -> Template:
        return self._unheard(self._wording.phrases[kind])

    def _unheard(self, things: Sequence[_Thing]) -> _Thing:
        """One that this session has not heard, while there is one."""
        fresh = [thing for thing in things if id(thing) not in self._heard]
        thing = self._dice.pick(fresh or things)
        self._heard.add(id(thing))
        return thing
