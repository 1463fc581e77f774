"""Draw the table of transitions into licensing/README.md, or check that the drawing is of today."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import translation

from licensing.models import Application, Licence
from licensing.workflow import TRANSITIONS

README = Path(__file__).resolve().parents[2] / "README.md"
START, END = "<!-- workflow -->", "<!-- /workflow -->"


def drawing() -> str:
    lines = ["```mermaid", "stateDiagram-v2"]
    with translation.override("en"):
        for action, transition in TRANSITIONS.items():
            for source in transition.sources:
                lines.append(f"    {source.name} --> {transition.target.name}: {action.label}")
    return "\n".join([START, *lines, "```", END])


class Command(BaseCommand):
    help = f"Draw the life of an {Application.__name__} and a {Licence.__name__} into licensing/README.md"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="only say whether the drawing is up to date")

    def handle(self, *args: Any, check: bool = False, **options: Any) -> None:
        text = README.read_text(encoding="utf-8")
        before, rest = text.split(START)
        after = rest.split(END)[1]
        drawn = before + drawing() + after
        if check and drawn != text:
            raise CommandError("licensing/README.md shows another workflow. Run: manage.py draw_workflow")
        README.write_text(drawn, encoding="utf-8")
