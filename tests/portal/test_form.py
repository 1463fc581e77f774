"""The application form: what it saves, what it refuses and how it says so."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone
from django.utils.html import conditional_escape
from hypothesis import given
from hypothesis import strategies as some

from licensing.models import Action, ApplicationStatus, EndUseQuestion
from portal.forms.fields import countries, unit_choices
from portal.forms.numbers import read_number, written
from tests.factories import ApplicationFactory, GoodsLineFactory, PartyFactory
from tests.people import client_of

LINE = {
    "description": "Láser de corte",
    "hs_code": "8456.11",
    "listed": "yes",
    "control_code": "6a005A1",
    "quantity": "10",
    "unit": "C62",
    "value": "48,000.00",
    "currency": "USD",
    "origin": "DE",
}
PARTY = {
    "role": "end-user",
    "kind": "organisation",
    "name": "Kyoto Glass Works",
    "city": "Kioto",
    "country": "JP",
}
ROUTE = {
    "dispatched_from": "PA",
    "destination": "JP",
    "transport_mode": "sea",
    "port_of_loading": "PABLB",
}


@pytest.fixture
def client(exporter):
    return client_of(exporter, "en")


@pytest.fixture
def draft(exporter):
    return ApplicationFactory(organisation=exporter.organisation, created_by=exporter)


def path(name, application, *more):
    return reverse(name, args=[application.reference, *more])


def errors(response) -> str:
    """What the page says is wrong, at its fields and above them."""
    assert response.status_code == 200
    return str(dict(response.context["form"].errors))


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("12", "12"),
        ("0,125", "0.125"),
        ("0.125", "0.125"),
        ("1.5", "1.5"),
        ("1,5", "1.5"),
        ("1,234.5", "1234.5"),
        ("1.234,5", "1234.5"),
        ("1 234,5", "1234.5"),
        ("1\N{NO-BREAK SPACE}234", "1234"),
        ("1,234,567", "1234567"),
        ("1.234.567", "1234567"),
        ("12345.678", "12345.678"),
        ("1234567,25", "1234567.25"),
        (" 7 ", "7"),
    ],
)
def test_a_number_is_read_the_same_in_both_languages(typed, number):
    assert read_number(typed, decimals=4) == Decimal(number)


@pytest.mark.parametrize("typed", ["1.234", "1,234", "999.999"])
def test_a_number_that_can_be_read_in_two_ways_is_refused_with_both(typed):
    with pytest.raises(ValidationError) as refused:
        read_number(typed, decimals=4)
    assert refused.value.code == "two-ways"
    plain = re.sub("[.,]", "", typed)
    assert plain in str(refused.value)
    assert read_number(plain, decimals=4) == Decimal(plain)


@pytest.mark.parametrize("typed", ["48,000", "48.000"])
def test_three_digits_are_thousands_where_a_number_has_no_three_decimals(typed):
    assert read_number(typed, decimals=2) == 48000


@pytest.mark.parametrize(
    "typed",
    [
        "-1",
        "\N{MINUS SIGN}5",
        "NaN",
        "Infinity",
        "-inf",
        "1E+30",
        "1e5",
        "0x10",
        "123456789012345",
        "9" * 60,
        "1.2.3",
        "1,23,456",
        "1,234.567,8",
        "5.",
        ".5",
        "12 34",
        "١٢",
        "twelve",
        "1_000",
        "--",
        ",",
    ],
)
def test_what_is_no_sensible_number_is_refused(typed):
    with pytest.raises(ValidationError):
        read_number(typed, decimals=4)


@given(some.decimals(min_value=0, max_value=Decimal("99999999999999.9999"), places=4))
def test_a_stored_number_is_shown_so_that_it_is_read_back_the_same(number):
    assert read_number(written(number), decimals=4) == number


def test_countries_stand_in_the_readers_order_with_the_own_one_first():
    codes = [code for code, _name in countries()]
    assert codes[:2] == ["", "PA"]
    assert len(codes) == len(set(codes)) > 240
    assert not {"EU", "UN", "ZZ", "QO"} & set(codes)
    names = [name for _code, name in countries()[2:]]
    assert names.index("Afganistán") < names.index("Emiratos Árabes Unidos") < names.index("Zimbabue")
    assert unit_choices()[1][0] == "C62"


pytestmark = pytest.mark.django_db


def test_a_line_of_goods_is_stored_in_its_plain_form(client, draft):
    answer = client.post(
        path("form-goods-new", draft), {**LINE, "serial_numbers": " A1 \n\nA2\nA1\n", "hs_code": "8456 11.00"}
    )
    assert answer.url == path("form-goods", draft)
    line = draft.goods.get()
    assert (line.hs_code, line.control_code, line.quantity, line.value) == (
        "84561100",
        "6A005.a.1",
        10,
        48000,
    )
    assert line.serial_numbers == ["A1", "A2"]


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"quantity": "-3"}, "above zero"),
        ({"quantity": "0"}, "above zero"),
        ({"quantity": "NaN"}, "Write the number in digits"),
        ({"quantity": "1E+30"}, "Write the number in digits"),
        ({"quantity": "123456789012345"}, "too large"),
        ({"quantity": "1.5"}, "Write a whole number"),
        ({"quantity": "1.12345", "unit": "KGM"}, "at most 4 decimals"),
        ({"quantity": "1.234", "unit": "KGM"}, "two ways"),
        ({"value": "1.999"}, ""),
        ({"value": "10.555,5555"}, "at most two decimals"),
        ({"value": "-1"}, "zero or more"),
        ({"hs_code": "999999"}, "Harmonized System"),
        ({"hs_code": "8456"}, "Harmonized System"),
        ({"hs_code": "845611<script>"}, "Harmonized System"),
        ({"control_code": "9Z999"}, "not an entry of the control list"),
        ({"control_code": ""}, "Write the entry"),
        ({"listed": "no"}, "You chose"),
        ({"listed": ""}, "Choose whether"),
        ({"unit": "XXX"}, "is not in this list"),
        ({"currency": "DEM"}, "is not in this list"),
        ({"origin": "ZZ"}, "is not in this list"),
        ({"origin": ""}, "Choose where the goods were made"),
        ({"description": ""}, "Say what the goods are"),
        ({"description": "a" * 2001}, "Shorten this to 2000 characters or fewer. It has 2001 now."),
        ({"description": "a\0b"}, "hidden character"),
        ({"description": "\u202eresal"}, "hidden character"),
        ({"description": "\u200b"}, "Say what the goods are"),
        ({"serial_numbers": "1\u202e2"}, "hidden character"),
        ({"manufacturer": "m" * 201}, "Shorten this to 200"),
        ({"serial_numbers": "\n".join(map(str, range(11)))}, "more serial numbers (11) than units (10)"),
        ({"serial_numbers": "s" * 81}, "Line 1 is too long"),
    ],
)
def test_a_wrong_line_says_what_is_wrong_and_keeps_everything_typed(client, draft, changed, message):
    page = client.post(path("form-goods-new", draft), {**LINE, "manufacturer": "Trumpf", **changed})
    if not message:
        assert page.status_code == 302
        return
    assert message in errors(page)
    assert not draft.goods.exists()
    form = page.context["form"]
    for name, typed in {"manufacturer": "Trumpf", "value": LINE["value"], **changed}.items():
        assert form[name].value() == typed
        assert conditional_escape(typed[:30]).split("\n")[0].split("\0")[0] in page.content.decode()


def test_goods_may_be_said_not_to_be_on_the_list(client, draft):
    client.post(path("form-goods-new", draft), {**LINE, "listed": "no", "control_code": ""})
    assert draft.goods.get().control_code == ""


def test_messages_come_in_the_language_of_the_reader(client, draft):
    client.cookies["language"] = "es"
    page = client.post(path("form-goods-new", draft), LINE)
    assert page.status_code == 302
    page = client.get(path("form-goods-new", draft))
    assert "Alemania" in page.content.decode()
    assert "kilogramos" in page.content.decode()


def test_a_stored_line_is_shown_as_it_can_be_saved_again(client, draft):
    line = GoodsLineFactory(application=draft, quantity=Decimal("1.234"), unit="KGM", value=Decimal("0"))
    page = client.get(path("form-goods-line", draft, line.pk))
    sent = {name: page.context["form"][name].value() for name in page.context["form"].fields}
    sent = {name: "" if value in (None, []) else value for name, value in sent.items()}
    assert client.post(path("form-goods-line", draft, line.pk), sent).status_code == 302
    line.refresh_from_db()
    assert line.quantity == Decimal("1.234")
    assert not draft.events.filter(action=Action.EDIT).exists()


def test_a_line_added_by_a_button_pressed_twice_is_there_once_and_going_back_adds_another(client, draft):
    once = client.get(path("form-goods-new", draft)).context["once"]
    for _press in range(2):
        client.post(path("form-goods-new", draft), {**LINE, "once": once})
    assert draft.goods.count() == 1
    client.post(path("form-goods-new", draft), {**LINE, "once": once, "description": "Otra cosa"})
    assert draft.goods.count() == 2


def test_more_lines_than_an_application_takes_are_refused_at_the_form(client, draft):
    GoodsLineFactory.create_batch(200, application=draft)
    page = client.post(path("form-goods-new", draft), LINE)
    assert "at most 200 lines" in errors(page)
    assert "Láser de corte" in page.content.decode()


def test_a_line_is_removed_after_a_question_and_a_second_press_does_no_harm(client, draft):
    line = GoodsLineFactory(application=draft)
    assert "Do you want to remove" in client.get(path("form-goods-remove", draft, line.pk)).content.decode()
    assert draft.goods.count() == 1
    for _press in range(2):
        assert client.post(path("form-goods-remove", draft, line.pk)).url == path("form-goods", draft)
    assert not draft.goods.exists()
    assert client.get(path("form-goods-line", draft, line.pk)).status_code == 404


def test_a_party_is_stored_with_its_other_names(client, draft):
    client.post(
        path("form-party-new", draft),
        {**PARTY, "other_names": "京都硝子\nKGW", "website": "www.example.org", "born_on": ""},
    )
    party = draft.parties.get()
    assert party.names() == ("Kyoto Glass Works", "京都硝子", "KGW")
    assert party.website == "https://www.example.org"


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"name": ""}, "full legal name"),
        ({"name": "n" * 201}, "Shorten this to 200"),
        ({"name": "a\0"}, "hidden character"),
        ({"name": "\u202eSKROW SSALG OTOYK"}, "hidden character"),
        ({"name": "Kyoto\x08 Glass Works"}, "hidden character"),
        ({"other_names": "KGW\n\u2067WGK"}, "hidden character"),
        ({"name": "\u200b\u200d"}, "full legal name"),
        ({"name": "..."}, "full legal name"),
        ({"role": "spy"}, "is not in this list"),
        ({"kind": ""}, "Choose whether"),
        ({"country": "XX"}, "is not in this list"),
        ({"country": "Japan"}, "is not in this list"),
        ({"email": "nobody"}, "Write the whole e-mail address"),
        ({"website": "javascript:alert(1)"}, "Write the address of the website"),
        ({"born_on": "1975-11-30"}, "Only a person has a date of birth"),
        ({"kind": "person", "born_on": "2999-01-01"}, "from 1900 to today"),
        ({"kind": "person", "born_on": "31/02/1975"}, "Write the day as"),
        ({"kind": "person", "born_on": "0001-01-01"}, "from 1900 to today"),
        ({"other_names": "o" * 201}, "Line 1 is too long"),
        ({"other_names": "\n".join(map(str, range(41)))}, "at most 40 lines"),
        ({"city": ""}, "Write the city or town"),
        ({"kind": "vessel"}, "A ship has the role"),
        ({"role": "vessel"}, "A ship has the role"),
        ({"role": "vessel", "kind": "vessel", "registration_number": "9074728"}, "no IMO number"),
        ({"role": "vessel", "kind": "vessel", "registration_number": "٩٠٧٤٧٢٩"}, "no IMO number"),
        ({"role": "vessel", "kind": "vessel", "born_on": "1975-11-30"}, "Only a person has"),
    ],
)
def test_a_wrong_party_says_what_is_wrong(client, draft, changed, message):
    page = client.post(path("form-party-new", draft), {**PARTY, "street": "Calle 50", **changed})
    assert message in errors(page)
    assert "Calle 50" in page.content.decode()
    assert not draft.parties.exists()


@pytest.mark.parametrize("number", ["9074729", "IMO 9074729", "imo9074729", ""])
def test_a_ship_needs_no_address_and_keeps_its_bare_number(client, draft, number):
    ship = {"role": "vessel", "kind": "vessel", "name": "Quimera Maru", "city": "", "country": "PA"}

    client.post(path("form-party-new", draft), {**ship, "registration_number": number})

    party = draft.parties.get()
    assert (party.kind, party.city, party.registration_number) == ("vessel", "", number and "9074729")


def test_nobody_declares_a_party_in_a_role_that_only_the_portal_gives(client, draft):
    page = client.post(path("form-party-new", draft), {**PARTY, "role": "applicant"})

    assert "is not in this list" in errors(page)
    assert not draft.parties.exists()


def test_a_script_in_a_name_is_kept_as_text_and_never_runs(client, draft, officer):
    evil = '<script>alert("x")</script>"><img src=x onerror=alert(1)>'
    client.post(path("form-party-new", draft), {**PARTY, "name": evil, "other_names": evil, "street": evil})
    client.post(path("form-goods-new", draft), {**LINE, "description": evil, "manufacturer": evil})
    party, line = draft.parties.get(), draft.goods.get()
    assert party.name == evil
    pages = [
        path("form", draft),
        path("form-parties", draft),
        path("form-party", draft, party.pk),
        path("form-party-remove", draft, party.pk),
        path("form-goods", draft),
        path("form-goods-line", draft, line.pk),
        path("form-check", draft),
        reverse("applications"),
    ]
    for page in pages:
        shown = client.get(page).content.decode()
        assert "<script>alert" not in shown
        assert "<img src=x" not in shown


def test_the_route_is_stored_with_the_countries_on_the_way(client, draft):
    answer = client.post(
        path("form-route", draft), {**ROUTE, "transit_1": "US", "transit_3": "US", "transit_4": "MX"}
    )
    assert answer.url == path("form-end-use", draft)
    draft.refresh_from_db()
    assert (draft.destination, draft.transit_countries) == ("JP", ["US", "MX"])


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"destination": ""}, "Choose the country in which the goods will stay"),
        ({"port_of_loading": ""}, "Choose where the goods leave the country"),
        ({"port_of_loading": "XXXXX"}, "is not in this list"),
        ({"dispatch_on": "2020-01-01"}, "Choose a day from today"),
        ({"dispatch_on": "9999-12-31"}, "Choose a day from today"),
        ({"dispatch_on": "soon"}, "Write the day as"),
        ({"transport_mode": "submarine"}, "is not in this list"),
    ],
)
def test_a_wrong_route_says_what_is_wrong(client, draft, changed, message):
    page = client.post(path("form-route", draft), {**ROUTE, "port_of_discharge": "Osaka", **changed})
    assert message in errors(page)
    assert "Osaka" in page.content.decode()
    draft.refresh_from_db()
    assert draft.port_of_discharge == ""


@pytest.mark.parametrize(
    ("kind", "changed", "field"),
    [
        ("export", {"destination": "PA"}, "destination"),
        ("re-export", {"destination": "PA"}, "destination"),
        ("transit", {"dispatched_from": "DE", "destination": "PA"}, "destination"),
        ("trans-shipment", {"dispatched_from": "DE", "destination": "PA"}, "destination"),
        ("brokering", {"dispatched_from": "JP", "destination": "JP"}, "destination"),
        ("export", {"transit_1": "PA"}, "transit_1"),
        ("export", {"dispatched_from": "CO", "transit_1": "PA"}, "transit_1"),
        ("transit", {"dispatched_from": "DE", "transit_2": "DE"}, "transit_2"),
        ("brokering", {"dispatched_from": "DE", "transit_3": "JP"}, "transit_3"),
        ("export", {"transit_1": "US", "transit_4": "JP"}, "transit_4"),
    ],
)
def test_a_route_that_contradicts_itself_is_refused_at_the_field(client, draft, kind, changed, field):
    draft.kind = kind
    draft.save()

    page = client.post(path("form-route", draft), {**ROUTE, **changed})

    assert list(page.context["form"].errors) == [field]


@pytest.mark.parametrize(
    ("kind", "changed"),
    [
        ("transit", {"dispatched_from": "CO", "destination": "CO"}),  # from one coast to the other
        ("transit", {"dispatched_from": "DE", "transit_1": "PA"}),
        ("trans-shipment", {"dispatched_from": "DE", "transit_1": "PA"}),
        ("brokering", {"dispatched_from": "DE", "transit_1": "PA"}),
        ("brokering", {"dispatched_from": "DE", "destination": "PA"}),
        ("re-export", {"destination": "DE"}),
    ],
)
def test_a_route_that_the_kind_of_transaction_allows_is_stored(client, draft, kind, changed):
    draft.kind = kind
    draft.save()

    assert client.post(path("form-route", draft), {**ROUTE, **changed}).status_code == 302


def test_a_route_that_no_longer_fits_the_kind_of_transaction_is_told_before_submitting(client, draft):
    draft.kind, draft.dispatched_from, draft.destination = "brokering", "DE", "PA"
    draft.save()
    wrong = "the route does not fit the kind of transaction"
    assert wrong not in client.get(path("form", draft)).content.decode()

    draft.kind = "export"
    draft.save()

    assert wrong in client.get(path("form", draft)).content.decode()


def test_what_is_sent_electronically_needs_no_port(client, draft):
    sent = {**ROUTE, "transport_mode": "electronic", "port_of_loading": ""}
    assert client.post(path("form-route", draft), sent).status_code == 302


def test_a_page_can_be_saved_unfinished_but_not_wrong(client, draft):
    tomorrow = (timezone.now() + timedelta(days=2)).date().isoformat()
    sent = {"destination": "JP", "dispatch_on": tomorrow, "then": "tasks"}
    assert client.post(path("form-route", draft), sent).url == path("form", draft)
    draft.refresh_from_db()
    assert (draft.destination, draft.dispatched_from) == ("JP", "")
    assert "Choose a means of transport." in client.get(path("form", draft)).content.decode()
    page = client.post(path("form-route", draft), {"destination": "ZZ", "then": "tasks"})
    assert "is not in this list" in errors(page)


def test_about_needs_somebody_to_ask(client, draft):
    page = client.post(path("form-about", draft), {"kind": "export", "contact_email": "ana@"})
    assert "Write the name of the person" in errors(page)
    assert "Write the whole e-mail address" in errors(page)
    sent = {"kind": "transit", "contact_name": "Ana", "contact_email": "ana@example.org"}
    assert client.post(path("form-about", draft), sent).url == path("form-goods", draft)
    draft.refresh_from_db()
    assert draft.kind == "transit"


@pytest.mark.parametrize("phone", ["-5", "5", "call me", "+", "123456", "+507 6000 OOOO"])
def test_a_telephone_that_nobody_can_ring_is_refused_with_an_example(client, draft, phone):
    about = {"kind": "export", "contact_name": "Ana", "contact_email": "ana@example.org"}

    page = client.post(path("form-about", draft), {**about, "contact_phone": phone})

    assert "for example +507 6000 0000" in str(page.context["form"].errors["contact_phone"])


@pytest.mark.parametrize(
    "phone", ["", "+507 6000 0000", "6000-0000", "(507) 264.1234", "+49 (0)30 123456", "264-1234 ext. 12"]
)
def test_telephones_are_taken_as_people_write_them(client, draft, phone):
    about = {"kind": "export", "contact_name": "Ana", "contact_email": "ana@example.org"}

    assert client.post(path("form-about", draft), {**about, "contact_phone": phone}).status_code == 302


@pytest.mark.parametrize("sign", "\u200d\u200b\u2060\ufeff\u00ad\u200e\u061c\u034f\u3164\U000e0041")
def test_a_sign_without_width_is_refused_in_a_name(client, draft, sign):
    page = client.post(path("form-party-new", draft), {**PARTY, "name": f"Kyoto{sign} Glass"})

    assert "A hidden character came along here" in str(page.context["form"].errors["name"])


@pytest.mark.parametrize("name", ["علی\u200cرضا", "क्\u200dष", "Ñandú, S. A."])
def test_the_joiners_of_a_script_belong_to_a_name(client, draft, name):
    assert client.post(path("form-party-new", draft), {**PARTY, "name": name}).status_code == 302


def answers(**changed):
    return {"end_use": "Corte de vidrio", **dict.fromkeys(EndUseQuestion.values, "no"), **changed}


def test_a_yes_about_the_end_use_needs_words(client, draft):
    page = client.post(path("form-end-use", draft), answers(onward="yes"))
    assert "You answered yes" in errors(page)
    assert "Corte de vidrio" in page.content.decode()
    client.post(path("form-end-use", draft), answers(onward="yes", onward_what="Filial en Osaka"))
    assert draft.declarations.get(answer=True).explanation == "Filial en Osaka"
    assert draft.declarations.count() == len(EndUseQuestion)


def test_every_question_about_the_end_use_is_answered_unless_the_page_is_left_unfinished(client, draft):
    sent = {"end_use": "Corte", "wmd": "no"}
    assert "Answer yes or no." in errors(client.post(path("form-end-use", draft), sent))
    client.post(path("form-end-use", draft), {**sent, "then": "tasks"})
    assert draft.declarations.get().question == EndUseQuestion.WMD
    long = client.post(path("form-end-use", draft), answers(end_use="u" * 4001))
    assert "Shorten this to 4000" in errors(long)


@pytest.mark.parametrize("name", ["form", "form-goods-new", "form-documents", "form-check"])
def test_the_way_to_the_other_parts_of_the_portal_stays(client, draft, name):
    shown = re.findall(r'app-sections__link" href="([^"]+)"', client.get(path(name, draft)).content.decode())
    assert shown == [reverse("applications"), reverse("licences"), reverse("precheck")]


def test_the_list_of_sections_says_what_is_complete_and_when_it_was_saved(client, draft):
    PartyFactory(application=draft)
    page = client.get(path("form", draft)).content.decode()
    assert "Add at least one line of goods." in page
    assert "Add the consignee." in page
    assert "Saved at 12:00" in page


def test_the_check_shows_everything_with_ways_to_change_it(client, exporter):
    application = ApplicationFactory(complete=True, organisation=exporter.organisation)
    page = client.get(path("form-check", application)).content.decode()
    for shown in ("Kyoto Glass Works", "Balboa (PABLB)", "6A005", "USD", "certificado.pdf", "Ana Pérez"):
        assert shown in page
    for name in ("about", "goods", "parties", "route", "end-use", "documents"):
        assert path(f"form-{name}", application) in page


def test_what_was_submitted_can_no_longer_be_changed(client, draft):
    draft.status, draft.submitted_at = ApplicationStatus.SUBMITTED, timezone.now()
    draft.save()
    assert client.get(path("form-about", draft)).url == path("application", draft)
    page = client.post(path("form-goods-new", draft), LINE)
    assert "has been handed in" in errors(page)
    assert "Láser de corte" in page.content.decode()
    assert not draft.goods.exists()
