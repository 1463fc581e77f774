import json
import os
import platform
import subprocess
from argparse import ArgumentParser
from datetime import UTC, datetime
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from portal import benchmarks
from portal.benchmarks import Measure

PACKAGES = ("Django", "psycopg", "celery", "granian", "redis", "weasyprint")


class Command(BaseCommand):
    help = "Measure something and write the figures down."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", nargs="?", choices=sorted(subjects()), help="none: list them")
        parser.add_argument(
            "--json", type=Path, metavar="FILE", help="write the figures to this file as well"
        )
        parser.add_argument(
            "--set", action="append", default=[], metavar="NAME=VALUE", help="an option of it"
        )

        for name in ("data", "queries", "results"):
            parser.add_argument(f"--{name}", metavar="PATH", help=f"the same as --set {name}=PATH")

    def handle(self, *args: Any, name: str | None, **options: Any) -> None:
        if name is None:
            for subject, summary in subjects().items():
                self.stdout.write(f"{subject:<12} {summary}")
            return
        given = dict(read_option(text) for text in options["set"])
        given |= {each: options[each] for each in ("data", "queries", "results") if options[each]}
        started = datetime.now(UTC)
        measures: list[Measure] = import_module(f"portal.benchmarks.{name}").run(given)
        self.print_table(measures)
        if options["json"]:
            report = {
                "benchmark": name,
                "options": given,
                "started_at": started.isoformat(),
                **circumstances(),
            }
            report["measures"] = [{**each._asdict(), "is_reached": each.is_reached} for each in measures]
            options["json"].write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n")
            self.stdout.write(f"Written to {options['json']}")

    def print_table(self, measures: list[Measure]) -> None:
        width = max(len(each.what) for each in measures)
        for each in measures:
            goal = f"at most {each.at_most:g}" if each.at_most is not None else ""
            goal = f"at least {each.at_least:g}" if each.at_least is not None else goal
            verdict = {True: "reached", False: "MISSED", None: ""}[each.is_reached]
            self.stdout.write(
                f"{each.what:<{width}}  {each.value:>10.2f} {each.unit:<8} {goal:<16} {verdict}".rstrip()
            )


def subjects() -> dict[str, str]:
    """Return what can be measured, each with the first line of what its module says of itself."""
    modules = (
        import_module(f"portal.benchmarks.{found.name}") for found in iter_modules(benchmarks.__path__)
    )
    return {each.__name__.rpartition(".")[2]: (each.__doc__ or "").partition("\n")[0] for each in modules}


def read_option(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise CommandError(f"--set takes NAME=VALUE, not {text!r}")
    return name, value


def circumstances() -> dict[str, Any]:
    """Return what the figures depend on: machine and versions."""
    return {
        "machine": {
            "system": platform.platform(),
            "processor": processor(),
            "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
            "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
            "load_at_end": round(os.getloadavg()[0], 2),
        },
        "versions": {
            "istmo": settings.VERSION,
            "commit": commit(),
            "python": platform.python_version(),
            **{name: version(name) for name in PACKAGES},
        },
    }


def processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except FileNotFoundError:
        return platform.processor()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "")


def commit() -> str:
    """Return the checkout's commit, or nothing where it is none."""
    try:
        answer = subprocess.run(
            ["git", "rev-parse", "--short", "HEAD"],
            cwd=settings.BASE_DIR,
            capture_output=True,
            text=True,
            check=False,
        )
    except FileNotFoundError:
        return ""
    return answer.stdout.strip()
