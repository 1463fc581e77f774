"""Make the demonstration's world, all of it or nothing, by the same actions as the pages call."""

import io
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import encrypt
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import F

import screening
from licensing import permissions
from licensing.actions import accounts, amendments, drafts
from licensing.country import pack
from licensing.documents import Upload
from licensing.models import (
    ApiScope,
    Application,
    DocumentKind,
    EndUseQuestion,
    Job,
    Licence,
    LicenceStatus,
    Organisation,
    OutboxJob,
    User,
)
from portal.demonstration import people, play
from portal.demonstration.cases import CASES
from portal.demonstration.paper import paper
from portal.demonstration.story import AmendmentCase, Case
from screening import imports
from screening.classification import prepare
from screening.control import catalogue, parser_of
from screening.control.load import load
from screening.control.rows import Draft
from screening.control_models import ControlEdition
from screening.models import ImportRunState, ListVersion

CATALOGUES = {catalogue.LIST: catalogue.FOLDER, "eu-military": catalogue.FOLDER / "eu-military"}
LISTS = {"demo-un": "un_fictional.xml", "demo-ofac": "ofac_fictional.xml"}
DAYS_BACK = 110  # the world begins so long ago
TOLD_EVERY = 5
KEY_LASTS = timedelta(days=3650)

Tell = Callable[[str], None]


class NotHere(Exception):
    """Openly published log-ins are made in PORTAL_ENV=demo only, and on lists that were in force by then."""


def is_seeded() -> bool:
    return User.objects.filter(email=people.ADMINISTRATOR).exists()


def make_world(*, at: datetime, tell: Tell, dual_use: Path | None = None) -> None:
    """Make everything as if it had happened during the months before `at`. Raises NotHere elsewhere.

    `dual_use` is an edition of the dual-use list in our own form that was in force then, instead of the
    catalogue: so that a newer one finds somebody whom it touches. Raises BadList if it is broken.
    """
    if settings.PORTAL_ENV != "demo":
        raise NotHere("The demonstration's log-ins are public. They are made with PORTAL_ENV=demo only.")
    began = at - timedelta(days=DAYS_BACK)
    _import_lists(began, tell)
    _load_catalogues(began, tell, dual_use)
    with transaction.atomic():
        tell(f"Making {len(people.PEOPLE) + 2} accounts")
        _make_people(began)
        for number, case in enumerate(CASES, start=1):
            if number % TOLD_EVERY == 0:
                tell(f"Making application {number} of {len(CASES)}")
            _live_through(case, at)
        _leave_no_old_letters()


def _import_lists(at: datetime, tell: Tell) -> None:
    """Put the fictional lists in force, unless some edition of them is."""
    folder = Path(screening.__file__).parent / "demonstration"
    for source, file in LISTS.items():
        if ListVersion.objects.filter(source=source).exists():
            continue
        tell(f"Importing the fictional list {file}")
        run = imports.ask(source, folder / file, by_name="prepare", at=at)
        run = imports.carry_out(run.pk, at=at)
        if run.state != ImportRunState.DONE:
            raise RuntimeError(f"{file}: {run.message}")


def _load_catalogues(at: datetime, tell: Tell, dual_use: Path | None) -> None:
    """Put the catalogues in force, each unless some edition of its list is."""
    for list_code, folder in CATALOGUES.items():
        editions = ControlEdition.objects.filter(list__code=list_code)
        if editions.in_force(at).exists():
            continue
        if later := editions.order_by("in_force_from").first():
            raise NotHere(
                f"The made-up cases begin on {at:%Y-%m-%d}, but the list {list_code} came into force here on"
                f" {later.in_force_from:%Y-%m-%d}. Make them in an empty database, then import the list."
            )
        tell(f"Loading the catalogue {list_code}")
        if dual_use and list_code == catalogue.LIST:
            edition = _load_edition(dual_use, at)
        else:
            edition = catalogue.load(by_name="prepare", at=at, folder=folder)
        # So that the first to describe goods does not wait.
        prepare(edition.in_force_from, edition.list.code)


def _load_edition(path: Path, at: datetime) -> ControlEdition:
    def parse(file: Path) -> Draft:
        draft = parser_of("table")(file)
        if draft.list_code != catalogue.LIST:
            raise NotHere(f"{file.name} is an edition of {draft.list_code}, not of {catalogue.LIST}.")
        return catalogue.with_our_words(draft)

    edition = load("table", parse, path, by_name="prepare", at=at)
    assert isinstance(edition, ControlEdition)
    return edition


def _make_people(at: datetime) -> None:
    administrator = accounts.make_administrator(
        email=people.ADMINISTRATOR, name=people.ADMINISTRATOR_NAME, language="es", at=at
    )
    password = make_password(people.PASSWORD)  # made once: it takes its time by design
    _open(administrator, password)
    organisations = {company.key: _register(company, administrator, at) for company in people.companies()}
    for person in (*people.PEOPLE, people.CUSTOMS_SYSTEM):
        user = accounts.invite(
            email=person.email,
            name=person.name,
            role=person.role,
            organisation=organisations[person.company],
            language=person.language,
            office=person.office,
            by=administrator,
            at=at,
        )
        if person in people.PEOPLE:
            _open(user, password)
        else:
            _make_key(user, administrator, at)


def _register(company: people.Company, by: User, at: datetime) -> Organisation:
    fields = {name: value for name, value in asdict(company).items() if name != "key"}
    return accounts.register_organisation(by=by, at=at, country=pack().code, **fields)


def _open(user: User, password: str) -> None:
    """Give the public password and, to whom needs a second factor, the public authenticator."""
    user.password = password
    user.save(update_fields=["password"])
    if permissions.needs_second_factor(user):
        Authenticator.objects.create(
            user=user, type=Authenticator.Type.TOTP, data={"secret": encrypt(people.TOTP_SECRET)}
        )


def _make_key(system: User, by: User, at: datetime) -> None:
    accounts.make_key(
        system.pk,
        name="Demostración",
        scopes=list(ApiScope.values),
        expires_at=at + KEY_LASTS,
        by=by,
        at=at,
        secret=people.API_KEY,
    )


def _live_through(case: Case | AmendmentCase, now: datetime) -> None:
    at = _moment(now, case.days, "08:30")
    application = _amend(case, at) if isinstance(case, AmendmentCase) else _apply(case, at)
    for step in case.steps:
        # Steps that a weekend has pushed to one day keep their order.
        at = max(_moment(now, step.days, step.clock), at + timedelta(minutes=7))
        step.act(play.Stage(application, _user(step.by), at), **step.data)


def _apply(case: Case, at: datetime) -> Application:
    application = drafts.start(case.kind, by=_user(case.filer), at=at)
    _fill_in(application, case, at + timedelta(minutes=5))
    return application


def _amend(case: AmendmentCase, at: datetime) -> Application:
    by, later = _user(case.filer), at + timedelta(minutes=5)
    licence = Licence.objects.get(application__own_reference=case.amends, status=LicenceStatus.ACTIVE)
    application = amendments.start(licence.pk, changes=case.changes, by=by, at=at)
    for line, goods in zip(application.goods.all(), case.goods, strict=True):
        drafts.put_goods(application.pk, line.pk, by=by, at=later, quantity=goods.quantity, value=goods.value)
    return application


def _user(email: str) -> User:
    return User.objects.select_related("organisation").get(email=email)


def _moment(now: datetime, days: int, clock: str) -> datetime:
    """Return `clock` on the last working day that is at least `days` ago, never later than `now`."""
    country = pack()
    day = country.legal_day(now) - timedelta(days=days)
    while day.weekday() > 4:
        day -= timedelta(days=1)
    moment = datetime.combine(day, time.fromisoformat(clock), tzinfo=country.time_zone)
    return min(moment, now).astimezone(UTC)


def _fill_in(application: Application, case: Case, at: datetime) -> None:
    by = application.created_by
    drafts.save(application.pk, own_reference=case.own_reference, by=by, at=at)
    for goods in case.goods:
        fields = {**asdict(goods), "serial_numbers": list(goods.serial_numbers)}
        drafts.put_goods(application.pk, None, by=by, at=at, **fields)
    if not case.filled_in:
        return
    for party in case.parties:
        drafts.put_party(
            application.pk, None, by=by, at=at, **{**asdict(party), "other_names": list(party.other_names)}
        )
    drafts.save(
        application.pk,
        dispatched_from=pack().code,
        destination=case.destination,
        transport_mode=case.transport,
        port_of_loading=case.port,
        port_of_discharge=case.arrival,
        dispatch_on=pack().legal_day(at) + timedelta(days=30),
        by=by,
        at=at,
    )
    answers = dict.fromkeys(EndUseQuestion.values, (False, ""))
    drafts.declare(application.pk, end_use=case.end_use, answers=answers, by=by, at=at)
    _add_certificate(application, case, at)


def _add_certificate(application: Application, case: Case, at: datetime) -> None:
    """Add an end-user certificate, so that nothing is missing."""
    user = case.parties[-1] if len(case.parties) == 2 else case.parties[1]
    content = paper(
        "CERTIFICADO DE USUARIO FINAL (ficticio)",
        [
            f"Solicitud {application.reference} · {application.organisation.name}",
            f"Usuario final: {user.name}, {user.city}, {user.country}",
            *(f"Bienes: {goods.description}; cantidad {goods.quantity} {goods.unit}" for goods in case.goods),
            f"Uso: {case.end_use}",
            "Declaramos que los bienes no se usarán para armas químicas, biológicas o nucleares ni para sus"
            " medios de entrega, y que no se revenderán ni se enviarán a terceros sin permiso.",
            "Documento de demostración. Todo en él es inventado.",
        ],
    )
    upload = Upload("certificado-de-usuario-final.pdf", len(content), io.BytesIO(content))
    drafts.add_document(
        application.pk, upload, kind=DocumentKind.END_USER_CERTIFICATE, by=application.created_by, at=at
    )


def _leave_no_old_letters() -> None:
    """What was promised on the way is done: parties are compared, and nobody waits for letters of the past.

    Licence documents are left to the workers.
    """
    OutboxJob.objects.exclude(job=Job.RENDER_LICENCE).filter(done_at=None).update(done_at=F("created_at"))
