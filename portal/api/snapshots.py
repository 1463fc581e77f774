"""What all licences are worth, in one signed file, for ports whose network may fail."""

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.renderers import JSONRenderer
from rest_framework.views import APIView

from licensing import snapshots
from licensing.models import ApiScope
from portal.api import schema
from portal.api.access import needs
from portal.api.errors import problem, respond
from portal.etags import is_known
from portal.http import ApiRequest

MEDIA_TYPE = "application/cose"


class CoseRenderer(JSONRenderer):
    """Lets a caller accept nothing but what the operation answers with; problems are JSON all the same."""

    media_type = MEDIA_TYPE
    format = "cose"
    charset = None


class SnapshotView(APIView):
    permission_classes = [needs(ApiScope.READ_LICENCES)]
    http_method_names = ["get", "head"]
    renderer_classes = (JSONRenderer, CoseRenderer)

    @extend_schema(
        **schema.SNAPSHOT,
        responses={
            (200, MEDIA_TYPE): OpenApiResponse(OpenApiTypes.BINARY, description=schema.SNAPSHOT_SAYS),
            304: OpenApiResponse(description="The newest is the one the ETag stands for."),
            **schema.problems(schema.CHANGES_FAIL[:-1]),
        },
    )
    def get(self, request: ApiRequest) -> HttpResponse:
        snapshot = snapshots.newest(timezone.now())
        if snapshot is None:
            told = _("No snapshot is ready. Ask again in a minute.")
            return respond(problem("unavailable", request, told), {"Retry-After": "60"})
        headers = {"ETag": f'"{snapshot.sha256}"', "Cache-Control": "private, no-cache"}
        if is_known(request.headers.get("If-None-Match"), headers["ETag"]):
            return HttpResponse(status=304, headers=headers)
        return HttpResponse(bytes(snapshot.content), headers=headers, content_type=MEDIA_TYPE)
