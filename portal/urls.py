"""Every address of the portal, on one screen."""

from django.conf import settings
from django.urls import include, path
from django.views.i18n import set_language

from portal.api import urls as api_urls
from portal.views import (
    accounts,
    alerts,
    applications,
    calibration,
    casework,
    check,
    consultations,
    customs,
    decisions,
    demonstration,
    form,
    gallery,
    hits,
    home,
    irregularities,
    licences,
    lists,
    second_factor,
    sessions,
)

urlpatterns = [
    path("", home.show, name="home"),
    path("language/", set_language, name="set_language"),
    path("accounts/login/", sessions.log_in, name="account_login"),
    path("accounts/2fa/totp/activate/", second_factor.activate_totp, name="mfa_activate_totp"),
    path("accounts/2fa/webauthn/add/", second_factor.add_key, name="mfa_add_webauthn"),
    path("accounts/2fa/webauthn/keys/<int:pk>/remove/", second_factor.remove_key, name="mfa_remove_webauthn"),
    path("accounts/sessions/", sessions.show, name="usersessions_list"),
    path("accounts/", include("allauth.urls")),
    path("demo/codes/", demonstration.show, name="demonstration"),
    # The public: is this licence genuine and in force?
    path("check/", check.ask, name="check"),
    path("check/<str:reference>/<str:code>/", check.show, name="check-licence"),
    # Exporters
    path("applications/", applications.index, name="applications"),
    path("applications/new/", applications.new, name="application-new"),
    path("applications/<str:reference>/", applications.show, name="application"),
    path("applications/<str:reference>/progress/", applications.progress, name="application-progress"),
    path("applications/<str:reference>/submit/", applications.submit, name="application-submit"),
    path("applications/<str:reference>/withdraw/", applications.withdraw, name="application-withdraw"),
    path("applications/<str:reference>/answer/", applications.answer, name="application-answer"),
    path("applications/<str:reference>/copy/", applications.copy, name="application-copy"),
    path("applications/<str:reference>/form/", form.tasks, name="form"),
    path("applications/<str:reference>/form/about/", form.about, name="form-about"),
    path("applications/<str:reference>/form/goods/", form.goods, name="form-goods"),
    path("applications/<str:reference>/form/goods/new/", form.goods_line, name="form-goods-new"),
    path("applications/<str:reference>/form/goods/<int:pk>/", form.goods_line, name="form-goods-line"),
    path(
        "applications/<str:reference>/form/goods/<int:pk>/remove/",
        form.goods_remove,
        name="form-goods-remove",
    ),
    path("applications/<str:reference>/form/parties/", form.parties, name="form-parties"),
    path("applications/<str:reference>/form/parties/new/", form.party, name="form-party-new"),
    path("applications/<str:reference>/form/parties/<int:pk>/", form.party, name="form-party"),
    path(
        "applications/<str:reference>/form/parties/<int:pk>/remove/",
        form.party_remove,
        name="form-party-remove",
    ),
    path("applications/<str:reference>/form/route/", form.route, name="form-route"),
    path("applications/<str:reference>/form/end-use/", form.end_use, name="form-end-use"),
    path("applications/<str:reference>/form/documents/", form.documents, name="form-documents"),
    path(
        "applications/<str:reference>/form/documents/<int:pk>/remove/",
        form.document_remove,
        name="form-document-remove",
    ),
    path("applications/<str:reference>/check/", form.check_answers, name="form-check"),
    path("applications/<str:reference>/documents/<int:pk>/", applications.document, name="document"),
    # Licences: their holders, officers and customs people
    path("licences/", licences.index, name="licences"),
    path("licences/<str:reference>/", licences.show, name="licence"),
    path("licences/<str:reference>/document/", licences.document, name="licence-document"),
    path("licences/<str:reference>/change/<str:action>/", licences.change, name="licence-change"),
    path("customs/", customs.search, name="licence-search"),
    path("customs/<str:reference>/", customs.show, name="customs-licence"),
    # Officers
    path("queue/", casework.queue, name="queue"),
    path("cases/<str:reference>/", casework.show, name="case"),
    path("cases/<str:reference>/take-on/", casework.take_on, name="case-take-on"),
    path("cases/<str:reference>/screen/", casework.screen_again, name="case-screen"),
    path("cases/<str:reference>/progress/", casework.progress, name="case-progress"),
    path("cases/<str:reference>/hits/<int:pk>/", hits.show, name="case-hit"),
    path("alerts/", alerts.index, name="alerts"),
    path("alerts/departures/", irregularities.index, name="irregularities"),
    path("alerts/departures/<int:pk>/", irregularities.show, name="irregularity"),
    path("alerts/<int:pk>/", alerts.show, name="alert"),
    path("cases/<str:reference>/consult/", casework.consult, name="case-consult"),
    path(
        "cases/<str:reference>/questions/<int:pk>/withdraw/",
        casework.withdraw_question,
        name="case-withdraw-question",
    ),
    path("cases/<str:reference>/request-information/", casework.request_information, name="case-request"),
    path("cases/<str:reference>/recommend/", casework.recommend, name="case-recommend"),
    path("cases/<str:reference>/decision/", decisions.decide, name="case-decide"),
    # Consulted bodies
    path("consultations/", consultations.index, name="consultations"),
    path("consultations/<int:pk>/", consultations.show, name="consultation"),
    # Administration
    path("company/", accounts.company, name="company"),
    path("administration/accounts/", accounts.index, name="accounts"),
    path("administration/accounts/new/", accounts.invite, name="account-new"),
    path("administration/accounts/<int:pk>/", accounts.show, name="account"),
    path("administration/accounts/<int:pk>/disable/", accounts.disable, name="account-disable"),
    path("administration/accounts/<int:pk>/enable/", accounts.enable, name="account-enable"),
    path("administration/accounts/<int:pk>/sessions/", accounts.end_sessions, name="account-sessions"),
    path("administration/accounts/<int:pk>/letter/", accounts.send_letter, name="account-letter"),
    path("administration/accounts/<int:pk>/keys/", accounts.make_key, name="key-new"),
    path("administration/keys/<int:pk>/revoke/", accounts.revoke_key, name="key-revoke"),
    path("administration/organisations/", accounts.organisations, name="organisations"),
    path("administration/organisations/new/", accounts.register, name="organisation-new"),
    path("administration/thresholds/", calibration.show, name="calibration"),
    path("lists/", lists.index, name="lists"),
    # Machines
    path("api/", include(api_urls)),
]
if settings.PORTAL_ENV != "production":
    urlpatterns.append(path("gallery/", gallery.show, name="gallery"))
