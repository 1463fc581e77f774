"""The pages of the control lists: for everybody, in both languages, every edition by a lasting address."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from licensing import new_editions
from licensing.models import EditionNotice, Role
from screening.control import catalogue, parser_of
from screening.control.load import load
from screening.control_models import ControlEdition
from tests.factories import GoodsAssessmentFactory, GoodsLineFactory, UserFactory
from tests.people import client_of
from tests.screening.control.files import ccl, eu_json, formex

LIST = "eu-dual-use"


@pytest.fixture
def take(db, tmp_path):
    def take_it(source, content, days=0, **options):
        path = tmp_path / "list"
        path.write_bytes(content)
        at = timezone.now() - timedelta(days=30 - days)
        return load(source, parser_of(source), path, by_name="Prueba", at=at, **options)

    return take_it


def page(client, name, *args, **query):
    answer = client.get(reverse(name, args=args), query, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def test_everybody_reads_them_signed_in_or_not(take, client):
    take("eu-annex1-json", eu_json())

    signed_in = [client_of(UserFactory(role=role)) for role in (Role.EXPORTER_FILER, Role.CASE_OFFICER)]
    for reader in (client, *signed_in):
        assert "Lista de doble uso" in page(reader, "control-lists")
        assert "3A001" in page(reader, "control-list", LIST)


def test_without_a_list_the_page_says_how_one_comes(client, db):
    assert "Ninguna lista de control está vigente" in page(client, "control-lists")
    assert client.get(reverse("control-list", args=[LIST])).status_code == 404


def test_the_tree_is_parted_by_category_and_group(take, client):
    take("eu-annex1-json", eu_json())

    html = page(client, "control-list", LIST)

    assert "3 · Electrónica" in html
    assert "3A · Sistemas, equipos y componentes" in html
    assert "1E · Tecnología" in html


def test_a_search_finds_without_accents_and_no_match_is_no_clearance(take, client):
    take("eu-annex1", formex("ES"))

    assert "1 entrada encontrada" in page(client, "control-list", LIST, q="TECNOLOGIA")
    assert "Eso no libera nada" in page(client, "control-list", LIST, q="nada parecido")


def test_the_text_stands_side_by_side_with_references_as_links(take, client):
    edition = take("eu-annex1", formex())
    take("eu-annex1", formex("ES"))

    html = page(client, "control-code", LIST, "1E001")

    assert 'lang="es"' in html and 'lang="en"' in html
    link = reverse("control-entry", args=[LIST, edition.pk, "3A001"])
    assert f'Tecnología de <a class="govuk-link" href="{link}">3A001</a>' in html


def test_powers_are_raised_and_notes_that_may_exclude_are_marked(take, client):
    take("eu-annex1", formex())

    html = page(client, "control-code", LIST, "3A001.a")

    assert "5 × 10<sup>3</sup> Gy" in html
    assert "app-law__note--excludes" in html
    assert "El texto en español no está cargado" in html


def test_a_paragraph_shows_what_it_is_part_of_and_its_lasting_link(take, client):
    edition = take("eu-annex1-json", eu_json())

    html = page(client, "control-code", LIST, "3A001.a.1")

    assert "Toy circuits" in html
    assert f"http://testserver{reverse('control-entry', args=[LIST, edition.pk, '3A001.a.1'])}" in html


def test_an_entry_can_be_printed_with_its_lasting_link(take, client):
    edition = take("eu-annex1-json", eu_json())

    html = page(client, "control-code", LIST, "3A001")

    assert "data-print" in html
    assert reverse("control-entry", args=[LIST, edition.pk, "3A001"]) in html.partition('id="lasting"')[2]


def test_an_old_edition_stays_readable_at_its_address_and_says_so(take, client):
    old = take("eu-annex1-json", eu_json())
    take("eu-annex1-json", eu_json(valid_from="2026-02-01"), days=1)

    html = page(client, "control-entry", LIST, old.pk, "3A001")

    assert "Esta edición ya no está vigente" in html


@pytest.mark.parametrize("code", ["3A999", "nothing"])
def test_an_unknown_code_is_not_found(take, client, code):
    edition = take("eu-annex1-json", eu_json())

    assert client.get(reverse("control-code", args=[LIST, code])).status_code == 404
    assert client.get(reverse("control-entry", args=[LIST, edition.pk, code])).status_code == 404
    assert client.get(reverse("control-entry", args=["us-ccl", edition.pk, "3A001"])).status_code == 404


def test_a_code_in_small_letters_leads_to_its_entry(take, client):
    edition = take("eu-annex1-json", eu_json())

    typed = client.get(reverse("control-entry", args=[LIST, edition.pk, "3a001"]))

    assert (typed.status_code, typed["Location"]) == (
        301,
        reverse("control-entry", args=[LIST, edition.pk, "3A001"]),
    )


def test_licence_requirements_are_shown_with_column_or_prose(take, client):
    take("us-ccl", ccl(), dated=date(2026, 1, 15))

    html = page(client, "control-code", "us-ccl", "3A001")

    assert "NS 2" in html
    assert "Ninguna: lea el texto" in html
    assert "Macau or D:5." in html


def test_what_changed_is_told_code_by_code(take, client):
    take("eu-annex1-json", eu_json({"3A001": "3A001 A\n3A001.a One\n3A001.b Two"}))
    take("eu-annex1-json", eu_json({"3A001": "3A001 A\n3A001.a Uno", "1E001": "1E001 B"}), days=1)

    html = page(client, "control-changes", LIST)

    assert "Agregad" in html and "Eliminadas" in html
    assert "One" in html and "Uno" in html
    assert client.get(reverse("control-changes", args=[LIST]), {"from": "x"}).status_code == 404


def test_with_one_edition_nothing_changed_yet(take, client):
    take("eu-annex1-json", eu_json())

    assert "Solo se conoce una edición" in page(client, "control-changes", LIST)


def test_the_catalogue_says_that_it_is_not_the_law(db, client):
    catalogue.load(by_name="Prueba", at=timezone.now())

    assert "El texto oficial no está cargado" in page(client, "control-list", LIST)
    html = page(client, "control-code", LIST, "2B350")
    assert "El texto oficial no está cargado" in html
    assert "También cuando el bien no figura en la lista" in html


def test_thresholds_are_said_in_both_languages(db, client):
    catalogue.load(by_name="Prueba", at=timezone.now())

    html = page(client, "control-code", LIST, "2B350")

    assert "volumen &gt; 0,1 m3 y &lt; 20 m3" in html
    assert "volume &gt; 0.1 m3 and &lt; 20 m3" in html
    assert "caudal &gt; 5 m3/h (bombas de vacío)" in html


def test_what_a_file_says_is_shown_as_text(take, client):
    take("eu-annex1-json", eu_json({"3A001": "3A001 <script>alert(1)</script> 10^x"}))

    assert "<script>alert(1)" not in page(client, "control-code", LIST, "3A001")


def test_many_rows_ask_the_database_no_more_than_few(take, client, django_assert_max_num_queries):
    lines = ["3A001 Toys", *(f"3A001.a.{n} Toy {n} of 3A001" for n in range(1, 60))]
    take("eu-annex1-json", eu_json({"3A001": "\n".join(lines)}))
    edition = ControlEdition.objects.get()

    with django_assert_max_num_queries(30):
        page(client, "control-entry", LIST, edition.pk, "3A001")
    with django_assert_max_num_queries(10):
        page(client, "control-list", LIST)


def test_officers_see_whom_an_edition_touches_and_others_do_not(take, officer):
    take("eu-annex1-json", eu_json({"3A001": "3A001 A\n3A001.a One"}))
    take("eu-annex1-json", eu_json({"3A001": "3A001 A\n3A001.a Uno"}), days=1)
    line = GoodsLineFactory(
        control_code="3A001.a", application__status="submitted", application__submitted_at=timezone.now()
    )
    address = reverse("control-impact", args=[LIST])

    html = client_of(officer).get(address).content.decode()

    assert line.application.reference in html
    assert "Con otro texto" in html
    assert address in client_of(officer).get(reverse("control-changes", args=[LIST])).content.decode()
    exporter = client_of(UserFactory(role=Role.EXPORTER_FILER))
    assert exporter.get(address).status_code == 403
    assert address not in exporter.get(reverse("control-changes", args=[LIST])).content.decode()


def test_goods_that_officers_found_under_another_code_are_shown_under_that_code(take, officer):
    take("eu-annex1-json", eu_json({"3A001": "3A001 A\n3A001.a One"}))
    newest = take("eu-annex1-json", eu_json({"3A001": "3A001 A\n3A001.a Uno"}), days=1)
    for claimed in ("", "6A005.b"):
        goods = GoodsLineFactory(
            control_code=claimed, application__status="submitted", application__submitted_at=timezone.now()
        )
        GoodsAssessmentFactory(line=goods, codes=["3A001.a"])

    html = page(client_of(officer), "control-impact", LIST)

    assert f'href="{reverse("control-entry", args=[LIST, newest.pk, "3A001.a"])}"' in html
    assert html.count('<span class="app-code">3A001.a</span> ' + goods.description[:20]) == 2
    assert "6A005.b" not in html


def test_an_edition_that_touches_nobody_says_so(take, officer):
    take("eu-annex1-json", eu_json())

    assert "Solo se conoce una edición" in page(client_of(officer), "control-impact", LIST)
    take("eu-annex1-json", eu_json(valid_from="2026-02-01"), days=1)
    assert "No afecta a nadie" in page(client_of(officer), "control-impact", LIST)


def test_what_was_added_is_told_by_the_outermost_code(take, client):
    take("eu-annex1-json", eu_json({"3A001": "3A001 A"}))
    added = {"3A001": "3A001 A\n3A001.a One\n3A001.a.1 Deep", "1E001": "1E001 B\n1E001.a Deep"}
    new = take("eu-annex1-json", eu_json(added), days=1)

    html = page(client, "control-changes", LIST)

    shown = [code for code in ("3A001.a", "3A001.a.1", "1E001", "1E001.a") if f"/{new.pk}/{code}/" in html]
    assert shown == ["3A001.a", "1E001"]


def test_beside_the_catalogue_only_codes_at_the_top_are_compared(take, client):
    catalogue.load(by_name="Prueba", at=timezone.now() - timedelta(days=60))
    take("eu-annex1-json", eu_json(), agreed_by_name="Otra persona")

    html = page(client, "control-changes", LIST)

    assert "solo se pueden comparar los códigos" in html
    assert "3A001.a" not in html


def test_beside_the_catalogue_the_digest_says_who_claims_the_list_and_who_was_written_to(take, officer):
    catalogue.load(by_name="Prueba", at=timezone.now() - timedelta(days=60))
    new_editions.tell(at=timezone.now() - timedelta(days=60))
    after = take("eu-annex1-json", eu_json(), agreed_by_name="Otra persona")
    GoodsLineFactory(
        control_code="3A001.a", application__status="submitted", application__submitted_at=timezone.now()
    )
    said = client_of(officer).get(reverse("control-impact", args=[LIST]))
    assert (said.context["changed"].companies, said.context["claimed"].companies) == (0, 1)
    assert (said.context["claimed"].products, said.context["claimed"].cases) == (1, 1)
    assert said.context["claimed"].licences == 0
    assert "No se escribió a nadie" in said.content.decode()

    new_editions.tell(at=timezone.now())

    assert EditionNotice.objects.get(edition=after).companies_count == 0
    html = page(client_of(officer), "control-impact", LIST)
    assert "se escribió solo a los oficiales: no afectaba a ninguna empresa" in html


def test_a_long_entry_is_folded_by_its_paragraphs_and_still_whole(take, client):
    lines = ["3A001 Toys", *(f"3A001.{letter}.{n} Toy {n}" for letter in "ab" for n in range(1, 6))]
    take("eu-annex1-json", eu_json({"3A001": "\n".join(lines)}))

    html = page(client, "control-code", LIST, "3A001")

    assert html.count('<details class="app-law__part">') == 2
    for letter in "ab":
        for n in range(1, 6):
            assert f'id="3A001.{letter}.{n}"' in html
    assert '<details class="app-law__part">' not in page(client, "control-code", LIST, "3A001.a")


def test_one_link_opens_all_of_a_long_entry(take, client):
    lines = ["3A001 Toys", *(f"3A001.{letter}.{n} Toy {n}" for letter in "ab" for n in range(1, 6))]
    take("eu-annex1-json", eu_json({"3A001": "\n".join(lines)}))
    folded = client.get(reverse("control-code", args=[LIST, "3A001"]), follow=True)
    assert 'href="?show=all"' in folded.content.decode()

    address = folded.request["PATH_INFO"]
    html = client.get(address, {"show": "all"}).content.decode()

    assert html.count('<details class="app-law__part" open>') == 2
    assert f'<a class="govuk-link" href="{address}">' in html  # to fold it again
    assert f"{address}</" in html or f"{address}<" in html  # the lasting link has no question in it
