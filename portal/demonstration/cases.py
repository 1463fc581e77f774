"""Every made-up application, the one begun first at the head, so that references run with time."""

from portal.demonstration.amended_cases import AMENDED
from portal.demonstration.licensed_cases import LICENSED
from portal.demonstration.open_cases import OPEN
from portal.demonstration.stopped_cases import STOPPED
from portal.demonstration.story import AmendmentCase, Case

CASES: tuple[Case | AmendmentCase, ...] = tuple(
    sorted((*LICENSED, *STOPPED, *OPEN, *AMENDED), key=lambda case: -case.days)
)
