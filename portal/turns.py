"""Whose turn it is and what they do next, in the words of the exporter and in those of officers."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from licensing.country import pack
from licensing.models import Application, ApplicationStatus


@dataclass(frozen=True, slots=True)
class Turn:
    """Who acts next, in a word, and what they do, in a sentence; both empty when nobody has to act."""

    who: Promise | str = ""
    what: Promise | str = ""


NOBODY = Turn()
_S = ApplicationStatus
_YOU, _AUTHORITY = _("You"), _("The authority")

# An exporter hears of no officer by name and of no body that was asked.
TURNS: dict[ApplicationStatus, Turn] = {
    _S.DRAFT: Turn(_YOU, _("You finish the application and submit it.")),
    _S.SUBMITTED: Turn(_AUTHORITY, _("An officer of the authority takes the application on.")),
    _S.IN_REVIEW: Turn(_AUTHORITY, _("An officer of the authority reviews the application.")),
    _S.INFORMATION_REQUESTED: Turn(_YOU, _("You answer the question of the authority.")),
    _S.RECOMMENDED: Turn(_AUTHORITY, _("A deciding officer of the authority decides.")),
}


def for_exporter(application: Application) -> Turn:
    return TURNS.get(ApplicationStatus(application.status), NOBODY)


def for_officers(case: Application) -> Turn:
    """Reads the exporter, the case officer and the consultations: fetch them along with many cases."""
    match case.status:
        case ApplicationStatus.SUBMITTED:
            return Turn(_("An officer to take it on"), _("An officer takes on the application."))
        case ApplicationStatus.INFORMATION_REQUESTED:
            return Turn(case.organisation.name, _("The exporter answers."))
        case ApplicationStatus.IN_REVIEW:
            return _in_review(case)
        case ApplicationStatus.RECOMMENDED:
            what = gettext("%(authority)s decides.") % {"authority": pack().authority}
            return Turn(_("A deciding officer"), what)
        case _:
            return NOBODY


def _in_review(case: Application) -> Turn:
    asked = ", ".join(one.body.name for one in case.consultations.all() if one.is_waiting)
    if asked:
        return Turn(asked, gettext("We wait for the opinion of %(bodies)s.") % {"bodies": asked})
    if case.case_officer is None:
        return Turn(_("A case officer"), _("An officer examines the application."))
    name = case.case_officer.name
    return Turn(name, gettext("%(officer)s examines the case.") % {"officer": name})
