"""What must hold of the code as a whole."""

import ast
import inspect
import re
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import models
from django.template.loader import get_template
from django.urls import URLPattern, get_resolver, reverse
from rest_framework.permissions import BasePermission
from rest_framework.views import APIView

from licensing import actions, notifications
from licensing.actions import messages
from licensing.models import Action, Application, Licence, Role
from licensing.permissions import GRANTS
from portal.access import OPEN_LIBRARY_PAGES, SIGNED_IN_LIBRARY_PAGES
from portal.api.access import Nobody
from tests import factories

ROOT = Path(__file__).resolve().parent.parent
APPS = ("portal", "licensing", "screening")
OURS = [model for app in APPS for model in apps.get_app_config(app).get_models()]

# Who needs no account. Whoever adds to this list lets the whole world in.
OPEN_TO_ALL = {
    "home",
    "set_language",
    "check",
    "licence-needed",
    "check-licence",
    "self-check",
    "verify",
    "verify-worker",
    "verify-token",
    "without-network",
    "control-lists",
    "control-list",
    "control-changes",
    "control-code",
    "control-entry",
    "gallery",
    "demonstration-received",
    "demonstration-receiver",
    "verify-token-copied",
    "account_login",
    "account_logout",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "account_inactive",
    "mfa_authenticate",
    "mfa_trust",
    "mfa_login_webauthn",
    "api-schema",
    "api-docs",
    "api-keys",
    "api-token",
    "oauth-metadata",
    "api-unknown",
}
ARGUMENTS = {
    "reference": "PA-2026-000001",
    "number": "PA-L-2026-000001",
    "code": "0123456789ABCDEF",
    "pk": 1,
    "photo": 1,
    "detention": "1",
    "correction": "1",
    "list_code": "eu-dual-use",
    "action": "suspend",
    "source": "demo-un",
    "version": 1,
    "before": 1,
    "after": 2,
    "uidb36": "1",
    "key": "k",
    "rest": "nothing",
    "token": "0" * 60,
    "path": "nothing",
}


def addresses(patterns, above=()):
    """Yield every address with the names of its variables, those of the parts before it included."""
    for pattern in patterns:
        names = (*above, *pattern.pattern.converters, *pattern.pattern.regex.groupindex)
        if isinstance(pattern, URLPattern):
            yield pattern, set(names)
        else:
            yield from addresses(pattern.url_patterns, names)


VARIABLES = list(addresses(get_resolver().url_patterns))
ADDRESSES = [pattern for pattern, _names in VARIABLES]


@pytest.mark.parametrize(("pattern", "names"), VARIABLES, ids=lambda part: str(getattr(part, "name", "")))
def test_every_address_is_closed_to_the_public_unless_listed_here(pattern, names, client, db):
    address = reverse(pattern.name, kwargs={name: ARGUMENTS[name] for name in names})

    answer = client.get(address)

    turned_away = answer.status_code in (401, 403) or (
        answer.status_code == 302 and answer.url.startswith(reverse("account_login"))
    )
    library_closed = pattern.name not in OPEN_TO_ALL and answer.status_code in (403, 404)
    assert turned_away or library_closed or pattern.name in OPEN_TO_ALL


def test_every_address_has_a_name():
    assert [str(pattern.pattern) for pattern in ADDRESSES if not pattern.name] == []


def test_every_page_of_ours_says_who_may_open_it():
    silent = [
        pattern.name
        for pattern in ADDRESSES
        if pattern.callback.__module__.startswith("portal.views")
        and not hasattr(pattern.callback, "opens_for")
    ]

    assert silent == []


def test_no_library_page_is_both_open_and_closed():
    assert not OPEN_LIBRARY_PAGES & SIGNED_IN_LIBRARY_PAGES


def test_the_api_is_closed_by_default():
    assert APIView.permission_classes == [Nobody]


def test_every_endpoint_names_its_permission():
    endpoints = [pattern.callback.cls for pattern in ADDRESSES if hasattr(pattern.callback, "cls")]

    assert endpoints
    for endpoint in endpoints:
        assert endpoint.permission_classes != [Nobody], endpoint
        assert all(issubclass(permission, BasePermission) for permission in endpoint.permission_classes)


def sources():
    for app in APPS:
        for path in (ROOT / app).rglob("*.py"):
            if "migrations" not in path.parts:
                yield path


def writes_status(node):
    match node:
        case ast.Attribute(attr="status", ctx=ast.Store()):
            return True
        case ast.Call(func=ast.Attribute(attr="update" | "update_or_create" | "bulk_update")):
            return any(keyword.arg == "status" for keyword in node.keywords)
    return False


def test_status_is_written_in_the_workflow_only():
    writers = {
        str(path.relative_to(ROOT))
        for path in sources()
        if any(writes_status(node) for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    }

    assert writers == {"licensing/workflow.py"}


def test_no_status_can_be_edited_by_a_form():
    for model in (Application, Licence):
        assert not model._meta.get_field("status").editable


ACTIONS = [
    (path.stem, node)
    for path in sorted(Path(actions.__path__[0]).glob("*.py"))
    for node in ast.parse(path.read_text(encoding="utf-8")).body
    if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
    if {"by", "at"} <= {argument.arg for argument in node.args.kwonlyargs}
]


def calls(function, tree, seen=()):
    """Yield the name of everything `function` calls, following calls within its own module."""
    own = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    for node in ast.walk(function):
        if not isinstance(node, ast.Call):
            continue
        name = ast.unparse(node.func)
        yield name
        if name in own and name not in seen:
            yield from calls(own[name], tree, (*seen, name))


@pytest.mark.parametrize(("module", "function"), ACTIONS, ids=lambda part: getattr(part, "name", part))
def test_every_action_is_one_transaction_and_is_logged(module, function):
    tree = ast.parse((Path(actions.__path__[0]) / f"{module}.py").read_text(encoding="utf-8"))

    called = set(calls(function, tree))
    # A message of customs has its transaction, and is logged, where its answer is stored.
    decorators = [ast.unparse(decorator) for decorator in function.decorator_list]
    assert "transaction.atomic" in decorators or "answer" in called
    assert "with transaction.atomic():" in inspect.getsource(messages.answer)
    logs = {
        "perform",
        "Event.objects.create",
        "edits.write",
        "edits.drop",
        "write",
        "drop",
        "answer",
        "record",
    }
    logs |= {"ledger.depart", "drafts.put_goods"}
    assert called & logs, f"{module}.{function.name} leaves no event"


def test_there_are_actions_to_look_at():
    assert len(ACTIONS) > 20


# Copies of the first person, for the constraint; the moment stands with the recommendation or judgement.
COPIES = {
    ("Decision", "recommended_by"),
    ("HitConfirmation", "first_by"),
    ("ListDecision", "asked_by"),
    ("KeyDecision", "asked_by"),
    ("CorrectionConfirmation", "first_by"),
    ("DetentionConfirmation", "first_by"),
}


@pytest.mark.parametrize("model", OURS, ids=lambda model: model.__name__)
def test_who_and_when_come_in_pairs(model):
    names = {field.name for field in model._meta.fields}
    for who in [name for name in names if name == "by" or name.endswith("_by")]:
        if (model.__name__, who) in COPIES:
            continue
        when = "at" if who == "by" else who.replace("_by", "_at")
        assert when in names, f"{model.__name__}.{who} without {when}"


@pytest.mark.parametrize("model", OURS, ids=lambda model: model.__name__)
def test_every_quantity_is_exact_and_every_moment_is_aware(model):
    for field in model._meta.fields:
        if isinstance(field, models.FloatField):
            assert field.name == "points", f"{model.__name__}.{field.name}: floats are for scores only"
        if isinstance(field, models.DateTimeField):
            named = field.name.endswith("_at") or field.name in {"at", "in_force_from", "in_force_to"}
            assert named or field.name == "last_login"  # Django's own


@pytest.mark.parametrize("model", OURS, ids=lambda model: model.__name__)
def test_constraints_are_named_as_sentences(model):
    for constraint in model._meta.constraints:
        assert len(constraint.name.split("_")) >= 3, constraint.name


def test_every_model_that_tests_need_has_a_factory():
    made = {
        factory._meta.model
        for _name, factory in inspect.getmembers(factories, inspect.isclass)
        if issubclass(factory, factories.Factory) and factory is not factories.Factory
    }
    written_by_actions_only = {
        "AmendedLine",
        "Amendment",
        "Event",
        "ImportRun",
        "LedgerEntry",
        "MessageId",
        "SurrenderRequest",
        "ShipmentLimit",
        "Terms",
        "Reservation",
        "Irregularity",
        "Correction",
        "CorrectionConfirmation",
        "CorrectionRefusal",
        "CorrectionRequest",
        "LicenceChange",
        "Detention",
        "DetentionAnswer",
        "DetentionConfirmation",
        "DetentionNote",
        "DetentionPhoto",
        "DetentionReminder",
        "LicenceDocument",
        "EditionNotice",
        "EditionSearch",
        "PossibleListing",
        "ListFetch",
        "ListSearch",
        "OutboxJob",
        "Usage",
        "WatchRun",
        "SigningKey",
        "KeyRevocation",
        "KeyDecision",
        "StatusSnapshot",
        "Reconciliation",
        "FormBlock",
        "LicenceNews",
        "WebhookEndpoint",
        "WebhookMessage",
        # written by the importers of control lists only
        "ControlList",
        "ControlEdition",
        "EditionFile",
        "ControlEntry",
        "EntryAlias",
        "EntryVersion",
        "EntryText",
        "EntryNote",
        "EntryRegime",
        "Substance",
        "Threshold",
        "LicenceRequirement",
        "CatchAllRule",
        "ControlTable",
        "HsCorrelation",
        "ChartCell",
        "CountryGroupMember",
        "WatchedGoods",
    }

    assert {model.__name__ for model in OURS} - {model.__name__ for model in made} == written_by_actions_only


def test_every_role_is_granted_something():
    assert set(GRANTS) == set(Role)
    assert all(GRANTS.values())


@pytest.mark.parametrize("action", notifications.RECIPIENTS)
def test_every_letter_has_its_words(action):
    get_template(f"emails/{action}.txt")


def test_every_act_of_the_vocabulary_is_used():
    text = "".join(path.read_text(encoding="utf-8") for path in sources() if path.name != "events.py")

    assert [action.name for action in Action if f"Action.{action.name}" not in text] == []


def test_the_readme_shows_the_workflow_as_it_is():
    call_command("draw_workflow", check=True)


def test_templates_hold_no_script_style_or_handler_of_their_own():
    """The Content-Security-Policy forbids them, so they would silently not work."""
    script = r"<script(?![^>]*\bsrc=)(?![^>]*application/json)[^>]*>"  # JSON in a page is data, not script
    inline = re.compile(rf"{script}|\sstyle=|\son[a-z]+=|javascript:", re.IGNORECASE)
    found = [
        f"{path.relative_to(ROOT)}: {match.group()}"
        for path in (ROOT / "templates").rglob("*.html")
        if "documents" not in path.parts  # of the PDF, no browser reads them
        for match in inline.finditer(path.read_text(encoding="utf-8"))
    ]

    assert found == []


def test_parts_say_what_they_take():
    silent = [
        str(path.relative_to(ROOT))
        for path in (ROOT / "templates").rglob("_*.html")
        if not path.read_text(encoding="utf-8").lstrip().startswith(("{#", "{% comment"))
    ]

    assert silent == []
