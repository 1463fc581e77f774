"""What stands on a licence: its facts for machines, and the same facts worded for paper in both languages.

The document always says everything twice, so its words are here and in templates/documents/licence.html in
Spanish and English side by side, and do not follow the language a reader has chosen.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import segno
from anyascii import anyascii
from babel import Locale
from babel.dates import format_date
from django.conf import settings
from django.db.models import Sum

from licensing.country import Text, pack
from licensing.models import (
    ApplicationKind,
    EntryKind,
    Licence,
    LicenceLine,
    Party,
    PartyRole,
    TransportMode,
    User,
)
from licensing.pdf import picture, printable
from licensing.references import in_fours
from licensing.units import plain, unit_name

Facts = dict[str, Any]  # JSON: texts, lists and objects; quantities and amounts as decimal strings

FORMAT = "istmo-licence-1"
MOST_LINES = 500  # ten to twenty seconds of work, some fifty pages
SPANISH, ENGLISH = Locale("es", "PA"), Locale("en", "GB")
NO_BREAK = "\N{NO-BREAK SPACE}"
LICENCES = Licence.objects.select_related(
    "holder", "application", "replaces", "decision__by", "decision__recommendation__by"
).prefetch_related("lines__goods", "application__parties")

TITLES: dict[str, Text] = {
    ApplicationKind.EXPORT: Text("Licencia de exportación", "Export licence"),
    ApplicationKind.RE_EXPORT: Text("Licencia de reexportación", "Re-export licence"),
    ApplicationKind.TRANSIT: Text("Licencia de tránsito", "Transit licence"),
    ApplicationKind.TRANSHIPMENT: Text("Licencia de trasbordo", "Trans-shipment licence"),
    ApplicationKind.BROKERING: Text("Licencia de intermediación", "Brokering licence"),
}
PERMITS: dict[str, Text] = {
    ApplicationKind.EXPORT: Text("exportar", "export"),
    ApplicationKind.RE_EXPORT: Text("reexportar", "re-export"),
    ApplicationKind.TRANSIT: Text("llevar en tránsito", "carry in transit"),
    ApplicationKind.TRANSHIPMENT: Text("trasbordar", "trans-ship"),
    ApplicationKind.BROKERING: Text("intermediar en la venta de", "broker"),
}
ROLES: dict[str, Text] = {
    PartyRole.CONSIGNOR: Text("Consignante", "Consignor"),
    PartyRole.CONSIGNEE: Text("Consignatario", "Consignee"),
    PartyRole.INTERMEDIATE_CONSIGNEE: Text("Consignatario intermedio", "Intermediate consignee"),
    PartyRole.END_USER: Text("Usuario final", "End user"),
    PartyRole.ULTIMATE_END_USER: Text("Usuario final último", "Ultimate end user"),
    PartyRole.BROKER: Text("Intermediario", "Broker"),
    PartyRole.CARRIER: Text("Transportista", "Carrier"),
    PartyRole.FREIGHT_FORWARDER: Text("Agente de carga", "Freight forwarder"),
    PartyRole.AGENT: Text("Agente", "Agent"),
    PartyRole.NOTIFY_PARTY: Text("Parte a notificar", "Notify party"),
    PartyRole.BANK: Text("Banco", "Bank"),
    PartyRole.VESSEL: Text("Buque", "Ship"),
}
MODES: dict[str, Text] = {
    TransportMode.SEA: Text("Marítimo", "Sea"),
    TransportMode.AIR: Text("Aéreo", "Air"),
    TransportMode.ROAD: Text("Terrestre", "Road"),
    TransportMode.RAIL: Text("Ferroviario", "Rail"),
    TransportMode.POST: Text("Postal o mensajería", "Post or courier"),
    TransportMode.ELECTRONIC: Text("Electrónico", "Electronic transmission"),
}


class TooLong(Exception):
    """A licence has more lines than one document can hold."""


def facts_of(licence: Licence) -> Facts:
    """Return everything the document says, raw. Give a licence out of LICENCES. Raises TooLong."""
    lines = list(licence.lines.all())
    if len(lines) > MOST_LINES:
        raise TooLong(f"{licence} has {len(lines)} lines; a document holds {MOST_LINES}")
    application, decision, country = licence.application, licence.decision, pack()
    return {
        "format": FORMAT,
        "reference": licence.reference,
        "check_code": licence.check_code,
        "check_url": f"{settings.PORTAL_URL}/check/{licence.reference}/{licence.check_code}/",
        "kind": application.kind,
        "application": application.reference,
        "issued_at": licence.issued_at.isoformat(),
        "valid_from": licence.valid_from.isoformat(),
        "valid_to": licence.valid_to.isoformat(),
        "time_zone": country.time_zone.key,
        "holder": {
            "name": licence.holder.name,
            "tax_id": licence.holder.tax_id,
            "tax_id_check": licence.holder.tax_id_check,
            "address": licence.holder.address_lines(),
            "country": licence.holder.country,
        },
        "parties": [_party(party) for party in _in_order(application.parties.all())],
        "route": {
            "dispatched_from": application.dispatched_from,
            "destination": application.destination,
            "transport_mode": application.transport_mode,
            "port_of_loading": application.port_of_loading,
            "port_of_discharge": application.port_of_discharge,
            "transit_countries": application.transit_countries,
        },
        "end_use": application.end_use,
        "lines": [_line(line) for line in lines],
        "conditions": licence.conditions,
        **_replaces(licence),
        "recommended": _signature(decision.recommendation.by, decision.recommendation.at),
        "decided": _signature(decision.by, decision.at),
    }


def _replaces(licence: Licence) -> Facts:
    """Return which licence it replaces; nothing where it replaces none, so that its document stays."""
    if licence.replaces is None:
        return {}
    replaced = licence.replaces
    on = pack().legal_day(replaced.issued_at).isoformat()
    return {"replaces": {"reference": replaced.reference, "on": on}}


def _in_order(parties: Iterable[Party]) -> list[Party]:
    order = list(ROLES)
    return sorted(parties, key=lambda party: (order.index(party.role), party.pk))


def _party(party: Party) -> Facts:
    return {
        "role": party.role,
        "name": party.name,
        "other_names": party.other_names,
        "registration_number": party.registration_number,
        "address": party.address_lines(),
        "country": party.country,
    }


def _line(line: LicenceLine) -> Facts:
    return {
        "number": line.number,
        "description": line.description,
        "manufacturer": line.goods.manufacturer,
        "model": line.goods.model,
        "serial_numbers": line.goods.serial_numbers,
        "origin": line.goods.origin,
        "hs_code": line.hs_code,
        "control_code": line.control_code,
        "quantity": plain(line.granted),
        "unit": line.unit,
        "value": str(line.value),
        "currency": line.currency,
        **_left_before(line),
    }


def _left_before(line: LicenceLine) -> Facts:
    """Return how much of it had left under the licence that this one replaces, when it was issued."""
    if line.continues_id is None:
        return {}
    carried = line.entries.filter(kind=EntryKind.CARRY, at=line.licence.issued_at, quantity__gt=0)
    left = carried.aggregate(left=Sum("quantity"))["left"]
    return {"left_before": plain(left)} if left else {}


def _signature(user: User, at: datetime) -> Facts:
    return {"name": user.name, "office": user.office, "on": pack().legal_day(at).isoformat()}


def sheet_of(facts: Facts, token: str = "") -> dict[str, Any]:
    """Return what the template prints: the facts worded in both languages, in glyphs our fonts have.

    `token` is the address in the QR code, see licensing.licence_token; without one it is the check's.
    """
    written, facts = facts, _printable(facts)
    country, route, reference = pack(), facts["route"], facts["reference"]
    return {
        **facts,
        "is_spelled": written != facts,
        "country": country,
        "emblem": picture(country.emblem),
        "title": TITLES[facts["kind"]],
        "permits": PERMITS[facts["kind"]],
        "issued": day(country.legal_day(datetime.fromisoformat(facts["issued_at"]))),
        "first_day": day(date.fromisoformat(facts["valid_from"])),
        "last_day": day(date.fromisoformat(facts["valid_to"])),
        "holder_country": place(facts["holder"]["country"]),
        "parties": [
            {**party, "title": ROLES[party["role"]], "place": place(party["country"])}
            for party in facts["parties"]
        ],
        "dispatched_from": place(route["dispatched_from"]),
        "destination": place(route["destination"]),
        "destination_en": ENGLISH.territories.get(route["destination"], route["destination"]),
        "transit": [place(code) for code in route["transit_countries"]],
        "replaced_on": day(date.fromisoformat(facts["replaces"]["on"])) if "replaces" in facts else None,
        "mode": MODES.get(route["transport_mode"]),
        "loading": country.port_name(route["port_of_loading"]),
        "lines": [_printed_line(line) for line in facts["lines"]],
        "totals": _totals(facts["lines"]),
        "recommended_on": day(date.fromisoformat(facts["recommended"]["on"])),
        "decided_on": day(date.fromisoformat(facts["decided"]["on"])),
        "check_site": facts["check_url"].partition(reference)[0],
        "check_path": f"{reference}/{facts['check_code']}/",
        "code_in_fours": in_fours(facts["check_code"]),
        "is_signed": bool(token),
        "qr": segno.make(token or facts["check_url"], error="q", micro=False).svg_data_uri(border=0, scale=4),
        "document_title": f"{TITLES[facts['kind']].es} {reference}",
    }


def _printable(value: Any) -> Any:
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, dict):
        return {key: _printable(part) for key, part in value.items()}
    return [_printable(part) for part in value] if isinstance(value, list) else value


def _printed_line(line: Facts) -> dict[str, Any]:
    quantity = Decimal(line["quantity"])
    unit = Text(unit_name(line["unit"], "es", quantity), unit_name(line["unit"], "en", quantity))
    return {
        **line,
        "quantity": number(quantity),
        "left_before": number(Decimal(line["left_before"])) if "left_before" in line else "",
        "unit_name": unit,
        "value": number(Decimal(line["value"]), places=2),
        "origin_name": place(line["origin"]),
    }


def _totals(lines: list[Facts]) -> list[str]:
    """Return the value of all lines, one text for each currency."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for line in lines:
        sums[line["currency"]] += Decimal(line["value"])
    return [f"{currency}{NO_BREAK}{number(total, places=2)}" for currency, total in sorted(sums.items())]


def day(value: date) -> Text:
    return Text(
        format_date(value, "long", locale=SPANISH).replace(" ", NO_BREAK),
        format_date(value, "long", locale=ENGLISH).replace(" ", NO_BREAK),
    )


def place(code: str) -> Text:
    """Return the country's name; no English one if it differs by nothing but accents."""
    spanish, english = SPANISH.territories.get(code, code), ENGLISH.territories.get(code, code)
    return Text(spanish, "" if anyascii(english) == anyascii(spanish) else english)


def number(value: Decimal, places: int | None = None) -> str:
    """Return a number that nobody can misread: a point for decimals, spaces between thousands."""
    text = f"{value:,.{places}f}" if places is not None else f"{value.normalize():,f}"
    return text.replace(",", NO_BREAK)
