"""Headers as people write them, in five languages: each is known by its words."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.drafting.drafts import drafted, said

ROWS = 30

KEYS = (
    "Kundennr", "Kunden-Nr.", "Kd.-Nr.", "Kundennummer", "Mitgliedsnr.", "Debitorennummer",
    "customer no.", "Customer #", "cust_no", "custid", "customerid", "Account No.",
    "numéro client", "N° client", "Numéro de client", "code client", "Réf. client",
    "Nº cliente", "número de cliente", "código de cliente", "codice cliente",
    "klantnummer", "Klantnr.", "klantcode", "Relatienummer", "lidnummer",
)  # fmt: skip


@pytest.mark.parametrize("header", KEYS)
def test_a_number_of_a_customer_is_the_key_of_a_list(header: str, tmp_path: Path) -> None:
    lines = [f"Rang;{header};E-Mail"]
    lines += [f"{100 - n};K{7000 + n};p{n}@example.com" for n in range(ROWS)]
    draft = drafted(tmp_path, "liste.csv", "\n".join(lines) + "\n")
    assert (said(draft)["holds"], said(draft)["record_key"]) == ("people", header)


@pytest.mark.parametrize(
    ("header", "namespace"), [("Kundennr.", "kunden"), ("N° de client", "client")]
)
def test_a_number_of_a_customer_in_an_order_is_a_declared_key(
    header: str, namespace: str, tmp_path: Path
) -> None:
    lines = [f"Bestellnr.;Bestelldatum;{header};E-Mail"]
    lines += [f"B{n};2026-04-{n % 28 + 1:02};K{n % 9};p{n % 9}@example.com" for n in range(ROWS)]
    found = said(drafted(tmp_path, "bestellungen.csv", "\n".join(lines) + "\n"))
    assert (found["touchpoint_key"], found[f"keys.{namespace}"]) == ("Bestellnr.", header)


PEOPLE = {
    "email": ("E-Mail privat", "Adresse électronique", "Dirección de correo", "E-mailadres"),
    "phone": ("Telefonnr.", "Festnetz", "Tél. fixe", "Teléfono fijo", "GSM-nummer", "Mobiel"),
    "given_name": ("Vorname", "Prénom du client", "Nombre", "Roepnaam"),
    "surname": ("Name", "Zuname", "Nom d'usage", "Apellidos", "Familienaam", "Naam"),
    "street": ("Straße/Hausnr.", "Anschrift", "Voie", "Dirección", "Straatnaam"),
    "postcode": ("PLZ", "CP", "Cód. postal", "Postcode"),
    "city": ("Ort", "Commune", "Población", "Gemeente"),
}
CELLS = {
    "email": "p{n}@example.com", "phone": "030 55501{n:02}", "given_name": "Anna",
    "surname": "Lindt{letter}", "street": "Ringweg {n}", "postcode": "101{n:02}", "city": "Berlin",
}  # fmt: skip


@pytest.mark.parametrize("number", range(max(map(len, PEOPLE.values()))))
def test_what_says_who_somebody_is_is_known_in_each_language(number: int, tmp_path: Path) -> None:
    headers = {field: names[number % len(names)] for field, names in PEOPLE.items()}
    lines = [";".join(["Kundennr", *headers.values()])]
    for n in range(ROWS):
        cells = (CELLS[field].format(n=n, letter=chr(97 + n % 26)) for field in headers)
        lines.append(f"{n + 500};" + ";".join(cells))
    found = said(drafted(tmp_path, "liste.csv", "\n".join(lines) + "\n"))
    assert {field: found.get(f"person.{field}") for field in PEOPLE} == headers


def test_a_name_that_holds_the_first_name_beside_it_is_a_whole_one(tmp_path: Path) -> None:
    lines = ["Kundennr;Vorname;Name"] + [f"{n};Anna;Anna Lindt" for n in range(ROWS)]
    found = said(drafted(tmp_path, "liste.csv", "\n".join(lines) + "\n"))
    assert (found["person.full_name"], found.get("person.surname")) == ("Name", None)
