import cv2
import numpy as np
import pytest
import zxingcpp

from udfs.reading.barcode import aamva_date, parse_aamva, read_barcode

ELEMENTS = "DAQA1234567\nDCSERIKSSON\nDACANNA\nDADMARIA\nDBB{birth}\nDBA{expiry}\nDBC2\nDCG{country}\nDDET\nDDFN"


def payload(version: str, birth: str, expiry: str, country: str) -> str:
    body = ELEMENTS.format(birth=birth, expiry=expiry, country=country)
    return f"@\n\x1e\rANSI 990001{version}0001DL00310150DL{body}\r"


@pytest.mark.parametrize(
    ("country", "birth", "expiry"), [("USA", "08121974", "04152032"), ("CAN", "19740812", "20320415")]
)
def test_dates_follow_the_country(country: str, birth: str, expiry: str) -> None:
    version, fields, truncated = parse_aamva(payload("10", birth, expiry, country))
    assert version == 10
    assert (fields["birth_date"], fields["expiry_date"]) == ("1974-08-12", "2032-04-15")
    assert (fields["surname"], fields["given_names"], fields["sex"]) == ("ERIKSSON", "ANNA MARIA", "F")
    assert fields["number"] == "A1234567"
    assert truncated == {"surname"}


def test_other_countries_give_the_order_that_makes_a_likely_year() -> None:
    assert aamva_date("19740812", "UTO") == "1974-08-12"
    assert aamva_date("08121974", "UTO") == "1974-08-12"
    assert aamva_date("99999999", "UTO") == ""


def test_a_payload_of_another_kind_has_no_fields() -> None:
    assert parse_aamva("https://example.invalid/D-1") == (None, {}, frozenset())


@pytest.mark.parametrize("name", ["PDF417", "QRCode"])
def test_symbols_are_read_where_they_stand(name: str) -> None:
    text = payload("10", "08121974", "04152032", "USA") if name == "PDF417" else "https://example.invalid/D-1"
    symbol = zxingcpp.create_barcode(text, getattr(zxingcpp.BarcodeFormat, name))
    modules = np.array(symbol.to_image(scale=3), dtype=np.uint8)
    image = np.full((modules.shape[0] + 80, modules.shape[1] + 120, 3), 255, np.uint8)
    image[40 : 40 + modules.shape[0], 60 : 60 + modules.shape[1]] = modules[:, :, None]
    found = read_barcode(image)
    assert found is not None
    assert found.format == name
    assert found.text == text
    assert found.box[0] >= 50
    assert (found.version == 10) == (name == "PDF417")


def test_a_small_symbol_is_read_where_it_stands() -> None:
    symbol = zxingcpp.create_barcode(payload("10", "08121974", "04152032", "USA"), zxingcpp.BarcodeFormat.PDF417)
    modules = np.array(symbol.to_image(scale=1, add_quiet_zones=False), dtype=np.uint8)
    height, width = (round(1.24 * side) for side in modules.shape)
    image = np.full((height + 80, width + 120, 3), 255, np.uint8)
    image[40 : 40 + height, 60 : 60 + width] = cv2.resize(modules, (width, height))[:, :, None]
    found = read_barcode(image)
    assert found is not None
    assert found.box == pytest.approx((60, 40, 60 + width, 40 + height), abs=6)


def test_an_empty_image_has_no_barcode() -> None:
    assert read_barcode(np.full((60, 90, 3), 200, np.uint8)) is None
