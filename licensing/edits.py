"""How changes of a draft are written down, each once even if its button was pressed twice.

A page carries a random word, `once`; what was made from it keeps the word in its event. The same word with
the same content again is a second press, and what the first made is the answer. The same word with other
content is somebody who went back and wrote something new.
"""

from datetime import datetime
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from licensing.errors import Refused
from licensing.models import Action, Application, EndUseDeclaration, Event, User


class Overtaken(Refused):
    """Somebody, or the same person elsewhere, changed something since the page was opened that this would
    undo unseen. `event` is the newest such change."""

    def __init__(self, event: Event, by: User) -> None:
        if event.by == by:
            text = _("You changed this elsewhere after you opened this page.")
        else:
            text = _("%(name)s changed this after you opened this page.") % {"name": event.by}
        super().__init__(text, code="overtaken")
        self.event = event


def begun(by: User, once: str, said: dict[str, Any]) -> Application | None:
    """Return the draft that `by` began from the same page with the same words, if there is one.

    The lock on the account makes the second press wait for the first.
    """
    if not once:
        return None
    User.objects.select_for_update(of=("self",)).get(pk=by.pk)
    starts = Event.objects.filter(by=by, action=Action.START, data__once=once, after=said)
    return Application.objects.filter(events__in=starts).first()


def added(application: Application, rows: Any, once: str, fields: dict[str, Any]) -> Any:
    """Return the row among `rows` that the same page added with the same content, or None."""
    if not once:
        return None
    said = {name: plain(value) for name, value in fields.items()}
    made = of_page(application, once).filter(before={}, after=said)
    return rows.filter(pk__in=[event.data["id"] for event in made]).first()


def of_page(application: Application, once: str) -> models.QuerySet[Event]:
    return application.events.filter(action=Action.EDIT, data__once=once)


def write(
    application: Application,
    row: models.Model,
    fields: dict[str, Any],
    *,
    by: User,
    at: datetime,
    once: str = "",
    seen: int | None = None,
) -> None:
    """Set the fields, store the row, and log which of them changed from what to what, and what the row was
    called before.

    `seen` is the id of the newest change that the page knew of, 0 for none. Raises Overtaken if one of the
    fields was changed since, and to something else than this writes. None: whatever is there is replaced.
    """
    called = "" if row.pk is None else _called(row)
    before = {name: getattr(row, name) for name in fields}
    is_new = row.pk is None
    changed = [name for name, value in fields.items() if is_new or before[name] != value]
    if seen is not None and not is_new and (event := _since(application, row, changed, seen)):
        raise Overtaken(event, by)
    for name, value in fields.items():
        setattr(row, name, value)
    row.save()
    application.saved_at = at
    application.save(update_fields=["saved_at"])
    if changed:
        Event.objects.create(
            application=application,
            action=Action.EDIT,
            by=by,
            at=at,
            before={} if is_new else {name: plain(before[name]) for name in changed},
            after={name: plain(fields[name]) for name in changed},
            data=_what(row) | ({"called": called} if called else {}) | ({"once": once} if once else {}),
        )


def _since(application: Application, row: models.Model, fields: list[str], seen: int) -> Event | None:
    """Return the newest change of any of these fields of the row after the change `seen`."""
    later = application.events.filter(action=Action.EDIT, pk__gt=seen, after__has_any_keys=fields)
    return later.filter(data__contains=_what(row)).select_related("by").order_by("pk").last()


def drop(application: Application, row: models.Model | None, *, by: User, at: datetime) -> None:
    """Take the row out, and log what it said. One that is gone already is what was wanted."""
    if row is None:
        return
    before = {
        field.attname: plain(field.value_from_object(row))
        for field in row._meta.concrete_fields
        if field.attname not in ("id", "application_id")
    }
    Event.objects.create(
        application=application, action=Action.EDIT, by=by, at=at, before=before, data=_what(row)
    )
    row.delete()
    application.saved_at = at
    application.save(update_fields=["saved_at"])


def plain(value: Any) -> Any:
    """Return the value as JSON can hold it without loss: decimals and dates as text."""
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value if isinstance(value, str | bool | int | None) else str(value)


def _called(row: models.Model) -> str:
    """Return what people know the row by; for an answer, the question."""
    return row.question if isinstance(row, EndUseDeclaration) else str(row)


def _what(row: models.Model) -> dict[str, Any]:
    return {"what": row._meta.model_name, "id": row.pk}
