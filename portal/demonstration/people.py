"""Who is in the demonstration. The log-ins are public on purpose and exist only in PORTAL_ENV=demo."""

from dataclasses import dataclass

from licensing.country import pack
from licensing.models import OrganisationKind, Role

# One password and one authenticator secret for everybody, so that a visitor sets up one entry in their app.
PASSWORD = "istmo-demostracion"
TOTP_SECRET = "ISTMODEMOISTMODEMOISTMODEMOISTMO"
API_KEY = "istmo_demo_clave-publica-solo-para-la-demostracion"

ADMINISTRATOR, ADMINISTRATOR_NAME = "administracion@istmo.example", "Abdiel Núñez"


@dataclass(frozen=True, slots=True)
class Company:
    key: str
    kind: OrganisationKind
    name: str
    email: str
    body_code: str = ""
    tax_id: str = ""
    tax_id_check: str = ""
    phone: str = ""
    street: str = ""
    street_more: str = ""
    city: str = "Ciudad de Panamá"
    region: str = "Panamá"


@dataclass(frozen=True, slots=True)
class Person:
    email: str
    name: str
    role: Role
    company: str  # key of a Company
    office: str = ""
    language: str = "es"


def companies() -> tuple[Company, ...]:
    """Return the organisations: two exporters, the authority, customs and every body of the country pack."""
    country = pack()
    bodies = tuple(
        Company(body.code, OrganisationKind.BODY, body.name.es, f"{body.code}@istmo.example", body.code)
        for body in country.bodies
    )
    return (*EXPORTERS, *_authorities(country.authority.es, country.customs.es), *bodies)


EXPORTERS = (
    Company(
        "lentes",
        OrganisationKind.EXPORTER,
        "Óptica Cerro Azul, S. A.",
        "contacto@cerroazul.example",
        tax_id="155700101-2-2019",
        tax_id_check="41",
        phone="+507 200 0101",
        street="Calle 50, núm. 12",
        street_more="Parque Industrial Las Garzas, nave 4",
    ),
    Company(
        "garza",
        OrganisationKind.EXPORTER,
        "Reexportadora Garza Blanca, S. A.",
        "contacto@garzablanca.example",
        tax_id="155700202-2-2017",
        tax_id_check="87",
        phone="+507 400 0202",
        street="Avenida Santa Isabel, local 31",
        street_more="Zona Libre de Colón",
        city="Colón",
        region="Colón",
    ),
)


def _authorities(authority: str, customs: str) -> tuple[Company, Company]:
    return (
        Company("autoridad", OrganisationKind.AUTHORITY, authority, "licencias@istmo.example"),
        Company("aduanas", OrganisationKind.CUSTOMS, customs, "aduanas@istmo.example"),
    )


PEOPLE = (
    Person("rosa@cerroazul.example", "Rosa Almengor", Role.EXPORTER_FILER, "lentes"),
    Person("tomas@cerroazul.example", "Tomás Quirós", Role.EXPORTER_ADMINISTRATOR, "lentes"),
    Person("yadira@garzablanca.example", "Yadira Cedeño", Role.EXPORTER_FILER, "garza"),
    Person("samuel@garzablanca.example", "Samuel Wong", Role.EXPORTER_ADMINISTRATOR, "garza", language="en"),
    Person(
        "lucia@istmo.example",
        "Lucía Barría",
        Role.CASE_OFFICER,
        "autoridad",
        "Analista de licencias",
    ),
    Person(
        "edwin@istmo.example",
        "Edwin Saldaña",
        Role.CASE_OFFICER,
        "autoridad",
        "Analista de licencias",
    ),
    Person(
        "marcela@istmo.example",
        "Marcela Icaza",
        Role.DECIDING_OFFICER,
        "autoridad",
        "Directora de Licencias",
    ),
    Person(
        "itzel@istmo.example",
        "Itzel Vergara",
        Role.ADMINISTRATOR,
        "autoridad",
        "Sistemas",
    ),
    Person(
        "ruben@istmo.example",
        "Rubén Tejada",
        Role.DECIDING_OFFICER,
        "autoridad",
        "Subdirector de Licencias",
    ),
    Person(
        "gabriela@exteriores.example",
        "Gabriela Moreno",
        Role.ADVISER,
        "foreign-affairs",
        "Asesora de no proliferación",
    ),
    Person(
        "hector@seguridad.example",
        "Héctor Pinzón",
        Role.ADVISER,
        "security",
        "Asesor de materiales sensibles",
    ),
    Person(
        "nidia@aduanas.example",
        "Nidia Chiari",
        Role.CUSTOMS_OFFICER,
        "aduanas",
        "Inspectora, Manzanillo",
    ),
)

# A machine: no password, one API key.
CUSTOMS_SYSTEM = Person("sistema@aduanas.example", "Sistema de aduanas", Role.CUSTOMS_SYSTEM, "aduanas")
