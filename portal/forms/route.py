"""What exporters type about the way of the goods."""

from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from licensing import routes
from licensing.models import Application, ApplicationKind, TransportMode
from portal.forms import fields
from portal.forms.fields import DayField, PageForm, choice, text, today

TRANSITS = ("transit_1", "transit_2", "transit_3", "transit_4")
YEARS_AHEAD = 5


def latest_dispatch() -> date:
    return today() + timedelta(days=366 * YEARS_AHEAD)


class RouteForm(PageForm):
    dispatched_from = fields.country(
        _("Country of dispatch"), required=_("Choose the country from which the goods leave.")
    )
    destination = fields.country(
        _("Country of final destination"),
        required=_("Choose the country in which the goods will stay."),
        hint=_("Where the goods will be used, not where they change ship."),
    )
    transport_mode = choice(
        _("Means of transport"),
        TransportMode.choices,
        required=_("Choose a means of transport."),
        radios=True,
    )
    port_of_loading = choice(
        _("Port, airport or crossing of exit"),
        fields.ports,
        hint=_("Where the goods leave the country. Not needed for electronic transmission or brokering."),
    )
    port_of_discharge = text(
        Application, "port_of_discharge", hint=_("For example Osaka, or the airport of Narita.")
    )
    transit_1 = fields.country(_("First country on the way"), hint=_("Where the goods stop or change ship."))
    transit_2 = fields.country(_("Second country on the way"))
    transit_3 = fields.country(_("Third country on the way"))
    transit_4 = fields.country(_("Fourth country on the way"))
    dispatch_on = DayField(
        label=_("Expected date of the first shipment"),
        help_text=fields.DAY_HINT,
        earliest=today,
        latest=latest_dispatch,
        out_of_range=_("Choose a day from today to five years from now, for example 2026-11-30."),
    )

    def clean(self) -> dict[str, Any]:
        super().clean()
        moves = self.cleaned_data.get("transport_mode") not in (None, "", TransportMode.ELECTRONIC)
        wants_port = moves and self.initial["kind"] != ApplicationKind.BROKERING and not self.unfinished
        if wants_port and self.cleaned_data.get("port_of_loading") == "":
            self.add_error("port_of_loading", gettext("Choose where the goods leave the country."))
        self._check_countries()
        return self.cleaned_data

    def _check_countries(self) -> None:
        given = dict(self.cleaned_data)
        ends = self.initial["kind"], given.get("dispatched_from", ""), given.get("destination", "")
        if wrong := routes.contradiction_of_destination(*ends):
            self.add_error("destination", str(wrong))
        for name in TRANSITS:
            if given.get(name) and (wrong := routes.contradiction_of_transit(*ends, given[name])):
                self.add_error(name, str(wrong))

    def facts(self) -> dict[str, Any]:
        """Return what was typed as the fields of an Application."""
        own = {name: value for name, value in self.cleaned_data.items() if name not in TRANSITS}
        on_the_way = [self.cleaned_data[name] for name in TRANSITS if self.cleaned_data[name]]
        return {**own, "transit_countries": list(dict.fromkeys(on_the_way))}


def shown(application: Application) -> dict[str, Any]:
    """Return the route as its form shows it."""
    own = {name: getattr(application, name) for name in RouteForm.base_fields if name not in TRANSITS}
    on_the_way = dict(zip(TRANSITS, application.transit_countries, strict=False))
    return own | on_the_way | {"kind": application.kind}
