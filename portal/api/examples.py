"""The examples of the API's description. Tests ask the real API for each of them and compare."""

from typing import Any

LICENCE = {
    "number": "PA-L-2026-000123",
    "state": "valid",
    "usable": True,
    "as_of": "2026-03-02T17:00:00Z",
    "version": "aec23fa7d7ba6a07",
    "holder": {"name": "Óptica del Istmo, S. A.", "tax_id": "155612345-2-2016"},
    "valid_from": "2026-01-01",
    "valid_to": "2026-12-31",
    "starts_at": "2026-01-01T05:00:00Z",
    "ends_at": "2027-01-01T05:00:00Z",
    "destination": "JP",
    "parties": [
        {"role": "consignee", "name": "Kyoto Glass Works", "country": "JP"},
        {"role": "end-user", "name": "Kyoto Glass Works", "country": "JP"},
    ],
    "conditions": ["Avise a la autoridad dentro de los 30 días de la llegada."],
    "lines": [
        {
            "line": 1,
            "description": "Láser de corte de 4 kW",
            "hs_code": "845611",
            "control_code": "6A005",
            "unit": "C62",
            "unit_name": {"es": "unidades", "en": "units"},
            "granted": "10",
            "used": "4",
            "remaining": "6",
        }
    ],
}

MESSAGE = {
    "id": "siga-2026-0009481-1",
    "declaration": "PABLB-2026-0009481",
    "lines": [{"line": 1, "quantity": "4", "unit": "C62"}],
}

RECORDED = {
    "id": "siga-2026-0009481-1",
    "licence": "PA-L-2026-000123",
    "declaration": "PABLB-2026-0009481",
    "recorded_at": "2026-03-02T17:00:00Z",
    "lines": [{"line": 1, "quantity": "4", "unit": "C62", "remaining": "2"}],
}

# Each as a caller gets it who asks in English; PORTAL_URL and the address vary.
PROBLEMS: dict[str, dict[str, Any]] = {
    "malformed": {
        "title": "The request can't be read",
        "detail": "“id” stands twice in one object.",
    },
    "not-authenticated": {
        "title": "A valid key is needed",
        "detail": "This key is unknown, expired or revoked.",
    },
    "not-allowed": {
        "title": "This key may not do this",
        "detail": "This key lacks the scope usages:write.",
    },
    "not-found": {
        "title": "There is no such thing",
        "detail": "No licence has this number.",
    },
    "refused": {
        "title": "The write-off is refused",
        "detail": "Line 1: 7 units asked for, but what remains is 6 units.",
        "reasons": [
            {
                "code": "not-enough",
                "detail": "Line 1: 7 units asked for, but what remains is 6 units.",
                "line": 1,
                "remaining": "6",
                "unit": "C62",
            }
        ],
    },
    "wrong-fields": {
        "title": "Some fields are not right",
        "detail": "Each entry of “errors” points at a field and says what it should hold.",
        "errors": [
            {
                "pointer": "#/lines/0/quantity",
                "code": "invalid",
                "detail": "Send a quantity in digits with a point, such as “12.5”.",
            }
        ],
    },
    "id-reused": {
        "title": "This id belongs to another message",
        "detail": "This id was used before for another message. Use a new id.",
    },
}
