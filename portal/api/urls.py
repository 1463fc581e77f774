"""Addresses for machines, and the page that describes them."""

from django.urls import path

from portal.api import customs, docs, schema, screenings

urlpatterns = [
    path("v1/licences/<str:number>", customs.LicenceView.as_view(), name="api-licence"),
    path("v1/licences/<str:number>/usages", customs.UsagesView.as_view(), name="api-usages"),
    path("v1/screenings", screenings.ScreeningsView.as_view(), name="api-screenings"),
    path("v1/schema", schema.SchemaView.as_view(), name="api-schema"),
    path("v1/docs", docs.show, name="api-docs"),
]
