"""The pages of one list: its versions, what changed, an entry, uploads, and exceptions of two people."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from licensing.actions import lists
from licensing.models import Event, Job, ListDecision, ListOutcome, ListRequest, OutboxJob, Role
from licensing.tasks import run_job
from portal.uploads import LimitedUploadHandler
from screening import imports
from screening.models import ImportRun, ListFetch, ListVersion
from tests.factories import ListedEntityFactory, ListVersionFactory, UserFactory
from tests.people import client_of
from tests.screening.files import un_person, un_text, written

UN = "un-consolidated"
PEOPLE = [un_person(number, f"FANTASIA QUIMERA {number}") for number in range(1, 11)]


@pytest.fixture
def reader(administrator):
    return client_of(administrator, "en")


@pytest.fixture
def bring_in(db, tmp_path):
    def bring_in(*records, dated="2026-02-01"):
        path = written(tmp_path, un_text(*records, dated=dated), f"{dated}.xml")
        at = timezone.now()
        return imports.carry_out(imports.ask(UN, path, by_name="Prueba", at=at).pk, at=at)

    return bring_in


@pytest.fixture
def versions(bring_in):
    changed = un_person(1, "FANTASIA QUIMERA 1", inside="<COMMENTS1>Made up.</COMMENTS1>")
    before = bring_in(*PEOPLE).version
    after = bring_in(changed, *PEOPLE[1:], un_person(11, "PEDRO INVENTADO"), dated="2026-02-02").version
    return before, after


def page_of(client, name, *args, query=""):
    answer = client.get(reverse(name, args=args) + query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_list_shows_its_versions_with_a_link_to_what_each_changed(reader, versions):
    before, after = versions

    html = page_of(reader, "list", UN)

    assert reverse("list-differences", args=[UN, before.pk, after.pk]) in html
    assert reverse("list-put-back", args=[UN, before.pk]) in html
    assert reverse("list-put-back", args=[UN, after.pk]) not in html
    assert before.sha256[:12] in html
    assert "Prueba" in html


def test_a_version_at_the_end_of_a_page_is_compared_with_the_one_on_the_next(reader):
    start = timezone.now() - timedelta(days=100)
    rows = [
        ListVersionFactory(
            source="old-list",
            in_force_from=start + timedelta(days=number),
            in_force_to=start + timedelta(days=number + 1),
        )
        for number in range(26)
    ]

    html = page_of(reader, "list", "old-list")

    assert reverse("list-differences", args=["old-list", rows[0].pk, rows[1].pk]) in html
    assert "The first" not in html
    assert "The first" in page_of(reader, "list", "old-list", query="?page=2")


def test_a_list_nobody_knows_has_no_page(reader):
    assert reader.get(reverse("list", args=["nowhere"])).status_code == 404


def test_a_list_shows_the_last_looks_with_their_reasons(reader):
    now = timezone.now()
    ListFetch.objects.create(
        source=UN,
        address="x",
        state="failed",
        failure="http-status",
        failure_details={"status": "503"},
        started_at=now,
        finished_at=now,
    )

    assert "answered with the status 503" in page_of(reader, "list", UN)


def test_the_page_of_a_list_takes_few_queries(reader, versions, django_assert_max_num_queries):
    with django_assert_max_num_queries(22):
        page_of(reader, "list", UN)


def test_it_shows_what_changed_entry_by_entry(reader, versions):
    html = page_of(reader, "list-differences", UN, *(version.pk for version in versions))

    assert "PEDRO INVENTADO" in html
    assert "<ins>" in html
    assert "Made up." in html
    assert "FANTASIA QUIMERA 2" not in html


@pytest.mark.parametrize(
    ("query", "shown", "hidden"),
    [
        ("?q=pedro", "PEDRO INVENTADO", "Made up."),
        ("?kind=changed", "Made up.", "PEDRO INVENTADO"),
        ("?q=nobody", "No entry fits", "PEDRO INVENTADO"),
        ("?kind=wrong", "Select a valid choice", "No entry fits"),
    ],
)
def test_changes_can_be_searched(reader, versions, query, shown, hidden):
    html = page_of(reader, "list-differences", UN, *(v.pk for v in versions), query=query)

    assert shown in html
    assert hidden not in html


def test_versions_of_two_lists_are_not_compared(reader, versions):
    other = ListVersionFactory(source="other")

    assert reader.get(reverse("list-differences", args=[UN, versions[0].pk, other.pk])).status_code == 404


def test_a_page_of_changes_takes_few_queries(reader, django_assert_max_num_queries):
    before = ListVersionFactory(source="many", in_force_to=timezone.now())
    after = ListVersionFactory(source="many", in_force_from=timezone.now())
    for number in range(60):
        ListedEntityFactory(version=after, source_id=f"{number}")

    with django_assert_max_num_queries(16):
        html = page_of(reader, "list-differences", "many", before.pk, after.pk)

    assert html.count("The whole entry is new.") == 50
    assert "page=2" in html


def test_an_entry_says_where_else_it_stands(reader, versions):
    entity = versions[1].entities.get(source_id="1")

    html = page_of(reader, "listed-entity", entity.pk)

    assert "Says something else" in html


# --- what administrators do ---

CHANGING = [("list-upload", []), ("list-let-in", [1]), ("list-put-back", [UN, 1])]


@pytest.mark.parametrize("role", [Role.CASE_OFFICER, Role.DECIDING_OFFICER, Role.EXPORTER_FILER])
@pytest.mark.parametrize(("name", "args"), [*CHANGING, ("list-fetch", [UN])])
def test_only_administrators_change_lists(db, role, name, args):
    assert client_of(UserFactory(role=role)).post(reverse(name, args=args)).status_code == 403


@pytest.mark.parametrize("role", [Role.CASE_OFFICER, Role.DECIDING_OFFICER])
def test_officers_read_without_buttons(db, versions, role):
    html = page_of(client_of(UserFactory(role=role), "en"), "list", UN)

    assert "What it changed" in html
    assert "Put back in force" not in html
    assert "Upload a file" not in html


def post_file(reader, content, **fields):
    file = SimpleUploadedFile("february.xml", content)
    return reader.post(reverse("list-upload"), {"source": UN, "file": file, **fields})


def test_an_uploaded_file_is_imported_by_a_worker(reader, administrator):
    assert post_file(reader, un_text(*PEOPLE).encode()).url == reverse("lists")

    run_job(OutboxJob.objects.get(job=Job.IMPORT_LIST).pk)

    run = ImportRun.objects.get()
    assert (run.state, run.file_name, run.by_name) == ("done", "february.xml", administrator.name)
    assert Event.objects.get(list_source=UN).by == administrator


def test_a_day_may_be_given_for_a_file_that_says_none(reader):
    post_file(reader, un_text(*PEOPLE).encode(), dated="2026-02-01")

    assert ImportRun.objects.get().dated.isoformat() == "2026-02-01"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"source": ""}, "Choose the list that the file is of."),
        ({"dated": "2999-01-01"}, "Choose a day that has come"),
        ({"file": ""}, "Choose the file to upload."),
        ({"file": SimpleUploadedFile("empty.xml", b"")}, "This file is empty."),
    ],
)
def test_what_is_missing_is_said_at_its_field(reader, fields, said):
    assert said in post_file(reader, b"x", **fields).content.decode()
    assert not ImportRun.objects.exists()


def test_a_file_beyond_the_limit_of_lists_is_refused(reader, settings):
    settings.SCREENING_LARGEST_FILE = 1_000_000

    assert "larger than 1 MB" in post_file(reader, b"x" * 1_000_001).content.decode()


def test_a_list_may_be_larger_than_a_document_but_for_administrators_only(reader, settings, officer):
    settings.UPLOAD_LIMIT_BYTES = 1000

    assert post_file(reader, un_text(*PEOPLE).encode() + b" " * 2000).status_code == 302

    assert post_file(client_of(officer), b"x" * 2000).status_code == 403


def test_the_limit_of_lists_counts_for_their_page_and_for_administrators(
    rf, administrator, officer, settings
):
    settings.UPLOAD_LIMIT_BYTES, settings.SCREENING_LARGEST_FILE = 1000, 9000

    def limit(path, user):
        request = rf.post(path)
        request.user = user
        handler = LimitedUploadHandler(request)
        handler.new_file("file", "x", "text/plain", 10)
        handler.file.close()
        return handler.limit

    assert limit(reverse("list-upload"), administrator) == 9000
    assert limit(reverse("list-upload"), officer) == 1000
    assert limit(reverse("lists"), administrator) == 1000


def test_a_fetch_is_promised_where_there_is_an_address_and_refused_where_not(reader, settings):
    refused = reader.post(reverse("list-fetch", args=[UN]), follow=True).content.decode()
    assert "No address is set for this list" in refused
    settings.SCREENING_FETCH = {UN: "https://example.org/"}

    reader.post(reverse("list-fetch", args=[UN]))

    assert OutboxJob.objects.get().job == Job.FETCH_LIST


def test_an_administrator_asks_and_another_agrees(reader, administrator, versions):
    asked = reader.post(reverse("list-put-back", args=[UN, versions[0].pk]), {"reason": "Incompleta."})
    assert asked.url == reverse("list", args=[UN])
    request = ListRequest.objects.get()
    assert "You asked for this" in page_of(reader, "list-request", request.pk)
    other = client_of(UserFactory(administrator=True), "en")
    assert "0 added, 1 removed, 1 changed" in page_of(other, "list-request", request.pk)

    other.post(reverse("list-request", args=[request.pk]), {"outcome": "approve", "reason": "Sí."})

    run_job(OutboxJob.objects.get(job=Job.IMPORT_LIST).pk)
    assert ListVersion.objects.get(source=UN, in_force_to=None).restores == versions[0]
    assert "Agreed to" in page_of(reader, "list-request", request.pk)


def test_whoever_asked_can_only_withdraw_whatever_is_posted(reader, administrator, versions):
    request = lists.ask_to_put_back(versions[0].pk, reason="x", by=administrator, at=timezone.now())

    reader.post(reverse("list-request", args=[request.pk]), {"outcome": "approve", "reason": "Sí."})

    assert ListDecision.objects.get().outcome == ListOutcome.DECLINE


@pytest.mark.parametrize(("language", "word"), [("en", "Withdrawn"), ("es", "Retirada")])
def test_what_was_withdrawn_is_not_called_declined(administrator, versions, language, word):
    request = lists.ask_to_put_back(versions[0].pk, reason="x", by=administrator, at=timezone.now())
    client = client_of(administrator, language)
    client.post(reverse("list-request", args=[request.pk]), {"outcome": "decline", "reason": "Me equivoqué."})

    assert f'id="decided">{word}</h2>' in page_of(client, "list-request", request.pk)


def test_an_officer_reads_a_request_and_cannot_decide_it(officer, administrator, versions):
    request = lists.ask_to_put_back(versions[0].pk, reason="x", by=administrator, at=timezone.now())
    client = client_of(officer, "en")
    assert "It waits for a second administrator" in page_of(client, "list-request", request.pk)

    client.post(reverse("list-request", args=[request.pk]), {"outcome": "approve", "reason": "Sí."})

    assert not ListDecision.objects.exists()


def test_what_was_typed_stays_when_the_state_has_changed(reader, versions, bring_in):
    asker = UserFactory(administrator=True)
    request = lists.ask_to_put_back(versions[0].pk, reason="x", by=asker, at=timezone.now())
    bring_in(*PEOPLE, dated="2026-02-03")

    html = reader.post(
        reverse("list-request", args=[request.pk]), {"outcome": "approve", "reason": "Bien pensado."}
    ).content.decode()

    assert "Another version has come into force" in html
    assert "Bien pensado." in html


def test_a_refused_file_can_be_asked_for_from_the_page_of_imports(reader, versions, bring_in):
    run = bring_in(*PEOPLE[:3], dated="2026-02-03")
    link = reverse("list-let-in", args=[run.pk])
    assert link in page_of(reader, "lists")
    assert "names 3 parties" in page_of(reader, "list-let-in", run.pk)

    reader.post(link, {"reason": "Así lo publicaron."})

    assert ListRequest.objects.get().run == run
    assert "Wait for a second administrator" in page_of(reader, "lists")


def test_a_file_that_is_broken_cannot_be_asked_for(reader, bring_in, tmp_path):
    at = timezone.now()
    broken = written(tmp_path, un_text(*PEOPLE)[:-40])
    run = imports.carry_out(imports.ask(UN, broken, by_name="x", at=at).pk, at=at)
    link = reverse("list-let-in", args=[run.pk])
    assert link not in page_of(reader, "lists")

    assert "cannot be let in" in reader.post(link, {"reason": "x"}).content.decode()


@pytest.mark.parametrize("role", [Role.CASE_OFFICER, Role.DECIDING_OFFICER, Role.ADMINISTRATOR])
def test_lists_that_are_too_old_are_counted_on_the_first_page(db, role):
    ListVersionFactory(source=UN, imported_at=timezone.now() - timedelta(days=4))

    page = client_of(UserFactory(role=role), "en").get("/")

    assert page.context["old_lists"] == 1
    assert "Lists too old" in page.content.decode()


def test_a_list_with_an_address_that_never_came_is_shown_as_missing(reader, settings):
    settings.SCREENING_FETCH = {UN: "https://example.org/"}

    html = page_of(reader, "lists")

    assert "Never imported" in html
    assert "Missing" in html


def test_what_people_did_names_an_edition_that_is_a_moment_by_its_day(reader, administrator, bring_in):
    earlier = bring_in(*PEOPLE[:-1], dated="2026-02-01T08:00:15.123Z").version
    bring_in(*PEOPLE, dated="2026-02-02")
    lists.ask_to_put_back(earlier.pk, reason="x", by=administrator, at=timezone.now())

    html = page_of(reader, "list", UN)

    assert "asked for an exception: edition 2026-02-01 comes back into force" in html
    assert "T08:00" not in html


def test_the_day_of_an_edition_is_explained_in_spanish(administrator):
    html = client_of(administrator, "es").get(reverse("list-upload")).content.decode()

    assert "Solo para los archivos que no lo indican." in html
    assert "Only for files" not in html
