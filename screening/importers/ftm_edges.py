"""What the ties between entities of FollowTheMoney mean for each side."""

from dataclasses import dataclass

from screening.models import RelationKind as Kind


@dataclass(frozen=True, slots=True)
class Edge:
    ends: tuple[str, str]  # the properties that refer to both sides
    kinds: tuple[Kind, Kind]  # how the first stands to the second, and the second to the first
    words: tuple[str, ...] = ("role", "relationship", "status")  # the properties that say more


EDGES = {
    "Ownership": Edge(("owner", "asset"), (Kind.OWNS, Kind.OWNED_BY), ("role", "sharesType", "status")),
    "Control": Edge(("controller", "controlled"), (Kind.LINKED, Kind.CONTROLLED_BY), ("controlType",)),
    "Directorship": Edge(("director", "organization"), (Kind.ACTS_FOR, Kind.LED_BY)),
    "Employment": Edge(("employee", "employer"), (Kind.ACTS_FOR, Kind.LINKED)),
    "Membership": Edge(("member", "organization"), (Kind.MEMBER_OF, Kind.LINKED)),
    "Representation": Edge(("agent", "client"), (Kind.ACTS_FOR, Kind.LINKED)),
    "Family": Edge(("person", "relative"), (Kind.FAMILY, Kind.FAMILY)),
    "Associate": Edge(("person", "associate"), (Kind.LINKED, Kind.LINKED)),
    "Succession": Edge(("predecessor", "successor"), (Kind.LINKED, Kind.LINKED)),
    "UnknownLink": Edge(("subject", "object"), (Kind.LINKED, Kind.LINKED)),
}
