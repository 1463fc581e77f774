"""An address as its parts, the same for everybody who has one."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Address(models.Model):
    street = models.CharField(_("Street and number"), max_length=200, blank=True)
    street_more = models.CharField(_("Building, floor, industrial park"), max_length=200, blank=True)
    city = models.CharField(_("City"), max_length=120, blank=True)
    region = models.CharField(_("Province, state or region"), max_length=120, blank=True)
    postal_code = models.CharField(_("Postal code"), max_length=20, blank=True)
    country = models.CharField(_("Country"), max_length=2)  # ISO 3166-1 alpha-2

    class Meta:
        abstract = True

    def address_lines(self) -> list[str]:
        """Return the lines of the address as they go on an envelope, without the country."""
        place = " ".join(part for part in (self.postal_code, self.city) if part)
        return [line for line in (self.street, self.street_more, place, self.region) if line]
