"""Who may do what. The only table of it; nothing else asks for a role by name."""

from enum import StrEnum, auto

from licensing.models import Application, Licence, Role, User


class Permission(StrEnum):
    APPLY = auto()  # file applications for the own organisation
    MANAGE_COMPANY = auto()  # make and disable accounts of the own organisation
    REVIEW = auto()  # read cases, judge hits, confirm and revoke judgements, consult, recommend
    DECIDE = auto()  # decide what another person recommended
    MANAGE_LICENCE = auto()  # suspend, reinstate, revoke
    ADVISE = auto()  # answer what the own body was asked
    SEE_LICENCES = auto()  # ask whether any licence is valid and what remains
    REPORT_USAGE = auto()  # write quantities off
    MANAGE_ACCOUNTS = auto()  # organisations, accounts, API keys
    CALIBRATE = auto()  # from which points on a likeness is looked at, and by how many people
    SEE_LISTS = auto()  # which lists are in force, what they say, and how imports went
    RUN_LISTS = auto()  # upload and fetch lists, ask for exceptions with them and agree to those of others
    MANAGE_KEYS = auto()  # which keys sign licences: ask for changes and agree to those of others
    SCREEN = auto()  # ask the lists about anybody, outside a case
    CLASSIFY = auto()  # ask by a key which entries of a control list may describe goods


GRANTS: dict[Role, frozenset[Permission]] = {
    Role.EXPORTER_FILER: frozenset({Permission.APPLY}),
    Role.EXPORTER_ADMINISTRATOR: frozenset({Permission.APPLY, Permission.MANAGE_COMPANY}),
    Role.CASE_OFFICER: frozenset(
        {Permission.REVIEW, Permission.SEE_LICENCES, Permission.SEE_LISTS, Permission.SCREEN}
    ),
    Role.DECIDING_OFFICER: frozenset(
        {
            Permission.REVIEW,
            Permission.DECIDE,
            Permission.MANAGE_LICENCE,
            Permission.SEE_LICENCES,
            Permission.SEE_LISTS,
            Permission.SCREEN,
        }
    ),
    Role.ADVISER: frozenset({Permission.ADVISE}),
    Role.CUSTOMS_OFFICER: frozenset({Permission.SEE_LICENCES, Permission.REPORT_USAGE}),
    # What a machine really may do is for the scopes of its key to say, one by one.
    Role.CUSTOMS_SYSTEM: frozenset(
        {Permission.SEE_LICENCES, Permission.REPORT_USAGE, Permission.SCREEN, Permission.CLASSIFY}
    ),
    Role.ADMINISTRATOR: frozenset(
        {
            Permission.MANAGE_ACCOUNTS,
            Permission.CALIBRATE,
            Permission.SEE_LISTS,
            Permission.RUN_LISTS,
            Permission.MANAGE_KEYS,
        }
    ),
}

# Whoever can read or decide about others must prove more than a password.
SECOND_FACTOR = frozenset(
    {Role.CASE_OFFICER, Role.DECIDING_OFFICER, Role.ADVISER, Role.CUSTOMS_OFFICER, Role.ADMINISTRATOR}
)


def has(user: User, permission: Permission) -> bool:
    return user.is_active and permission in GRANTS[Role(user.role)]


def roles_with(permission: Permission) -> list[Role]:
    return [role for role, granted in GRANTS.items() if permission in granted]


def may(user: User, permission: Permission, subject: Application | Licence) -> bool:
    """Like `has`, and an exporter acts for their own organisation only."""
    owner = subject.organisation_id if isinstance(subject, Application) else subject.holder_id
    own = not user.is_exporter or owner == user.organisation_id
    return own and has(user, permission)


def needs_second_factor(user: User) -> bool:
    return user.role in SECOND_FACTOR
