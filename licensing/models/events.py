"""The audit log: what happened, in order, for good."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from licensing.models.accounts import Organisation, User
from licensing.models.applications import Application
from licensing.models.checks import says
from licensing.models.judgements import Calibration
from licensing.models.keys import SigningKey
from licensing.models.licences import Licence


class Action(models.TextChoices):
    """What people do. One vocabulary for the workflow, the audit log, the buttons and the e-mails."""

    START = "start", _("Start application")
    EDIT = "edit", _("Save draft")
    SUBMIT = "submit", _("Submit application")
    WITHDRAW = "withdraw", _("Withdraw application")
    TAKE_ON = "take-on", _("Take on the case")
    SCREEN = "screen", _("Screen the parties")
    JUDGE = "judge", _("Judge a possible match")
    CONFIRM_JUDGEMENT = "confirm-judgement", _("Confirm a judgement")
    REMEMBER_JUDGEMENT = "remember-judgement", _("Remember a judgement")
    REVOKE_JUDGEMENT = "revoke-judgement", _("Revoke a remembered judgement")
    ASSESS_GOODS = "assess-goods", _("Assess goods")
    CONSULT = "consult", _("Ask for an opinion")
    ADVISE = "advise", _("Give an opinion")
    WITHDRAW_QUESTION = "withdraw-question", _("Withdraw the question")
    REQUEST_INFORMATION = "request-information", _("Request information")
    ANSWER = "answer", _("Answer")
    RECOMMEND = "recommend", _("Recommend")
    SEND_BACK = "send-back", _("Send back to the case officer")
    APPROVE = "approve", _("Approve and issue the licence")
    REFUSE = "refuse", _("Refuse the application")
    RENDER = "render", _("Make the licence document")
    SUSPEND = "suspend", _("Suspend licence")
    REINSTATE = "reinstate", _("Reinstate licence")
    REVOKE = "revoke", _("Revoke licence")
    ASK_SURRENDER = "ask-surrender", _("Give the licence back")
    SURRENDER = "surrender", _("Take the licence back")
    REPLACE = "replace", _("Replace licence")
    RECORD_USAGE = "record-usage", _("Write off a quantity")
    REFUSE_USAGE = "refuse-usage", _("Refuse a write-off")
    RESERVE = "reserve", _("Reserve a quantity")
    POST = "post", _("Write off what was reserved")
    RELEASE = "release", _("Release a reservation")
    ADJUST = "adjust", _("Adjust a reservation")
    DEPART = "depart", _("Report goods that have left")
    RUN_OUT = "run-out", _("Let a reservation run out")
    EXCEED = "exceed", _("Report an irregular departure")
    PROPOSE_CORRECTION = "propose-correction", _("Propose a correction")
    CORRECT = "correct", _("Correct the ledger")
    ASK_CORRECTION = "ask-correction", _("Ask for a correction")
    DECLINE_CORRECTION = "decline-correction", _("Decline a correction")
    DETAIN = "detain", _("Detain goods and ask")
    NOTE_DETENTION = "note-detention", _("Add to a detention")
    ANSWER_DETENTION = "answer-detention", _("Answer about detained goods")
    RELEASE_DETENTION = "release-detention", _("Let detained goods go")
    REMIND_OF_DETENTION = "remind-of-detention", _("Remind of detained goods")
    REGISTER = "register", _("Register organisation")
    INVITE = "invite", _("Make account")
    DISABLE = "disable", _("Disable account")
    ENABLE = "enable", _("Enable account")
    MAKE_KEY = "make-key", _("Make API key")
    REVOKE_KEY = "revoke-key", _("Revoke API key")
    BIND_KEY = "bind-key", _("Bind API key to a certificate")
    ISSUE_TOKEN = "issue-token", _("Issue access token")
    END_SESSION = "end-session", _("End session")
    SEND_LINK = "send-link", _("Send a new link")
    CALIBRATE = "calibrate", _("Set the thresholds")
    ALERT = "alert", _("Raise an alert")
    HOLD = "hold", _("Hold licence")
    UPLOAD_LIST = "upload-list", _("Upload a list")
    FETCH_LIST = "fetch-list", _("Fetch a list now")
    ASK_LIST_CHANGE = "ask-list-change", _("Ask for an exception with a list")
    APPROVE_LIST_CHANGE = "approve-list-change", _("Agree to an exception with a list")
    DECLINE_LIST_CHANGE = "decline-list-change", _("Decline an exception with a list")
    ASK_KEY_CHANGE = "ask-key-change", _("Ask for a change of signing keys")
    APPROVE_KEY_CHANGE = "approve-key-change", _("Agree to a change of signing keys")
    TAKE_FORMS = "take-forms", _("Take numbers of forms")
    RECONCILE = "reconcile", _("Compare books")
    ADD_WEBHOOK = "add-webhook", _("Add address to be told")
    DISABLE_WEBHOOK = "disable-webhook", _("Disable address to be told")
    RESEND_WEBHOOK = "resend-webhook", _("Send a message again")
    END_WEBHOOK = "end-webhook", _("Stop telling an address that is gone")
    DECLINE_KEY_CHANGE = "decline-key-change", _("Decline a change of signing keys")


# Of these alone consists what a licence was at a moment of the past (`licensing.history`).
CHANGES_OF_STATUS = (
    Action.SUSPEND,
    Action.HOLD,
    Action.REINSTATE,
    Action.REVOKE,
    Action.SURRENDER,
    Action.REPLACE,
)


class EventQuerySet(models.QuerySet["Event"]):
    def newest_first(self) -> "EventQuerySet":
        return self.select_related("by").order_by("-at", "-pk")


class Event(models.Model):
    """One act. The database refuses to change or delete a row.

    `before` and `after` hold what the act changed, by field name; `data` what was said with it.
    """

    # No index of its own: event_of_application begins with it.
    application = models.ForeignKey(
        Application, models.PROTECT, null=True, db_index=False, related_name="events"
    )
    licence = models.ForeignKey(Licence, models.PROTECT, null=True, related_name="events")
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="events")
    account = models.ForeignKey(User, models.PROTECT, null=True, related_name="events")  # done to, not by
    calibration = models.ForeignKey(Calibration, models.PROTECT, null=True, related_name="events")
    list_source = models.CharField(max_length=40, blank=True)  # key of a sanctions list
    signing_key = models.ForeignKey(SigningKey, models.PROTECT, null=True, related_name="events")
    action = models.CharField(max_length=40, choices=Action)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")  # null: the portal itself
    at = models.DateTimeField()
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    data = models.JSONField(default=dict)

    objects = EventQuerySet.as_manager()

    class Meta:
        constraints = [
            # Knows each Action; for a new one a migration puts another function in its place.
            models.CheckConstraint(condition=says("action_is_known", "action"), name="event_action_is_known"),
            models.CheckConstraint(
                condition=Q(application__isnull=False)
                | Q(licence__isnull=False)
                | Q(organisation__isnull=False)
                | Q(account__isnull=False)
                | Q(calibration__isnull=False)
                | ~Q(list_source="")
                | Q(signing_key__isnull=False),
                name="an_event_is_about_something",
            ),
        ]
        indexes = [
            models.Index(fields=["application", "-at"], name="event_of_application"),
            # A licence has few of these among all that customs reports of it.
            models.Index(
                fields=["licence", "at"],
                condition=Q(action__in=CHANGES_OF_STATUS),
                name="changes_of_a_licences_status",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.action}"
