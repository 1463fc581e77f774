"""Amounts, places, times and errors as the reader sees them."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django import forms
from django.template import Context, Template
from django.utils import translation
from django.utils.safestring import mark_safe

from licensing.models import ApplicationStatus, LicenceStatus
from portal.templatetags.portal import TONES

NEW_YEAR = datetime(2026, 1, 1, 3, 30, tzinfo=UTC)  # still the last evening of 2025 in Panama


def shown(source: str, language: str = "es", **context: object) -> str:
    with translation.override(language):
        return (
            Template("{% load portal %}" + source).render(Context(context)).replace("\N{NO-BREAK SPACE}", " ")
        )


def test_a_quantity_is_written_without_trailing_zeros_and_with_its_unit_in_the_readers_language():
    assert shown("{{ q|quantity:'KGM' }}", q=Decimal("1250.500")) == "1,250.5 kilogramos"
    assert shown("{{ q|quantity:'KGM' }}", "en", q=Decimal("1.000")) == "1 kilogram"


@pytest.mark.parametrize(
    ("points", "words"), [(100.0, "100"), (79.6, "79.6"), (79.99, "79.9"), (80.0, "80"), (7.04, "7")]
)
def test_points_are_never_rounded_up_to_a_band_they_did_not_reach(points, words):
    assert shown("{{ points|points }}", points=points) == words


def test_money_says_its_currency_and_keeps_its_cents():
    assert shown("{{ m|money:'USD' }}", m=Decimal("1234.5")) == "USD 1,234.50"


def test_an_amount_below_zero_has_a_minus_sign_and_the_right_plural():
    assert shown("{{ q|quantity:'C62' }}", q=Decimal("-1.0000")) == "\N{MINUS SIGN}1 unidad"
    assert shown("{{ q|quantity:'C62' }}", "en", q=Decimal(-1)) == "\N{MINUS SIGN}1 unit"
    assert shown("{{ q|quantity:'KGM' }}", q=Decimal("-1250.5")) == "\N{MINUS SIGN}1,250.5 kilogramos"
    assert shown("{{ m|money:'USD' }}", m=Decimal("-10")) == "USD \N{MINUS SIGN}10.00"


def test_a_licences_number_stays_on_one_line_and_nothing_else_of_a_text_is_touched():
    number = '<span class="app-nowrap">PA-L-2026-000123</span>'

    assert shown("{{ t|whole }}", t="Licence PA-L-2026-000123, please.") == f"Licence {number}, please."
    assert shown("{{ t|whole }}", t="<b> & PA-L-2026-000123") == f"&lt;b&gt; &amp; {number}"
    assert shown("{{ t|whole }}", t="XPA-L-2026-000123") == "XPA-L-2026-000123"
    link = mark_safe('<a href="/licences/PA-L-2026-000123/">x</a>')
    assert shown("{{ t|whole }}", t=link) == link
    assert shown("{{ t|whole }}", t=12) == "12"


def test_a_day_is_the_countrys_day_and_written_in_the_readers_language():
    assert shown("{{ at|legal_date }}", at=NEW_YEAR) == "31 de diciembre de 2025"
    assert shown("{{ at|moment }}", "en", at=NEW_YEAR) == "31 December 2025, 22:30"
    assert shown("{{ on|table_date }}", on=date(2026, 3, 3)) == "2026-03-03"


def test_a_country_is_shown_by_its_letters_and_its_name():
    assert shown("{% country 'VC' %}").endswith("San Vicente y las Granadinas")
    assert shown("{{ 'ZZ9'|country_name }}") == "ZZ9"
    assert shown("{% country '' %}") == "–"


@pytest.mark.parametrize(("size", "words"), [(812, "812 B"), (34_400, "34 KB"), (1_240_000, "1.2 MB")])
def test_the_size_of_a_file_is_rounded_for_people(size, words):
    assert shown("{{ size|file_size }}", size=size) == words


def test_every_status_has_a_tone():
    assert {*ApplicationStatus.values, *LicenceStatus.values} <= TONES.keys()


def test_what_is_marked_in_a_name_cannot_bring_a_script_along():
    html = shown("{% marked tokens %}", tokens=[("<script>", True), ("<b>", False)])

    assert "<script>" not in html
    assert "<b>" not in html


@pytest.mark.parametrize(
    ("left", "tone"), [(-1, "bad"), (0, "attention"), (3, "attention"), (4, "plain"), (20, "plain")]
)
def test_a_clock_warns_when_few_days_are_left(left, tone):
    assert shown("{{ left|clock_tone:20 }}", left=left) == tone


def test_a_browser_is_called_by_its_name_and_not_by_those_it_claims_to_be():
    edge = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/120.0 Safari/537.36 Edg/120.0"

    assert shown("{{ agent|browser }}", agent=edge) == "Edge · Windows"
    assert shown("{{ agent|browser }}", agent="curl/8") == "–"


class Sample(forms.Form):
    name = forms.CharField(label="Nombre", max_length=5, help_text="Como en el Registro.")
    use = forms.CharField(label="Uso", max_length=5, widget=forms.Textarea)
    kind = forms.ChoiceField(label="Clase", choices=[("a", "Una"), ("b", "Otra")], widget=forms.RadioSelect)
    note = forms.CharField(label="Nota", required=False)

    def clean(self):
        raise forms.ValidationError("Nada de esto concuerda.")


def test_a_field_is_tied_to_its_label_its_hint_and_its_error():
    html = shown("{{ form }}", form=Sample({"name": "demasiado largo"}))

    assert 'for="id_name"' in html
    assert 'aria-describedby="id_name_helptext id_name_error"' in html
    assert 'id="id_name_helptext"' in html
    assert 'id="id_name_error"' in html
    assert 'aria-invalid="true"' in html


def test_nothing_is_cut_while_somebody_types_and_nothing_typed_is_lost():
    html = shown("{{ form }}", form=Sample({"name": "demasiado largo"}))

    assert " maxlength" not in html
    assert 'data-maxlength="5"' in html
    assert 'value="demasiado largo"' in html


def test_only_what_may_stay_empty_says_so():
    assert shown("{{ form }}", "en", form=Sample()).count("(optional)") == 1


def test_the_error_summary_leads_to_each_field_and_tells_what_belongs_to_none():
    html = shown('{% include "_parts/error_summary.html" %}', form=Sample({"name": "demasiado largo"}))

    assert 'href="#id_name"' in html
    assert 'href="#id_kind_0"' in html
    assert "<li>Nada de esto concuerda.</li>" in html


def test_a_page_without_errors_has_no_error_summary():
    assert "govuk-error-summary" not in shown('{% include "_parts/error_summary.html" %}', form=Sample())
