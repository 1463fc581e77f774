"""How long a licence document takes: drawn, made archivable and sealed, without the database.

`--set lines=26` says how many lines of goods it has, `--set documents=20` how many are made once warm, and
`--set processes=2` how many make them at the same time (as many as the machine has cores, unless said).
"""

from __future__ import annotations

import copy
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from os import cpu_count
from statistics import median

from licensing import licence_document, seal
from licensing.licence_sheet import FORMAT, Facts
from portal.benchmarks import Measure

ISSUED = datetime(2026, 3, 3, 17, tzinfo=UTC)

LINE: Facts = {
    "description": "Láser de corte con mesa de coordenadas y óptica de repuesto",
    "manufacturer": "Máquinas del Norte",
    "model": "L-3030",
    "serial_numbers": ["A-1001"],
    "origin": "DE",
    "hs_code": "845611",
    "control_code": "6A005",
    "quantity": "1250.5",
    "unit": "KGM",
    "value": "48000.00",
    "currency": "USD",
}
FACTS: Facts = {
    "format": FORMAT,
    "check_code": "7K3M9QXT2B8V4HNC",
    "kind": "export",
    "application": "PA-2026-000456",
    "issued_at": ISSUED.isoformat(),
    "valid_from": "2026-03-03",
    "valid_to": "2027-03-02",
    "time_zone": "America/Panama",
    "holder": {
        "name": "Óptica del Istmo, S. A.",
        "tax_id": "155612345-2-2016",
        "tax_id_check": "45",
        "address": ["Avenida Balboa, Torre Pacífico", "0801 Panamá"],
        "country": "PA",
    },
    "parties": [
        {
            "role": role,
            "name": "Zakłady Optyczne Łódź sp. z o.o.",
            "other_names": [],
            "registration_number": "0000123456",
            "address": ["ul. Piotrkowska 1", "90-001 Łódź"],
            "country": "PL",
        }
        for role in ("consignee", "end-user")
    ],
    "route": {
        "dispatched_from": "PA",
        "destination": "PL",
        "transport_mode": "sea",
        "port_of_loading": "PABLB",
        "port_of_discharge": "Gdańsk",
        "transit_countries": ["DE"],
    },
    "end_use": "Corte de vidrio para lentes civiles.",
    "conditions": ["El titular comunicará cada envío en un plazo de diez días hábiles."] * 8,
    "recommended": {"name": "Oficial de prueba", "office": "Oficial de licencias", "on": "2026-03-02"},
    "decided": {"name": "Secretaria de prueba", "office": "Secretaria técnica", "on": "2026-03-03"},
}


def facts(number: int, lines: int) -> Facts:
    """Return the facts of the made-up licence of that number."""
    reference = f"PA-L-2026-{number:06d}"
    return {
        **copy.deepcopy(FACTS),
        "reference": reference,
        "check_url": f"https://licencias.example.org/check/{reference}/7K3M9QXT2B8V4HNC/",
        "lines": [{**LINE, "number": at} for at in range(1, lines + 1)],
    }


def make(number: int, lines: int) -> tuple[float, int]:
    """Make and seal one document; return the seconds it took and its size in bytes."""
    started = time.perf_counter()
    content = seal.apply(licence_document.draw(facts(number, lines)), at=ISSUED + timedelta(hours=1))
    return time.perf_counter() - started, len(content)


def run(options: Mapping[str, str]) -> list[Measure]:
    lines, count = int(options.get("lines", "26")), int(options.get("documents", "20"))
    processes = int(options.get("processes", cpu_count() or 1))
    first, size = make(0, lines)
    warm = [make(number, lines)[0] for number in range(1, count + 1)]
    with get_context("fork").Pool(processes) as pool:
        pool.starmap(make, [(0, lines)] * processes)
        started = time.perf_counter()
        pool.starmap(make, [(number, lines) for number in range(count * processes)], chunksize=1)
        spent = time.perf_counter() - started
    return [
        Measure("first document", first, "s"),
        Measure("warm, median", median(warm), "s", at_most=0.5),
        Measure("warm, slowest", max(warm), "s"),
        Measure("documents in a second on one core", count / spent, "1/s", at_least=2),
        Measure("size", size / 1000, "kB"),
    ]
