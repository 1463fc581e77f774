"""The examples of the API's description. Tests ask the real API for each of them and compare."""

from typing import Any

CONDITIONS = [
    "Avise a la autoridad dentro de los 30 días de la llegada.",
    "Sale a más tardar el 2026-11-30.\nLeaves by 2026-11-30.",
    "Línea 1: 8 unidades como máximo por declaración.\nLine 1: at most 8 units with each declaration.",
]

TERMS: list[dict[str, Any]] = [
    {
        "kind": "last-day",
        "values": ["2026-11-30"],
        "unit": "",
        "line": None,
        "text": "Leaves by 2026-11-30.",
    },
    {
        "kind": "most-per-declaration",
        "values": ["8"],
        "unit": "C62",
        "line": 1,
        "text": "Line 1: at most 8 units with each declaration.",
    },
]

LICENCE = {
    "as_of": "2026-03-02T17:00:00Z",
    "version": "aec23fa7d7ba6a07",
    "number": "PA-L-2026-000123",
    "state": "valid",
    "usable": True,
    "replaced_by": "",
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
    "conditions": CONDITIONS,
    "terms": TERMS,
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
            "reserved": "0",
            "remaining": "6",
            "currency": "USD",
            "value": "250000",
            "remaining_value": "250000",
        }
    ],
}

TOKEN = {
    "as_of": "2026-03-02T17:00:00Z",
    "version": "5d0c3c2f8e6b1a94",
    "verdict": "valid",
    "usable": True,
    "sentence": "VALID. In force until 31 December 2026.",
    "next_step": "Compare goods, quantity, consignee and destination with what stands below. "
    "Then write off what leaves.",
    "genuine": True,
    "flaw": "",
    "outdated": False,
    "token": {
        "number": "PA-L-2026-000123",
        "edition": 1,
        "holder": "Óptica del Istmo, S. A.",
        "valid_from": "2026-01-01",
        "valid_to": "2026-12-31",
        "issued_at": "2026-03-02T17:00:00Z",
        "state": "valid",
        "data_sha256": "0" * 64,
        "kid": "3f9c1d20a7b65e84",
    },
    "licence": {name: said for name, said in LICENCE.items() if name not in ("as_of", "version")},
}

NO_TOKEN = {
    "as_of": "2026-03-02T17:00:00Z",
    "version": "0b9f1f0b6d7c2e35",
    "verdict": "not-genuine",
    "usable": False,
    "sentence": "ASK. The code could not be read. Scan it again.",
    "next_step": "Still unreadable? Keep the goods and ask the licensing authority by telephone.",
    "genuine": False,
    "flaw": "unreadable",
    "outdated": False,
    "token": None,
    "licence": None,
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

GOODS = {
    "goods": [
        {
            "id": "line-1",
            "description": "Analogue-to-digital converter",
            "specifications": "14 bit, 500 MS/s",
            "hs_code": "8542.39",
            "claimed": ["5A002"],
        }
    ],
    "limit": 5,
}

CLASSIFIED = {
    "searched_at": "2026-03-02T17:00:00Z",
    "control_list": "eu-dual-use",
    "list_name": "Dual-use list of the European Union",
    "edition": "2025-11-15",
    "notice": "This is a search, not a decision. Where no match is found, the catch-all questions and an "
    "expert’s check remain.",
    "catch_all": ["Do you know that the goods may serve weapons of mass destruction?"],
    "results": [
        {
            "id": "line-1",
            "alarm": 0.93,
            "may_be_listed": True,
            "suggestions": [
                {
                    "code": "3A001.a.5.a",
                    "entry": "3A001",
                    "score": 0.91,
                    "path": [
                        {"code": "3A001", "title": "Electronic components"},
                        {"code": "3A001.a.5.a", "title": "Fast analogue-to-digital converters"},
                    ],
                    "regimes": ["Wassenaar Arrangement"],
                    "reasons": [
                        {
                            "code": "words",
                            "detail": "converters",
                            "sentence": "Words in common: converters",
                        }
                    ],
                    "thresholds": [
                        {
                            "code": "3A001.a.5.a",
                            "group": 3,
                            "parameter": "sample_rate",
                            "comparator": ">",
                            "value": "400",
                            "unit": "MS/s",
                            "condition": "resolution of 12 to 14 bit",
                            "stated": "500",
                            "outcome": "met",
                        }
                    ],
                    "questions": ["Is it rated for use below -54 °C?"],
                    "url": "https://licences.example.org/control-list/eu-dual-use/editions/1/3A001.a.5.a/",
                }
            ],
            "claims": [{"code": "5A002", "is_known": True, "is_far": True}],
        }
    ],
}

SUBJECTS = {
    "subjects": [
        {
            "id": "manifest-17-consignee",
            "names": ["Quimera Laser Zanvex, S. A."],
            "kind": "organisation",
            "countries": ["CL"],
        },
        {"id": "manifest-17-carrier", "names": ["Naviera Modelo"], "identifiers": ["IMO 9074729"]},
    ],
    "min_points": 75,
}

DETERMINATION = {"entry": "3A001.a", "destination": "JP", "end_use": {"wmd": False, "informed": False}}

DETERMINED: dict[str, Any] = {
    "determined_at": "2026-03-02T17:00:00Z",
    "outcome": "needed",
    "sentence": "A licence is needed. By what is stated here, these goods need a licence "
    "for this destination or use.",
    "grounds": [
        {
            "code": "listed",
            "weight": "fact",
            "sentence": "The list has the entry 3A001.a: its goods need a licence.",
            "basis": "Dual-use list of the European Union, 2026-01-15",
        },
        {
            "code": "no-general-licence",
            "weight": "needed",
            "sentence": "No general licence exists for it: an individual licence is needed.",
            "basis": "Dual-use list of the European Union, 2026-01-15",
        },
        {
            "code": "denied",
            "weight": "fact",
            "sentence": "The answer is no, which somebody verifies: Do you know or suspect that the "
            "goods may serve chemical, biological or nuclear weapons, or missiles for "
            "them?",
            "basis": "Security Council resolution 1540 (2004), paragraphs 1 to 3",
        },
        {
            "code": "open-question",
            "weight": "fact",
            "sentence": "Not answered yet: Are the goods, or what will be made with them, meant for "
            "armed forces or for military use?",
            "basis": "Arms embargoes of the Security Council; Executive Decree 81 of 2017",
        },
        {
            "code": "denied",
            "weight": "fact",
            "sentence": "The answer is no, which somebody verifies: Has an authority told you that "
            "these goods may need a licence?",
            "basis": "Executive Decree 81 of 2017",
        },
        {
            "code": "open-question",
            "weight": "fact",
            "sentence": "Not answered yet: Will the goods be sold, lent or sent on to anybody else "
            "after they arrive?",
            "basis": "Executive Decree 81 of 2017",
        },
        {
            "code": "open-question",
            "weight": "fact",
            "sentence": "Not answered yet: Is anything unusual about this order: payment, route, "
            "packing, buyer or requested secrecy?",
            "basis": "Security Council resolution 1540 (2004), paragraph 3",
        },
    ],
    "foreign_grounds": [],
    "general_licences": [],
    "open_questions": ["military", "onward", "unusual"],
    "catch_all": [],
    "editions": [
        {
            "list": "eu-dual-use",
            "name": "Dual-use list of the European Union",
            "edition": "2026-01-15",
            "valid_from": "2026-01-15",
        },
    ],
}

CONSIGNMENT = {
    "holder": "155612345-2-2016",
    "destination": "JP",
    "parties": ["Kyoto Glass Works"],
    "goods": [{"item": 1, "hs_code": "845611", "entry": "6A005", "quantity": "4", "unit": "C62"}],
}

COVERED: dict[str, Any] = {
    "as_of": "2026-03-02T17:00:00Z",
    "verdict": "covered",
    "acts": "customs",
    "sentence": "COVERED. A licence in force covers every item that needs one.",
    "next_step": "Compare goods, quantity and conditions with the licence. "
    "Then reserve or write off what leaves.",
    "holder": {"name": "Óptica del Istmo, S. A.", "tax_id": "155612345-2-2016"},
    "items": [
        {
            "item": 1,
            "verdict": "covered",
            "need": {
                "outcome": "needed",
                "sentence": "A licence is needed. By what is stated here, these goods need a licence "
                "for this destination or use.",
                "grounds": [
                    {
                        "code": "listed",
                        "weight": "fact",
                        "sentence": "The list has the entry 6A005: its goods need a licence.",
                        "basis": "Dual-use list of the European Union, 2026-01-15",
                    },
                    {
                        "code": "no-general-licence",
                        "weight": "needed",
                        "sentence": "No general licence exists for it: an individual licence is needed.",
                        "basis": "Dual-use list of the European Union, 2026-01-15",
                    },
                    {
                        "code": "open-question",
                        "weight": "fact",
                        "sentence": "Not answered yet: Do you know or suspect that the goods may "
                        "serve chemical, biological or nuclear weapons, or missiles for them?",
                        "basis": "Security Council resolution 1540 (2004), paragraphs 1 to 3",
                    },
                    {
                        "code": "open-question",
                        "weight": "fact",
                        "sentence": "Not answered yet: Are the goods, or what will be made with "
                        "them, meant for armed forces or for military use?",
                        "basis": "Arms embargoes of the Security Council; Executive Decree 81 of 2017",
                    },
                    {
                        "code": "open-question",
                        "weight": "fact",
                        "sentence": "Not answered yet: Has an authority told you that these "
                        "goods may need a licence?",
                        "basis": "Executive Decree 81 of 2017",
                    },
                    {
                        "code": "open-question",
                        "weight": "fact",
                        "sentence": "Not answered yet: Will the goods be sold, lent or sent on "
                        "to anybody else after they arrive?",
                        "basis": "Executive Decree 81 of 2017",
                    },
                    {
                        "code": "open-question",
                        "weight": "fact",
                        "sentence": "Not answered yet: Is anything unusual about this order: "
                        "payment, route, packing, buyer or requested secrecy?",
                        "basis": "Security Council resolution 1540 (2004), paragraph 3",
                    },
                ],
            },
            "licences": [
                {
                    "licence": "PA-L-2026-000123",
                    "line": 1,
                    "state": "valid",
                    "remaining": "6",
                    "unit": "C62",
                    "conditions": CONDITIONS,
                    "terms": TERMS,
                    "lacks": [],
                }
            ],
        }
    ],
}

HELD = {
    "as_of": "2026-03-02T17:00:00Z",
    "holder": {"name": "Óptica del Istmo, S. A.", "tax_id": "155612345-2-2016"},
    "licences": [
        {
            "number": "PA-L-2026-000123",
            "state": "valid",
            "valid_from": "2026-01-01",
            "valid_to": "2026-12-31",
            "destination": "JP",
        }
    ],
    "next": "123",
    "more": False,
}

SCREENED = {
    "screened_at": "2026-03-02T17:00:00Z",
    "min_points": 75.0,
    "lists": [
        {
            "key": "national",
            "name": "National list",
            "edition": "2026-02-01",
            "published_on": "2026-02-01",
            "in_force_from": "2026-02-02T14:00:00Z",
            "sha256": "0" * 64,
        }
    ],
    "results": [
        {
            "id": "manifest-17-consignee",
            "hits_total": 1,
            "hits": [
                {
                    "points": 100.0,
                    "band": "high",
                    "matched_name": "Quimera Laser Zanvex, S. A.",
                    "listed_name": "Quimera Laser Zanvex",
                    "reasons": [
                        {
                            "code": "same-name",
                            "points": 100.0,
                            "detail": "Quimera Laser Zanvex",
                            "sentence": "The name is the same: Quimera Laser Zanvex",
                            "tokens": [
                                {"ours": "quimera", "theirs": "quimera", "how": "same"},
                                {"ours": "laser", "theirs": "laser", "how": "same"},
                                {"ours": "zanvex", "theirs": "zanvex", "how": "same"},
                            ],
                        },
                        {
                            "code": "same-country",
                            "points": 1.0,
                            "detail": "CL",
                            "sentence": "The same country: Chile",
                            "tokens": [],
                        },
                    ],
                    "entry": {
                        "list": "national",
                        "source_id": "D-001",
                        "reference": "",
                        "kind": "organisation",
                        "primary_name": "Quimera Laser Zanvex",
                        "names": [{"name": "Quimera Laser Zanvex", "kind": "primary", "script": "Latin"}],
                        "countries": ["CL"],
                        "dates_of_birth": [],
                        "places_of_birth": [],
                        "positions": [],
                        "programmes": ["Resolución 7/2026"],
                        "identifiers": [],
                        "addresses": [{"text": "Calle 0, Santiago", "country": "CL", "note": ""}],
                        "relations": [],
                        "vessel": {},
                        "listed_on": "2026-01-15",
                        "remarks": "",
                        "url": "https://licences.example.org/lists/entries/1/",
                    },
                }
            ],
            "at_address": [],
        },
        {"id": "manifest-17-carrier", "hits_total": 0, "hits": [], "at_address": []},
    ],
}

RESERVATION = {
    "id": "siga-2026-0009482-1",
    "declaration": "PABLB-2026-0009482",
    "version": 1,
    "lines": [
        {"item": 1, "licence": "PA-L-2026-000123", "line": 1, "quantity": "3", "unit": "C62"},
    ],
}

RESERVED = {
    "id": "siga-2026-0009482-1",
    "kind": "reserve",
    "declaration": "PABLB-2026-0009482",
    "version": 1,
    "recorded_at": "2026-03-02T17:00:00Z",
    "lines": [
        {
            "item": 1,
            "licence": "PA-L-2026-000123",
            "line": 1,
            "quantity": "3",
            "unit": "C62",
            "value": "75000",
            "currency": "USD",
            "reserved": "3",
            "remaining": "3",
        }
    ],
}

ADJUSTMENT = {**RESERVATION, "id": "siga-2026-0009482-2", "version": 2}
ADJUSTMENT["lines"] = [{"item": 1, "licence": "PA-L-2026-000123", "line": 1, "quantity": "2", "unit": "C62"}]

ADJUSTED = {**RESERVED, "id": "siga-2026-0009482-2", "kind": "adjust", "version": 2}
ADJUSTED["lines"] = [
    {
        "item": 1,
        "licence": "PA-L-2026-000123",
        "line": 1,
        "quantity": "2",
        "unit": "C62",
        "value": "50000",
        "currency": "USD",
        "reserved": "2",
        "remaining": "4",
    }
]

POSTING = {
    "id": "siga-2026-0009482-3",
    "declaration": "PABLB-2026-0009482",
    "version": 1,
    "lines": [{"item": 1, "quantity": "1", "unit": "C62"}],
    "last": False,
}

POSTED = {**RESERVED, "id": "siga-2026-0009482-3", "kind": "post"}
POSTED["lines"] = [
    {
        "item": 1,
        "licence": "PA-L-2026-000123",
        "line": 1,
        "quantity": "1",
        "unit": "C62",
        "value": "25000",
        "currency": "USD",
        "reserved": "1",
        "remaining": "4",
    }
]

RELEASE = {
    "id": "siga-2026-0009482-4",
    "declaration": "PABLB-2026-0009482",
    "lines": [{"item": 1}],
}

RELEASED = {**RESERVED, "id": "siga-2026-0009482-4", "kind": "release"}
RELEASED["lines"] = [
    {
        "item": 1,
        "licence": "PA-L-2026-000123",
        "line": 1,
        "quantity": "1",
        "unit": "C62",
        "value": "25000",
        "currency": "USD",
        "reserved": "0",
        "remaining": "5",
    }
]

DEPARTURE = {
    "id": "siga-2026-0009483-1",
    "declaration": "PABLB-2026-0009483",
    "version": 1,
    "left_at": "2026-03-02T09:30:00-05:00",
    "lines": [{"item": 1, "licence": "PA-L-2026-000123", "line": 1, "quantity": "6", "unit": "C62"}],
}

DEPARTED = {
    "id": "siga-2026-0009483-1",
    "kind": "depart",
    "declaration": "PABLB-2026-0009483",
    "version": 1,
    "recorded_at": "2026-03-02T17:00:00Z",
    "left_at": "2026-03-02T14:30:00Z",
    "lines": [
        {
            "item": 1,
            "licence": "PA-L-2026-000123",
            "line": 1,
            "quantity": "6",
            "unit": "C62",
            "counted": "5",
            "irregular": [
                {
                    "code": "not-enough",
                    "detail": "Line 1: 6 units asked for, but what remains is 5 units.",
                    "line": 1,
                    "remaining": "5",
                    "unit": "C62",
                }
            ],
        }
    ],
}

PHOTO = {
    "name": "IMG_0017.png",
    "content": "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk"
    "+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
}

CORRECTION: dict[str, Any] = {
    "id": "siga-c-2026-0000012",
    "message": "siga-2026-0009481",
    "reason": "The boxes held three lasers, not four: one stayed in the warehouse.",
}

CORRECTION_ASKED: dict[str, Any] = {
    "correction": 5,
    "id": "siga-c-2026-0000012",
    "message": "siga-2026-0009481",
    "item": 1,
    "licence": "PA-L-2026-000123",
    "line": 1,
    "quantity": "4",
    "unit": "C62",
    "reason": "The boxes held three lasers, not four: one stayed in the warehouse.",
    "asked_at": "2026-03-02T17:00:00Z",
    "state": "waiting",
    "answer": None,
}

CORRECTION_DECLINED: dict[str, Any] = {
    **CORRECTION_ASKED,
    "state": "declined",
    "answer": {"reason": "The scale of the port says four.", "at": "2026-03-02T17:00:00Z"},
}

DETENTION: dict[str, Any] = {
    "id": "siga-d-2026-0000311",
    "licence": "PA-L-2026-000123",
    "declaration": "PABLB-2026-0009484",
    "port": "PABLB",
    "goods": "Two boxes without marks, 40 kg each",
    "question": "The papers say six lasers, the boxes hold eight. Does the licence cover them?",
    "photos": [PHOTO],
}

DETAINED: dict[str, Any] = {
    "detention": 17,
    "id": "siga-d-2026-0000311",
    "licence": "PA-L-2026-000123",
    "declaration": "PABLB-2026-0009484",
    "port": "PABLB",
    "goods": "Two boxes without marks, 40 kg each",
    "opened_at": "2026-03-02T17:00:00Z",
    "due_at": "2026-03-03T17:00:00Z",
    "state": "waiting",
    "may_go": False,
    "answer": None,
    "notes": [
        {
            "side": "customs",
            "text": "The papers say six lasers, the boxes hold eight. Does the licence cover them?",
            "at": "2026-03-02T17:00:00Z",
            "photos": [
                {
                    "name": "IMG_0017.png",
                    "media_type": "image/png",
                    "size": 70,
                    "sha256": "6b7fa434f92a8b80aab02d9bf1a12e49ffcae424e4013a1c4f68b67e3d2bbcd0",
                }
            ],
        }
    ],
}

DETENTION_NOTE = {"id": "siga-d-2026-0000311-2", "text": "The maker's label says 4 kW.", "photos": [PHOTO]}

NOTED: dict[str, Any] = {**DETAINED, "notes": [*DETAINED["notes"], {**DETAINED["notes"][0]}]}
NOTED["notes"][1]["text"] = "The maker's label says 4 kW."

LET_GO = {
    **NOTED,
    "state": "released",
    "may_go": True,
    "answer": {
        "verdict": "release",
        "reasons": "Eight are within the licence.",
        "at": "2026-03-02T17:00:00Z",
        "confirmed_at": "2026-03-02T17:00:00Z",
    },
}

DETENTIONS = {
    "as_of": "2026-03-02T17:00:00Z",
    "detentions": [DETAINED],
    "next": "17",
    "more": False,
}

BATCH = {"messages": [{"kind": "release", **RELEASE}, {"kind": "depart", **DEPARTURE}]}

BATCHED = {
    "answers": [
        {"id": RELEASE["id"], "status": 201, "replayed": True, "body": RELEASED},
        {"id": DEPARTURE["id"], "status": 201, "replayed": True, "body": DEPARTED},
    ]
}

CHANGED = {
    "changes": [{"licence": "PA-L-2026-000123", "what": "balance", "at": "2026-03-02T17:00:00Z"}],
    "next": "81243-5521",
    "more": False,
}

# Each as a caller gets it who asks in English; PORTAL_URL and the address vary.
TOKEN_ASKED = {"grant_type": "client_credentials", "scope": "licences:read"}
TOKEN_ISSUED = {
    "access_token": "istmo-token_…",
    "token_type": "Bearer",
    "expires_in": 900,
    "scope": "licences:read",
}
# By the status of the answer.
TOKEN_REFUSED = {
    "400": {
        "error": "invalid_scope",
        "error_description": "Ask only for scopes that the key has, with blanks between.",
        "detail": "Ask only for scopes that the key has, with blanks between.",
    },
    "401": {
        "error": "invalid_client",
        "error_description": "The client's id and secret don't belong together, or the key is expired or "
        "revoked.",
        "detail": "The client's id and secret don't belong together, or the key is expired or revoked.",
    },
}

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

BOOK = {
    "day": "2026-03-02",
    "lines": [
        {
            "licence": "PA-L-2026-000123",
            "line": 1,
            "declaration": "PABLB-2026-0009481",
            "quantity": "4",
            "unit": "C62",
        },
        {
            "licence": "PA-L-2026-000123",
            "line": 1,
            "declaration": "PABLB-2026-0009490",
            "quantity": "1",
            "unit": "C62",
        },
    ],
}

RECONCILED = {
    "id": 1,
    "day": "2026-03-02",
    "at": "2026-03-02T17:00:00Z",
    "matched": 1,
    "differences": [
        {
            "kind": "missing-here",
            "licence": "PA-L-2026-000123",
            "line": 1,
            "declaration": "PABLB-2026-0009490",
            "theirs": "1",
            "ours": "0",
            "unit": "C62",
        }
    ],
}

FORMS = {"port": "PABLB", "count": 2}

FORMS_TAKEN = {
    "id": 7,
    "block": "PABLB-F00007",
    "port": "PABLB",
    "numbers": ["PABLB-F00007-001", "PABLB-F00007-002"],
}
KEY_SET = {
    "keys": [
        {
            "kty": "EC",
            "crv": "P-256",
            "alg": "ES256",
            "use": "sig",
            "kid": "3f9c1d20a7b65e84",
            "x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
            "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM",
            "nbf": 1767243600,
            "exp": 1798779600,
            "revoked": False,
        }
    ]
}
