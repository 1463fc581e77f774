"""What is asked about goods, and what is answered: plain values, without a database behind them.

The machine never clears anything. An `Answer` without suggestions says that no match was found; the questions
beside every list and the check by an expert remain.
"""

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

OTHERS_TOLD = (3, 1)  # further paragraphs of the first entries in a list of codes


@dataclass(frozen=True, slots=True)
class Goods:
    """Goods as somebody describes them, in Spanish or English."""

    description: str
    specifications: str = ""  # free text: "14 bit, 500 MS/s"
    hs_code: str = ""  # digits, as screening.codes.normalise_hs writes them
    cas: tuple[str, ...] = ()  # numbers stated beside those in the text
    claimed: tuple[str, ...] = ()  # control codes that the exporter names
    maker: str = ""  # who makes them, and what model they are

    @property
    def said(self) -> str:
        """What the goods are, without names that say nothing of it."""
        return "\n".join(filter(None, (self.description, self.specifications)))

    @property
    def text(self) -> str:
        return "\n".join(filter(None, (self.said, self.maker)))


@dataclass(frozen=True, slots=True)
class Precedent:
    """Goods that people have classified before. Whoever asks sees to it that he may see them."""

    key: str  # whoever asked knows it again: "PA-2026-000012/3"
    text: str
    codes: tuple[str, ...]  # () where it was found not to be listed
    edition_id: int | None = None  # the ControlEdition it was decided under
    is_decided: bool = True  # False where the exporter claimed the codes and nobody decided


class Outcome(StrEnum):
    """How a stated value compares with a threshold. A value that is missing is never "not met"."""

    MET = "met"
    NOT_MET = "not-met"
    NOT_KNOWN = "not-known"


@dataclass(frozen=True, slots=True)
class Comparison:
    """A threshold of a provision beside what the goods say."""

    code: str  # of the provision that holds it: "3A001.a.5.a"
    group: int  # those of one group must all be met, one group suffices
    parameter: str  # a key of screening.classification.parameters
    comparator: str  # ">", ">=", "<", "<=", "="
    value: Decimal
    unit: str  # as data sheets write it; "" for a number
    outcome: Outcome
    stated: Decimal | None = None  # what the goods say, in `unit`
    found: str = ""  # the words of the goods that say so: "500 MS/s"
    condition: str = ""  # when the threshold applies, in words


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a provision is suggested: a code with what it rests on. `reasons.sentence` puts it into words."""

    code: str  # "words", "letters", "meaning", "substance", "synonym", "hs", "group", "precedent", "claimed"
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """A provision on the way from the code at the top down to the one suggested."""

    code: str
    title: str  # in the reader's language


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A provision that may describe the goods."""

    code: str  # the provision that fits best: "3A001.a.5.a"
    base: str  # its code at the top: "3A001"
    version_id: int  # EntryVersion
    score: float  # 0 to 1, comparable within an answer only
    path: tuple[Step, ...]  # the code at the top first, this provision last
    reasons: tuple[Reason, ...] = ()
    words: frozenset[str] = frozenset()  # words of `path` to mark, as they are written there
    comparisons: tuple[Comparison, ...] = ()
    questions: tuple[str, ...] = ()  # notes that may exclude the goods, and what to ask, as questions
    precedents: tuple[str, ...] = ()  # keys of Precedent, the likest first
    others: tuple[str, ...] = ()  # further paragraphs of the same entry that fit nearly as well

    @property
    def outcome(self) -> Outcome | None:
        """Return how the values compare: one group wholly met suffices; None where nothing is to compare."""
        if not self.comparisons:
            return None
        groups: dict[tuple[str, int], list[Outcome]] = {}
        for one in self.comparisons:
            groups.setdefault((one.code, one.group), []).append(one.outcome)
        if any(all(one is Outcome.MET for one in group) for group in groups.values()):
            return Outcome.MET
        if all(Outcome.NOT_MET in group for group in groups.values()):
            return Outcome.NOT_MET
        return Outcome.NOT_KNOWN


@dataclass(frozen=True, slots=True)
class Claim:
    """What is to say about a code that the exporter names."""

    code: str
    is_known: bool  # the edition has it
    is_far: bool  # unlike everything that was found: a question to the exporter, never a refusal
    place: int | None = None  # among everything found, from 1


@dataclass(frozen=True, slots=True)
class Answer:
    """What was found for goods in one edition of one list."""

    edition_id: int  # ControlEdition
    edition_label: str
    suggestions: tuple[Suggestion, ...]  # the likeliest first, one for each code at the top
    alarm: float  # 0 to 1: how likely it is that the goods are listed at all
    may_be_listed: bool  # the alarm is above the calibrated threshold
    claims: tuple[Claim, ...] = ()
    milliseconds: float = 0.0
    catch_all: tuple[str, ...] = field(default=())  # asked whatever was found, in the reader's language

    @property
    def paths(self) -> list[tuple[str, float]]:
        """Return the provisions in order with their scores: of the first entries also the paragraphs that fit
        nearly as well."""
        found = []
        for place, one in enumerate(self.suggestions):
            count = OTHERS_TOLD[place] if place < len(OTHERS_TOLD) else 0
            found += [(code, one.score) for code in (one.code, *one.others[:count])]
        return found
