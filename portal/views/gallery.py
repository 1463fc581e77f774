"""Every part of our pages on one page, with long words, so that looks and accessibility are tested together.

Not routed in production.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from portal.access import open_to_all

NOON = datetime(2026, 3, 3, 17, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Entry:
    text: str
    at: datetime
    actor: str = ""
    detail: str = ""
    tone: str = ""


ENTRIES = [
    Entry(
        "Se emitió la licencia PA-L-2026-000017",
        NOON + timedelta(days=9),
        "Dirección de Control",
        tone="good",
    ),
    Entry(
        "Se pidió opinión al Ministerio de Relaciones Exteriores; debe responder a más tardar el 17 de marzo",
        NOON + timedelta(hours=3),
        "Oficial Encarnación Fernández de Córdoba y Rodríguez-Villaverde",
        "Pregunta: ¿Hay objeción al destino y al usuario final declarados?",
    ),
    Entry("Empresa Exportadora del Istmo presentó la solicitud", NOON, "Yaribeth Quintero"),
]
NAME = [("Compañía", False), ("Hermanos", False), ("AL-ZAHRANI", True), ("Trading", True), ("S.A.", False)]
LISTED = [("AL ZAHRANI", True), ("TRADING", True), ("Company", False), ("(FZE)", False)]


class SampleForm(forms.Form):
    name = forms.CharField(
        label="Nombre legal completo", max_length=200, help_text="Como figura en el Registro Público."
    )
    email = forms.EmailField(label="Correo electrónico", required=False)
    quantity = forms.DecimalField(
        label="Cantidad",
        help_text="Por ejemplo, 1,250.5",
        widget=forms.TextInput({"class": "govuk-input--width-10", "suffix": "kg", "inputmode": "decimal"}),
    )
    value = forms.DecimalField(
        label="Valor", widget=forms.TextInput({"class": "govuk-input--width-10", "prefix": "USD"})
    )
    on = forms.DateField(
        label="Fecha de embarque",
        widget=forms.DateInput({"type": "date", "class": "govuk-input--width-10"}),
    )
    country = forms.ChoiceField(
        label="País de destino",
        choices=[("", "Elija un país"), ("VC", "San Vicente y las Granadinas"), ("PA", "Panamá")],
    )
    use = forms.CharField(
        label="Uso final",
        max_length=120,
        widget=forms.Textarea({"rows": 4}),
        help_text="Qué se hará con las mercancías, dónde y quién lo hará.",
    )
    kind = forms.ChoiceField(
        label="Clase de operación",
        choices=[("export", "Exportación"), ("transit", "Tránsito"), ("re", "Reexportación")],
        widget=forms.RadioSelect,
    )
    bodies = forms.MultipleChoiceField(
        label="Órganos que se consultan",
        required=False,
        choices=[("a", "Ministerio de Relaciones Exteriores"), ("b", "Ministerio de Seguridad Pública")],
        widget=forms.CheckboxSelectMultiple,
    )
    file = forms.FileField(label="Certificado de usuario final", help_text="PDF, como máximo 20 MB.")
    true = forms.BooleanField(
        label="Declaro que lo anterior es verdadero y completo",
        help_text="Una declaración falsa se sanciona.",
    )


@open_to_all
@require_GET
def show(request: HttpRequest) -> HttpResponse:
    typed = {"name": "<script>", "email": "nadie", "quantity": "-5", "use": "x" * 130, "kind": "export"}
    return render(
        request,
        "gallery.html",
        {
            "form": SampleForm(typed),
            "entries": ENTRIES,
            "name_tokens": NAME,
            "listed_tokens": LISTED,
            "page": Paginator(range(1000), 50).page(3),
            "tones": ["info", "good", "attention", "bad", "plain"],
            "rows": range(1, 13),
        },
    )
