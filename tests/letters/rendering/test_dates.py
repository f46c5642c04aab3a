from __future__ import annotations

from datetime import date

import pytest

from letters.rendering.dates import long_date, place_joint

DAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("language", "country", "text"),
    [
        ("en", "GB", "22 November 2026"),
        ("en", "US", "November 22, 2026"),
        ("en", "EE", "22 November 2026"),
        ("et", "EE", "22. november 2026"),
        ("fi", "FI", "22.11.2026"),
        ("lv", "LV", "2026. gada 22. novembrī"),
        ("lt", "LT", "2026 m. lapkričio 22 d."),
        ("pl", "PL", "22 listopada 2026 r."),
        ("fr", "FR", "22 novembre 2026"),
        ("es", "CO", "22 de noviembre de 2026"),
        ("uk", "UA", "22 листопада 2026\u202fр."),
        ("ar", "EG", "٢٢ نوفمبر ٢٠٢٦"),
        ("ar", "JO", "٢٢ تشرين الثاني ٢٠٢٦"),
        ("ar", "MA", "22 نونبر 2026"),
        ("he", "IL", "22 בנובמבר 2026"),
        ("fa", "IR", "۲۲ نوامبر ۲۰۲۶"),
        ("bn", "BD", "২২ নভেম্বর, ২০২৬"),
        ("th", "TH", "22 พฤศจิกายน 2569"),
        ("zh-Hans", "CN", "2026年11月22日"),
        ("ko", "KR", "2026년 11월 22일"),
        ("xx", "", "22 November 2026"),
    ],
)
def test_a_letter_is_dated_as_its_readers_date(language: str, country: str, text: str) -> None:
    assert long_date(DAY, language, country) == text


def test_every_month_has_its_locative_in_latvian() -> None:
    months = {long_date(date(2026, month, 1), "lv").rsplit(" ", 1)[1] for month in range(1, 13)}
    assert len(months) == 12
    assert all(month.endswith(("ī", "ā")) for month in months)


def test_a_leap_day_has_a_thai_year_that_is_none() -> None:
    assert long_date(date(2028, 2, 29), "th", "TH") == "29 กุมภาพันธ์ 2571"


def test_a_place_stands_before_the_date_where_people_write_it() -> None:
    joints = [place_joint(language) for language in ("fr", "pl", "fr-CA", "en", "th")]
    assert joints == [", le ", ", ", ", le ", "", ""]
