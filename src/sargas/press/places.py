"""Towns, regions and villages of a text: the list of towns and a small file of facts, in each language's cases."""

import math
from collections.abc import Iterable, Sequence
from functools import lru_cache
from importlib import resources
from typing import Final

import msgspec
from msgspec import Struct

from sargas.model.zone import Place
from sargas.press.letters import WORD, Words, fold

PEOPLE_PER_KM2: Final = 1_500.0
"""As densely as people live in the built-up area of a town (GHSL); its radius follows."""
SD_LEAST_M: Final = 2_000.0
LARGE: Final = 150_000
ADJECTIVE_AFTER: Final = ("wojewodztw", "powia")
"""Behind these words of Polish a region is an adjective with a small letter."""
LATIN: Final = {"LT": "lt", "PL": "pl", "LV": "lv", "RO": "ro", "MD": "ro"}

ENDINGS: Final[dict[str, tuple[tuple[str, str], ...]]] = {
    "lt": (
        ("iai", "iai iu iams ius iais iuose"),
        ("ai", "ai u ams us ais uose"),
        ("ius", "ius iaus iui iu iumi iuje"),
        ("us", "us aus ui u umi uje"),
        ("ias", "ias io iui ia iu yje"),
        ("as", "as o ui a u e"),
        ("ys", "ys io iui i iu yje"),
        ("is", "is io iui i iu yje ies imi"),
        ("oji", "oji osios ajai aja ojoje"),
        ("ia", "ia ios iai ioje"),
        ("a", "a os ai oje"),
        ("es", "es iu ems emis ese"),
        ("os", "os u oms omis ose"),
        ("e", "e es ei eje"),
    ),
    "lv": (
        ("a", "a as ai u"),
        ("es", "es u em is"),
        ("e", "e es ei i"),
        ("is", "is a im i la na sa"),
        ("as", "as u am"),
        ("us", "us u um"),
        ("s", "s a am u"),
        ("i", "i u iem us os"),
    ),
    "pl": (
        ("ska", "ska skiej skiej"),
        ("cka", "cka ckiej"),
        ("na", "na nej ny nie ne"),
        ("ski", "ski skiego skim skiemu"),
        ("skie", "skie skiego skim skiemu"),
        ("ka", "ka ki ce ke"),
        ("ga", "ga gi dze ge"),
        ("la", "la li le ly"),
        ("ra", "ra ry rze re"),
        ("ta", "ta ty cie te"),
        ("da", "da dy dzie de"),
        ("ica", "ica icy ice"),
        ("wa", "wa wy wie we"),
        ("ia", "ia i ie"),
        ("a", "a y i e ie"),
        ("owo", "owo owa owie owu owem"),
        ("no", "no na nie nem nu"),
        ("o", "o a u em ie"),
        ("ie", "ie ia iu iem iego im"),
        ("e", "e a u em ego ym"),
        ("niki", "niki nik nikach nikom"),
        ("ki", "ki k kach kom ek"),
        ("y", "y ach om ow ami ego ym "),
        ("i", "i ach om ow ami  iego im"),
        ("ow", "ow owa owie owem owowi"),
        ("osc", "osc oscia osciu osciem osci"),
        ("ec", "ec ca cu cem"),
        ("ek", "ek ka ku kiem"),
        ("sk", "sk ska sku skiem"),
        ("st", "st stu scie stem"),
        ("d", "d da dzie dem du"),
        ("t", "t ta cie tem tu"),
        ("l", "l la lu lem"),
        ("n", "n nia niu niem na nie nem"),
        ("z", "z za zu zem"),
        ("cz", "cz cza czu czem czy cza"),
        ("w", "w wa wiu wem wia"),
        ("", " a u em ie iu ia"),
    ),
    "ro": (
        ("ea", "ea ei"),
        ("a", "a ei"),
        ("ia", "ia iei"),
        ("e", "e ei"),
        ("i", "i ilor iului"),
        ("u", "u ului"),
        ("", " ului"),
    ),
}
"""How a name ends, and how it may end in the cases of its language; letters folded. The first that fits is taken."""


class Spot(Struct, frozen=True):
    """A place that a text can name; `people` is 0 where it is no town."""

    name: str
    country: str
    lat_deg: float
    lon_deg: float
    sd_m: float
    people: int
    is_capital: bool = False
    is_known: bool = False


class Named(Struct, frozen=True):
    """Words `first` to `last` of a text are the name of one of these; `is_cased`: in a case that says where."""

    first: int
    last: int
    spots: tuple[Spot, ...]
    is_cased: bool


class _Facts(Struct, forbid_unknown_fields=True):
    places: list[list[str | float | int]]
    capitals: list[str]


class Gazetteer:
    """All places, by the first word of each form of their names."""

    def __init__(self, towns: Sequence[Place]) -> None:
        self._spots = [*_known(), *map(_town, towns)]
        self._names = [*_spellings(), *((town.name,) for town in towns)]
        self._tables: dict[str, dict[str, list[tuple[int, tuple[frozenset[str], ...]]]]] = {}

    def find(self, words: Words, language: str) -> list[Named]:
        """Return the names in a text written with a capital letter, the longest at each place."""
        table = self._tables.get(language)
        if table is None:
            table = self._tables[language] = self._table(language)
        found: list[Named] = []
        k = 0
        while k < len(words):
            entries = table.get(words.word[k])
            best: dict[int, list[int]] = {}
            if entries and (words.is_capital(k) or (k > 0 and words.word[k - 1].startswith(ADJECTIVE_AFTER))):
                for number, rest in entries:
                    if all(k + 1 + j < len(words) and words.word[k + 1 + j] in forms for j, forms in enumerate(rest)):
                        best.setdefault(len(rest), []).append(number)
            if not best:
                k += 1
                continue
            length = max(best)
            spots = tuple({(s.lat_deg, s.lon_deg): s for s in (self._spots[n] for n in best[length])}.values())
            base = {cut_name(name)[0] for n in best[length] for name in self._names[n]}
            found.append(Named(k, k + length, spots, words.word[k] not in base))
            k += length + 1
        return found

    def _table(self, language: str) -> dict[str, list[tuple[int, tuple[frozenset[str], ...]]]]:
        table: dict[str, list[tuple[int, tuple[frozenset[str], ...]]]] = {}
        for number, names in enumerate(self._names):
            spot = self._spots[number]
            for name in names:
                parts = cut_name(name)
                if not parts or (len(parts) == 1 and len(parts[0]) < 3):
                    continue
                declined = LATIN.get(spot.country) == language or spot.is_known or spot.people >= LARGE
                forms = [forms_of(part, language) if declined else frozenset((part,)) for part in parts]
                for form in sorted(forms[0]):
                    table.setdefault(form, []).append((number, tuple(forms[1:])))
        return table


@lru_cache(maxsize=2)
def gazetteer(towns: tuple[Place, ...]) -> Gazetteer:
    """Return the gazetteer of these towns; made once."""
    return Gazetteer(towns)


def cut_name(name: str) -> list[str]:
    """Return the folded words of a name."""
    return WORD.findall(fold(name.split("(", maxsplit=1)[0]))


def forms_of(word: str, language: str) -> frozenset[str]:
    """Return a folded word in the cases of its language, as far as its ending tells them."""
    for ending, cases in ENDINGS.get(language, ()):
        if word.endswith(ending) and len(word) - len(ending) >= 2:
            stem = word[: len(word) - len(ending)] if ending else word
            return frozenset({word, *(stem + case for case in cases.split(" ") if len(stem + case) >= 3)})
    return frozenset((word,))


def choose(spots: Sequence[Spot], countries: Iterable[str]) -> Spot | None:
    """Return which of the places of one name is meant: of the text's countries first, then the largest."""
    wanted = list(countries)

    def weight(spot: Spot) -> tuple[bool, bool, int]:
        return spot.country in wanted, spot.is_known, spot.people

    return max(spots, key=weight) if spots else None


def shifted(spot: Spot, distance_m: float, bearing_deg: float) -> tuple[float, float]:
    """Return the latitude and longitude so far from a place."""
    north = distance_m * math.cos(math.radians(bearing_deg)) / 111_200.0
    east = distance_m * math.sin(math.radians(bearing_deg)) / (111_200.0 * math.cos(math.radians(spot.lat_deg)))
    return spot.lat_deg + north, spot.lon_deg + east


def distance_m(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Return the distance of two places (lat, lon) that are not far from each other."""
    east = (a[1] - b[1]) * math.cos(math.radians((a[0] + b[0]) / 2.0))
    return 111_200.0 * math.hypot(a[0] - b[0], east)


def _town(place: Place) -> Spot:
    radius_m = math.sqrt(max(place.population, 500) / PEOPLE_PER_KM2 / math.pi) * 1_000.0
    return Spot(place.name, place.country, place.lat_deg, place.lon_deg, max(SD_LEAST_M, radius_m), place.population)


@lru_cache(maxsize=1)
def _facts() -> _Facts:
    data = resources.files("sargas.press").joinpath("places.toml").read_bytes()
    return msgspec.toml.decode(data, type=_Facts)


def _known() -> list[Spot]:
    facts = _facts()
    return [
        Spot(
            str(row[0]), str(row[1]), float(row[2]), float(row[3]), float(row[4]), 0,
            is_capital=row[0] in facts.capitals, is_known=True,
        )
        for row in facts.places
    ]  # fmt: skip


def _spellings() -> list[tuple[str, ...]]:
    return [(str(row[0]), *(str(name) for name in row[5:])) for row in _facts().places]
