"""Names of places in their cases; positions are those of the towns' centres on public maps."""

import pytest

from sargas.press.letters import Words
from sargas.press.places import Gazetteer, Spot, choose, distance_m, forms_of


def found(towns: Gazetteer, text: str, language: str, countries: tuple[str, ...]) -> list[Spot]:
    spots = [choose(named.spots, countries) for named in towns.find(Words(text), language)]
    return [spot for spot in spots if spot is not None]


@pytest.mark.parametrize(
    ("language", "country", "text", "name"),
    [
        ("lt", "LT", "netoli Vilniaus", "Vilnius"), ("lt", "LT", "Vilniuje", "Vilnius"),
        ("lt", "LT", "Gaižiūnų poligone", "Gaižiūnai"), ("lt", "LT", "ties Gaižiūnuose", "Gaižiūnai"),
        ("lt", "LT", "Panevėžyje", "Panevėžys"), ("lt", "LT", "prie Šumsko", "Šumskas"),
        ("pl", "PL", "w Osinach", "Osiny"), ("pl", "PL", "w Białymstoku", "Białystok"),
        ("pl", "PL", "w Zamościu", "Zamość"), ("pl", "PL", "pod Łukowem", "Łuków"),
        ("lv", "LV", "Rēzeknē", "Rēzekne"), ("lv", "LV", "Gaigalavas pagastā", "Gaigalava"),
        ("lv", "LV", "netālu no Daugavpils", "Daugavpils"), ("ro", "RO", "în zona Tulcei", "Tulcea"),
        ("ro", "RO", "județul Galați", "Galați"), ("en", "LT", "at Gaiziunai", "Gaižiūnai"),
    ],
)  # fmt: skip
def test_a_name_is_known_in_its_cases(towns: Gazetteer, language: str, country: str, text: str, name: str) -> None:
    assert name in [spot.name.removesuffix(" County") for spot in found(towns, text, language, (country,))]


def test_a_common_word_with_a_small_letter_is_no_town(towns: Gazetteer) -> None:
    assert found(towns, "ieri a fost mare", "ro", ("RO",)) == []


def test_a_name_of_several_towns_is_that_of_the_texts_state(towns: Gazetteer) -> None:
    assert [spot.country for spot in found(towns, "in Florești", "en", ("MD",))] == ["MD"]
    assert [spot.country for spot in found(towns, "in Florești", "en", ("RO",))] == ["RO"]


def test_gaiziunai_lies_where_the_map_has_it(towns: Gazetteer) -> None:
    spot = found(towns, "Gaižiūnai", "en", ("LT",))[0]
    # The training area is east of Jonava, 54.99 to 55.06 N, 24.3 to 24.5 E (OpenStreetMap).
    assert distance_m((spot.lat_deg, spot.lon_deg), (55.02, 24.40)) < 5_000.0


def test_a_word_of_another_language_is_not_declined() -> None:
    assert forms_of("paris", "en") == {"paris"}
