"""What the public page says by itself, in each language; what the officers wrote stands beside it as it is."""

from collections.abc import Mapping, Sequence
from typing import Final

from msgspec import Struct

from sargas.model.warning import Level
from sargas.share.cap_profile import EXERCISE, base


class Words(Struct, frozen=True, kw_only=True):
    """The page in one language. Levels are named by their colour, and said."""

    language: str
    white: str
    yellow: str
    red: str
    white_means: str
    yellow_means: str
    red_means: str
    exercise_means: str
    what_to_do: str
    where: str
    sent: str
    valid_until: str
    in_force: str
    updated: str
    cancelled: str
    expired: str
    all_clear: str
    earlier: str
    map_of: str
    made: str
    reload: str

    @property
    def exercise(self) -> str:
        """The word that marks an exercise."""
        return EXERCISE[self.language]

    def colour(self, level: Level) -> str:
        """Return what the level is called."""
        return {"white": self.white, "yellow": self.yellow, "red": self.red}[level]

    def means(self, level: Level) -> str:
        """Return what the level says."""
        return {"white": self.white_means, "yellow": self.yellow_means, "red": self.red_means}[level]


WORDS: Final[Mapping[str, Words]] = {
    words.language: words
    for words in (
        Words(
            language="en", white="White", yellow="Yellow", red="Red",
            white_means="No warning is in force", yellow_means="Danger from the air is possible",
            red_means="Danger in the airspace", exercise_means="This is an exercise. There is no danger.",
            what_to_do="What to do", where="Where", sent="Sent", valid_until="Valid until", in_force="In force",
            updated="Replaced by a newer one", cancelled="Cancelled", expired="Over", all_clear="All clear",
            earlier="Earlier messages", map_of="Map of the area", made="As of", reload="Reload",
        ),
        Words(
            language="lt", white="Balta", yellow="Geltona", red="Raudona",
            white_means="Galiojančių perspėjimų nėra", yellow_means="Galimas pavojus iš oro",
            red_means="Pavojus oro erdvėje", exercise_means="Tai pratybos. Pavojaus nėra.",
            what_to_do="Ką daryti", where="Kur", sent="Išsiųsta", valid_until="Galioja iki", in_force="Galioja",
            updated="Pakeistas naujesniu", cancelled="Atšauktas", expired="Nebegalioja",
            all_clear="Pavojus atšauktas", earlier="Ankstesni pranešimai", map_of="Pavojaus zonos žemėlapis",
            made="Būklė", reload="Atnaujinti",
        ),
        Words(
            language="lv", white="Balts", yellow="Dzeltens", red="Sarkans",
            white_means="Spēkā esošu brīdinājumu nav", yellow_means="Iespējams apdraudējums no gaisa",
            red_means="Apdraudējums gaisa telpā", exercise_means="Šīs ir mācības. Briesmu nav.",
            what_to_do="Kā rīkoties", where="Kur", sent="Nosūtīts", valid_until="Spēkā līdz", in_force="Spēkā",
            updated="Aizstāts ar jaunāku", cancelled="Atcelts", expired="Beidzies",
            all_clear="Apdraudējums beidzies", earlier="Iepriekšējie paziņojumi", map_of="Teritorijas karte",
            made="Stāvoklis", reload="Atsvaidzināt",
        ),
        Words(
            language="et", white="Valge", yellow="Kollane", red="Punane",
            white_means="Kehtivaid hoiatusi ei ole", yellow_means="Võimalik õhuoht", red_means="Oht õhuruumis",
            exercise_means="See on õppus. Ohtu ei ole.", what_to_do="Kuidas käituda", where="Kus", sent="Saadetud",
            valid_until="Kehtib kuni", in_force="Kehtib", updated="Asendatud uuemaga", cancelled="Tühistatud",
            expired="Lõppenud", all_clear="Oht on möödas", earlier="Varasemad teated", map_of="Piirkonna kaart",
            made="Seis", reload="Värskenda",
        ),
        Words(
            language="pl", white="Biały", yellow="Żółty", red="Czerwony", white_means="Brak obowiązujących ostrzeżeń",
            yellow_means="Możliwe zagrożenie z powietrza", red_means="Zagrożenie w przestrzeni powietrznej",
            exercise_means="To są ćwiczenia. Nie ma zagrożenia.", what_to_do="Co robić", where="Gdzie",
            sent="Wysłano", valid_until="Obowiązuje do", in_force="Obowiązuje", updated="Zastąpiony nowszym",
            cancelled="Odwołany", expired="Wygasł", all_clear="Koniec zagrożenia", earlier="Wcześniejsze komunikaty",
            map_of="Mapa obszaru", made="Stan na", reload="Odśwież",
        ),
        Words(
            language="fi", white="Valkoinen", yellow="Keltainen", red="Punainen",
            white_means="Ei voimassa olevia varoituksia", yellow_means="Mahdollinen vaara ilmasta",
            red_means="Vaara ilmatilassa", exercise_means="Tämä on harjoitus. Vaaraa ei ole.",
            what_to_do="Toimi näin", where="Missä", sent="Lähetetty", valid_until="Päättyy", in_force="Voimassa",
            updated="Korvattu uudemmalla", cancelled="Peruttu", expired="Päättynyt", all_clear="Vaara ohi",
            earlier="Aiemmat tiedotteet", map_of="Alueen kartta", made="Tilanne", reload="Päivitä",
        ),
        Words(
            language="ro", white="Alb", yellow="Galben", red="Roșu", white_means="Nicio avertizare în vigoare",
            yellow_means="Posibil pericol din aer", red_means="Pericol în spațiul aerian",
            exercise_means="Acesta este un exercițiu. Nu există pericol.", what_to_do="Ce trebuie făcut",
            where="Unde", sent="Trimis", valid_until="Valabil până la", in_force="În vigoare",
            updated="Înlocuit de unul nou", cancelled="Anulat", expired="Expirat", all_clear="Pericolul a trecut",
            earlier="Mesaje anterioare", map_of="Harta zonei", made="Situația la", reload="Reîncarcă",
        ),
    )
}  # fmt: skip


def words_of(language: str) -> Words:
    """Return the words in a language, in English if there are none."""
    return WORDS.get(base(language), WORDS["en"])


def in_each(languages: Sequence[str]) -> list[Words]:
    """Return the words in each of the languages that there are any in, once; in English if in none."""
    found = list(dict.fromkeys(base(one) for one in languages if base(one) in WORDS))
    return [WORDS[one] for one in found] or [WORDS["en"]]
