"""Support lines fit the trainee's country and the scenario, and say where each number comes from."""

from __future__ import annotations

import pytest

from voicesim.errors import BadInputError
from voicesim.scenario.load import library, load_scenario
from voicesim.scenario.support_lines import country_from, country_of, load_support_lines, support_for


def shown(name: str, country: str) -> str:
    return "\n".join(
        f"{one.name}: {one.contact} ({one.where})" for one in support_for(load_scenario(name).scenario, country)
    )


def test_each_country_has_its_own() -> None:
    assert "800-799-7233" in shown("drill-after-disclosure", "US")
    assert "0808 2000 247" in shown("drill-after-disclosure", "GB")
    assert "1800 341 900" in shown("drill-after-disclosure", "IE")
    assert "1800 737 732" in shown("drill-after-disclosure", "AU")
    assert "0800 733 843" in shown("drill-after-disclosure", "NZ")
    assert "999" in shown("drill-after-disclosure", "GB").splitlines()[-1]


def test_each_scenario_has_those_it_needs() -> None:
    assert "Rape Crisis" in shown("drill-silence", "GB")
    assert "Domestic Abuse Helpline" not in shown("drill-open-start", "GB")


def test_where_the_country_is_unknown_a_directory_is_named() -> None:
    assert "findahelpline.com" in shown("drill-silence", "")
    assert "the local emergency number" in shown("drill-silence", "").splitlines()[-1]


@pytest.mark.parametrize("country", ["", *load_support_lines().countries])
def test_no_line_is_shown_twice_and_the_services_own_help_is_always_among_them(country: str) -> None:
    for name in library():
        lines = shown(name, country).splitlines()
        assert len(lines) == len(set(lines))
        assert any(line.startswith("Your own service") for line in lines), name


@pytest.mark.parametrize(
    ("locale", "country"), [("en-GB", "GB"), ("en_US.UTF-8", "US"), ("cy_GB", "GB"), ("NZ", "NZ"), ("es_US@x", "US")]
)
def test_a_locale_is_read_as_people_and_systems_write_it(locale: str, country: str) -> None:
    assert country_of(locale) == country


@pytest.mark.parametrize("locale", ["de-DE", "C.UTF-8", "english", ""])
def test_another_locale_is_refused_with_the_choices(locale: str) -> None:
    with pytest.raises(BadInputError, match="en-GB"):
        country_of(locale)


def test_the_systems_setting_is_a_hint_and_never_an_error() -> None:
    assert country_from({"LANG": "en_IE.UTF-8"}) == "IE"
    assert country_from({"LC_ALL": "C", "LANG": "en_IE.UTF-8"}) == ""
    assert country_from({}) == ""


def test_every_line_names_its_source_and_that_nobody_has_rung_it_yet() -> None:
    data = load_support_lines()
    lines = [*data.elsewhere, *(line for country in data.countries.values() for line in country.lines)]
    assert all(line.source.startswith("https://") for line in lines)
    assert all(line.rung is False for line in lines)
    for country in data.countries.values():
        kinds = {kind for line in country.lines for kind in line.kinds}
        assert kinds == {"sexual-violence", "domestic-abuse", "crime", "crisis", "officers"}
