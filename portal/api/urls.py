"""Addresses for machines, and the page that describes them."""

from django.urls import path

from portal.api import (
    classifications,
    coverage,
    customs,
    determinations,
    docs,
    keys,
    ledger,
    oauth,
    port_forms,
    reconciliations,
    schema,
    screenings,
    snapshots,
)

urlpatterns = [
    path("v1/licences", coverage.LicencesView.as_view(), name="api-licences"),
    path("v1/coverage", coverage.CoverageView.as_view(), name="api-coverage"),
    path("v1/licences/<str:number>", customs.LicenceView.as_view(), name="api-licence"),
    path("v1/licences/<str:number>/usages", customs.UsagesView.as_view(), name="api-usages"),
    path("v1/screenings", screenings.ScreeningsView.as_view(), name="api-screenings"),
    path(
        "v1/licence-requirements",
        determinations.LicenceRequirementsView.as_view(),
        name="api-licence-requirements",
    ),
    path("v1/classifications", classifications.ClassificationsView.as_view(), name="api-classifications"),
    path("v1/reservations", ledger.ReservationsView.as_view(), name="api-reservations"),
    path("v1/adjustments", ledger.AdjustmentsView.as_view(), name="api-adjustments"),
    path("v1/postings", ledger.PostingsView.as_view(), name="api-postings"),
    path("v1/releases", ledger.ReleasesView.as_view(), name="api-releases"),
    path("v1/departures", ledger.DeparturesView.as_view(), name="api-departures"),
    path("v1/batches", ledger.BatchesView.as_view(), name="api-batches"),
    path("v1/reconciliations", reconciliations.ReconciliationsView.as_view(), name="api-reconciliations"),
    path("v1/form-blocks", port_forms.FormBlocksView.as_view(), name="api-form-blocks"),
    path("v1/changes", ledger.ChangesView.as_view(), name="api-changes"),
    path("v1/oauth/token", oauth.TokenView.as_view(), name="api-token"),
    path("v1/keys", keys.KeysView.as_view(), name="api-keys"),
    path("v1/snapshots/latest", snapshots.SnapshotView.as_view(), name="api-snapshot"),
    path("v1/schema", schema.SchemaView.as_view(), name="api-schema"),
    path("v1/docs", docs.show, name="api-docs"),
]
