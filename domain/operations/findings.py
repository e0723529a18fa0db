"""What is not as it should be in a report, problems first; nothing where all is well."""

from __future__ import annotations

from domain.operations import machine, people
from domain.operations.finding import Finding, Weight
from domain.operations.report import Report


def findings(report: Report) -> tuple[Finding, ...]:
    """What is not as it should be, each with its way out."""
    found = [
        *machine.system(report),
        *machine.trail(report),
        *machine.workers(report),
        *machine.rounds(report),
        *machine.queues(report),
        *machine.failures(report),
        *machine.reading(report),
        *machine.snapshots(report),
        *people.mail(report),
        *people.people(report),
        *people.desks(report),
    ]
    return tuple(sorted(found, key=lambda each: each.weight is not Weight.PROBLEM))


def problems(report: Report) -> tuple[Finding, ...]:
    """What needs somebody."""
    return tuple(each for each in findings(report) if each.weight is Weight.PROBLEM)
