"""Make model instances for tests. Every factory gives a valid row; name only what your test is about."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache

import factory
from django.contrib.auth.hashers import make_password
from factory.django import DjangoModelFactory

from licensing import calibration, classification, models, references, terms
from licensing.country import pack
from licensing.parties import digest, digest_of_case, facts, key
from screening.control_models import ControlEdition, ControlEntry, ControlList, EntryVersion
from screening.models import ListedEntity, ListedName, ListVersion

NOON = datetime(2026, 3, 2, 17, tzinfo=UTC)  # noon in Panama
PASSWORD = "una-clave-larga-de-prueba"


@cache
def hashed_password() -> str:
    """Hash the one test password once: argon2 is slow on purpose."""
    return make_password(PASSWORD)


class Factory(DjangoModelFactory):
    class Meta:
        abstract = True
        skip_postgeneration_save = True


class OrganisationFactory(Factory):
    class Meta:
        model = models.Organisation

    kind = models.OrganisationKind.EXPORTER
    name = factory.Sequence("Óptica del Istmo {}, S. A.".format)
    country = "PA"
    created_at = NOON


class UserFactory(Factory):
    class Meta:
        model = models.User

    email = factory.Sequence("persona-{}@example.org".format)
    name = factory.Sequence("Persona {}".format)
    role = models.Role.CASE_OFFICER
    created_at = NOON
    password = factory.LazyFunction(hashed_password)
    organisation = factory.Maybe(
        factory.LazyAttribute(lambda user: user.role in KIND_OF_ORGANISATION),
        factory.SubFactory(
            OrganisationFactory,
            kind=factory.LazyAttribute(lambda o: KIND_OF_ORGANISATION[o.factory_parent.role]),
        ),
        None,
    )

    class Params:
        exporter = factory.Trait(role=models.Role.EXPORTER_FILER)
        decider = factory.Trait(role=models.Role.DECIDING_OFFICER)
        customs = factory.Trait(role=models.Role.CUSTOMS_OFFICER)
        system = factory.Trait(role=models.Role.CUSTOMS_SYSTEM)
        adviser = factory.Trait(role=models.Role.ADVISER)
        administrator = factory.Trait(role=models.Role.ADMINISTRATOR)


KIND_OF_ORGANISATION = {
    models.Role.EXPORTER_FILER: models.OrganisationKind.EXPORTER,
    models.Role.EXPORTER_ADMINISTRATOR: models.OrganisationKind.EXPORTER,
    models.Role.ADVISER: models.OrganisationKind.BODY,
    models.Role.CUSTOMS_OFFICER: models.OrganisationKind.CUSTOMS,
    models.Role.CUSTOMS_SYSTEM: models.OrganisationKind.CUSTOMS,
}


class ApiKeyFactory(Factory):
    class Meta:
        model = models.ApiKey

    account = factory.SubFactory(UserFactory, system=True)
    name = "SIGA"
    prefix = "istmo_abcdef"
    digest = factory.Sequence(lambda n: n.to_bytes(32))
    scopes = models.ApiScope.values
    created_by = factory.SubFactory(UserFactory, administrator=True)
    created_at = NOON
    expires_at = NOON + timedelta(days=36500)


class AccessTokenFactory(Factory):
    class Meta:
        model = models.AccessToken

    key = factory.SubFactory(ApiKeyFactory)
    digest = factory.Sequence(lambda n: (10**9 + n).to_bytes(32))
    scopes = models.ApiScope.values
    issued_at = NOON
    expires_at = NOON + timedelta(days=36500)


class ApplicationFactory(Factory):
    class Meta:
        model = models.Application

    class Params:
        complete = factory.Trait(
            contact_name="Ana Pérez",
            contact_email="ana@example.org",
            dispatched_from="PA",
            destination="JP",
            transport_mode=models.TransportMode.SEA,
            port_of_loading="PABLB",
            end_use="Corte de vidrio para lentes civiles en la planta de Kioto.",
            goods=factory.RelatedFactory("tests.factories.GoodsLineFactory", "application"),
            consignee=factory.RelatedFactory(
                "tests.factories.PartyFactory", "application", role=models.PartyRole.CONSIGNEE
            ),
            end_user=factory.RelatedFactory("tests.factories.PartyFactory", "application"),
            declarations=factory.RelatedFactoryList(
                "tests.factories.EndUseDeclarationFactory", "application", size=len(models.EndUseQuestion)
            ),
            certificate=factory.RelatedFactory("tests.factories.DocumentFactory", "application"),
        )
        # Handed in and taken on, with its parties compared with the lists in force, nothing found.
        in_review = factory.Trait(
            complete=True,
            status=models.ApplicationStatus.IN_REVIEW,
            submitted_at=NOON,
            screened=factory.RelatedFactory("tests.factories.ScreeningFactory", "application"),
            assessed=factory.PostGeneration(lambda case, _create, wanted: assess_goods(case, wanted)),
        )
        recommended = factory.Trait(
            in_review=True,
            status=models.ApplicationStatus.RECOMMENDED,
            recommendation=factory.RelatedFactory("tests.factories.RecommendationFactory", "application"),
        )

    organisation = factory.SubFactory(OrganisationFactory)
    reference = factory.LazyFunction(lambda: references.application_reference(NOON))
    kind = models.ApplicationKind.EXPORT
    created_by = factory.SubFactory(
        UserFactory, exporter=True, organisation=factory.SelfAttribute("..organisation")
    )
    created_at = saved_at = NOON


class GoodsLineFactory(Factory):
    class Meta:
        model = models.GoodsLine

    application = factory.SubFactory(ApplicationFactory)
    number = factory.LazyAttribute(lambda line: line.application.goods.count() + 1)
    description = "Láser de corte de 4 kW"
    hs_code = "845611"
    control_code = "6A005"
    quantity = Decimal("10")
    unit = "C62"
    value = Decimal("48000.00")
    currency = "USD"
    origin = "DE"


def assess_goods(case: models.Application, wanted: bool | None) -> None:
    """Let each line of goods be assessed, unless a test says assessed=False."""
    for line in case.goods.all() if wanted is not False else ():
        GoodsAssessmentFactory(line=line)


def edition_in_force() -> ControlEdition:
    """Return an edition of a small control list, made where there is none yet."""
    control_list, is_new = ControlList.objects.get_or_create(
        code="prueba", defaults={"jurisdiction": "PA", "name": "Lista de prueba"}
    )
    if not is_new:
        return control_list.editions.get(in_force_to=None)
    edition = ControlEdition.objects.create(
        list=control_list,
        label="2026",
        valid_from=date(2026, 1, 1),
        is_catalogue=True,
        codes_count=2,
        provisions_count=2,
        in_force_from=datetime(2026, 1, 1, tzinfo=UTC),
        imported_at=NOON,
        imported_by_name="Prueba",
    )
    for position, code in enumerate(["5A002", "6A005"], start=1):
        entry = ControlEntry.objects.create(list=control_list, code=code)
        EntryVersion.objects.create(
            edition=edition, entry=entry, code=code, base=code, depth=0, position=position, digest=code
        )
    return edition


class GoodsSuggestionFactory(Factory):
    class Meta:
        model = models.GoodsSuggestion

    line = factory.SubFactory(GoodsLineFactory)
    edition = factory.LazyFunction(edition_in_force)
    code = "6A005"
    place = 1
    answer = models.SuggestionAnswer.NONE
    goods_digest = factory.LazyAttribute(lambda row: classification.digest(row.line))
    by = factory.SelfAttribute("line.application.created_by")
    at = NOON


class GoodsCheckFactory(Factory):
    """What the search found of a line as it is: a laser, which its exporter says is not listed."""

    class Meta:
        model = models.GoodsCheck

    line = factory.SubFactory(GoodsLineFactory)
    edition = factory.LazyFunction(edition_in_force)
    alarm = Decimal("0.8")
    codes = ["6A005"]
    goods_digest = factory.LazyAttribute(lambda row: classification.digest(row.line))
    at = NOON


class GoodsAssessmentFactory(Factory):
    """An officer's assessment of a line as it is."""

    class Meta:
        model = models.GoodsAssessment

    line = factory.SubFactory(GoodsLineFactory)
    edition = factory.LazyFunction(edition_in_force)
    codes = ["6A005"]
    reason = "Láser de más de 1 kW."
    goods_digest = factory.LazyAttribute(lambda row: classification.digest(row.line))
    by = factory.SubFactory(UserFactory)
    at = NOON


class PartyFactory(Factory):
    class Meta:
        model = models.Party

    application = factory.SubFactory(ApplicationFactory)
    role = models.PartyRole.END_USER
    kind = models.PartyKind.ORGANISATION
    name = "Kyoto Glass Works"
    city = "Kioto"
    country = "JP"


class EndUseDeclarationFactory(Factory):
    class Meta:
        model = models.EndUseDeclaration

    application = factory.SubFactory(ApplicationFactory)
    question = factory.LazyAttribute(
        lambda row: models.EndUseQuestion.values[row.application.declarations.count()]
    )
    answer = False


class StoredFileFactory(Factory):
    class Meta:
        model = models.StoredFile

    sha256 = factory.Sequence("{:064x}".format)
    size = 1000
    media_type = "application/pdf"
    stored_at = NOON


class DocumentFactory(Factory):
    class Meta:
        model = models.Document

    application = factory.SubFactory(ApplicationFactory)
    kind = models.DocumentKind.END_USER_CERTIFICATE
    name = "certificado.pdf"
    file = factory.SubFactory(StoredFileFactory)
    added_by = factory.SelfAttribute("application.created_by")
    added_at = NOON


class ListVersionFactory(Factory):
    class Meta:
        model = ListVersion

    source = factory.Sequence("list-{}".format)
    edition = "1"
    published_on = date(2026, 1, 1)
    sha256 = factory.Sequence("{:064x}".format)
    size = 1000
    in_force_from = datetime(2026, 1, 1, tzinfo=UTC)
    imported_at = NOON
    imported_by_name = "Prueba"
    entities_count = names_count = 1


class ListedEntityFactory(Factory):
    class Meta:
        model = ListedEntity

    version = factory.SubFactory(ListVersionFactory)
    source_id = factory.Sequence(str)
    kind = "organisation"
    primary_name = "Compañía Ficticia Listada"
    digest = factory.Sequence("{:064x}".format)
    named = factory.RelatedFactory(
        "tests.factories.ListedNameFactory", "entity", name=factory.SelfAttribute("..primary_name")
    )


class ListedNameFactory(Factory):
    class Meta:
        model = ListedName

    entity = factory.SubFactory(ListedEntityFactory, named=None)
    name = "Compañía Ficticia Listada"
    kind = "primary"
    script = "Latin"


class ScreeningFactory(Factory):
    """A finished comparison with the lists in force, of the application's parties as they are."""

    class Meta:
        model = models.Screening

    application = factory.SubFactory(ApplicationFactory)
    asked_at = finished_at = NOON
    parties_total = parties_done = factory.LazyAttribute(lambda row: row.application.parties.count() + 1)
    parties_digest = factory.LazyAttribute(lambda row: digest_of_case(row.application))
    list_versions = factory.LazyFunction(
        lambda: list(ListVersion.objects.filter(in_force_to=None).values_list("pk", flat=True))
    )
    thresholds = factory.LazyAttribute(lambda row: calibration.in_force(row.asked_at).key)


class LookAlikeFactory(Factory):
    class Meta:
        model = models.LookAlike

    party = factory.SubFactory("tests.factories.PartyFactory")
    other = factory.SubFactory("tests.factories.PartyFactory")
    points = 88.0
    found_at = NOON


class ScreeningHitFactory(Factory):
    class Meta:
        model = models.ScreeningHit

    party = factory.SubFactory(PartyFactory)
    entity = factory.SubFactory(ListedEntityFactory)
    source = factory.SelfAttribute("entity.version.source")
    source_id = factory.SelfAttribute("entity.source_id")
    entity_digest = factory.SelfAttribute("entity.digest")
    party_digest = factory.LazyAttribute(lambda hit: digest(hit.party))
    points = 75.0  # in the lowest band: one person is enough
    party_name = factory.SelfAttribute("party.name")
    listed_name = factory.SelfAttribute("entity.primary_name")
    reasons = factory.LazyFunction(list)
    found_at = NOON

    class Params:
        high = factory.Trait(points=95.0)  # two people must agree that it is somebody else


class HitJudgementFactory(Factory):
    """What an officer said of a hit as it is, by default that it is somebody else, alone."""

    class Meta:
        model = models.HitJudgement

    hit = factory.SubFactory(ScreeningHitFactory)
    judgement = models.Judgement.DIFFERENT
    reason = "Otro país y otro giro."
    by = factory.SubFactory(UserFactory)
    at = NOON
    needs_second = factory.LazyAttribute(lambda row: row.band == models.Band.HIGH)
    source = factory.SelfAttribute("hit.source")
    source_id = factory.SelfAttribute("hit.source_id")
    entity = factory.SelfAttribute("hit.entity")
    entity_digest = factory.SelfAttribute("hit.entity_digest")
    party_digest = factory.SelfAttribute("hit.party_digest")
    party_facts = factory.LazyAttribute(lambda row: facts(row.hit.party))
    party_key = factory.LazyAttribute(lambda row: key(row.hit.party))
    points = factory.SelfAttribute("hit.points")
    band = factory.LazyAttribute(lambda row: calibration.default().band(row.hit.points))


class HitConfirmationFactory(Factory):
    class Meta:
        model = models.HitConfirmation

    judgement = factory.SubFactory(HitJudgementFactory)
    first_by = factory.SelfAttribute("judgement.by")
    reason = "De acuerdo."
    by = factory.SubFactory(UserFactory)
    at = NOON


class CalibrationFactory(Factory):
    class Meta:
        model = models.Calibration

    number = factory.LazyFunction(lambda: models.Calibration.objects.count() + 1)
    worth = Decimal("70.0")
    medium_from = Decimal("80.0")
    high_from = Decimal("90.0")
    two_people_from = models.Band.HIGH
    remembered_days = 365
    reason = "Valores de prueba."
    by = factory.SubFactory(UserFactory, administrator=True)
    at = NOON


class ListRequestFactory(Factory):
    """Somebody asks to put an earlier version back in force."""

    class Meta:
        model = models.ListRequest

    version = factory.SubFactory(ListVersionFactory, in_force_to=NOON)
    source = factory.SelfAttribute("version.source")
    reason = "La edición nueva está incompleta."
    by = factory.SubFactory(UserFactory, administrator=True)
    at = NOON


class ListDecisionFactory(Factory):
    class Meta:
        model = models.ListDecision

    request = factory.SubFactory(ListRequestFactory)
    asked_by = factory.SelfAttribute("request.by")
    outcome = models.ListOutcome.APPROVE
    reason = "De acuerdo."
    by = factory.SubFactory(UserFactory, administrator=True)
    at = NOON


class ListAlarmFactory(Factory):
    class Meta:
        model = models.ListAlarm

    day = date(2026, 3, 2)
    sources = ["un-consolidated"]
    at = NOON


class ConsultationFactory(Factory):
    class Meta:
        model = models.Consultation

    application = factory.SubFactory(ApplicationFactory, in_review=True)
    body = factory.SubFactory(
        OrganisationFactory, kind=models.OrganisationKind.BODY, name="Ministerio de Salud"
    )
    question = "¿Tiene objeción?"
    asked_by = factory.SubFactory(UserFactory)
    asked_at = NOON
    due_on = date(2026, 3, 16)


class RecommendationFactory(Factory):
    class Meta:
        model = models.Recommendation

    application = factory.SubFactory(ApplicationFactory, in_review=True)
    outcome = models.Outcome.APPROVE
    reasons = "Uso civil comprobado."
    months = 12
    by = factory.SubFactory(UserFactory)
    at = NOON


class DecisionFactory(Factory):
    class Meta:
        model = models.Decision

    application = factory.SubFactory(ApplicationFactory, recommended=True)
    recommendation = factory.LazyAttribute(lambda decision: decision.application.recommendations.latest())
    recommended_by = factory.SelfAttribute("recommendation.by")
    outcome = factory.SelfAttribute("recommendation.outcome")
    reasons = "De acuerdo."
    by = factory.SubFactory(UserFactory, decider=True)
    at = NOON


class LicenceFactory(Factory):
    """A licence in force for longer than any test lasts, without lines."""

    class Meta:
        model = models.Licence

    decision = factory.SubFactory(DecisionFactory)
    application = factory.SelfAttribute("decision.application")
    holder = factory.SelfAttribute("application.organisation")
    reference = factory.LazyFunction(lambda: references.licence_reference(NOON))
    check_code = factory.LazyFunction(references.new_check_code)
    valid_from = date(2026, 1, 1)
    valid_to = date(2999, 12, 31)
    starts_at = factory.LazyAttribute(lambda licence: pack().start_of(licence.valid_from))
    ends_at = factory.LazyAttribute(lambda licence: pack().end_of(licence.valid_to))
    issued_at = NOON


class LicenceLineFactory(Factory):
    class Meta:
        model = models.LicenceLine

    licence = factory.SubFactory(LicenceFactory)
    goods = factory.SubFactory(GoodsLineFactory, application=factory.SelfAttribute("..licence.application"))
    number = factory.LazyAttribute(lambda line: line.licence.lines.count() + 1)
    description = factory.SelfAttribute("goods.description")
    hs_code = factory.SelfAttribute("goods.hs_code")
    control_code = factory.SelfAttribute("goods.control_code")
    unit = factory.SelfAttribute("goods.unit")
    granted = Decimal("10")
    value = factory.SelfAttribute("goods.value")
    currency = factory.SelfAttribute("goods.currency")


def conditioned(given: terms.Given, most: Decimal | None = None, line=(), **licence) -> models.Licence:
    """Return a licence with conditions as data and one line; `most` of it may leave with a declaration.
    `line` and the rest are for the factories."""
    case = ApplicationFactory(recommended=True)
    goods = case.goods.get()
    limits = {goods.pk: most} if most else {}
    terms.store(case.recommendations.get(), replace(given, limits=limits))
    made = LicenceFactory(decision__application=case, **licence)
    LicenceLineFactory(licence=made, goods=goods, **dict(line))
    return made


def count_from_nothing() -> None:
    """Start every factory's numbers anew, so that a test makes the same names whichever test ran before."""
    for made in list(globals().values()):
        if isinstance(made, type) and issubclass(made, Factory) and made is not Factory:
            made.reset_sequence(force=True)
