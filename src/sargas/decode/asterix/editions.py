"""Which category of which source is read by which edition."""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Annotated, Any, Final

from msgspec import Meta, Struct

from sargas.decode.asterix import cat010, cat020, cat021, cat034, cat048, cat062, cat063, cat065
from sargas.decode.asterix.common import Reader
from sargas.decode.asterix.layout import Layout, Spec
from sargas.model.errors import ConfigError

READERS: Final[Mapping[int, Callable[[Spec], Reader]]] = {
    10: cat010.Reader,
    20: cat020.Reader,
    21: cat021.Reader,
    34: cat034.Reader,
    48: cat048.Reader,
    62: cat062.Reader,
    63: cat063.Reader,
    65: cat065.Reader,
}
ANY_SOURCE: Final = "*"
SKIPPED: Final = "skip"

Source = Annotated[str, Meta(pattern=r"^(\*|\d{1,3}/\d{1,3})$", description="SAC/SIC in decimal, or * for any")]
Category = Annotated[str, Meta(pattern=r"^\d{3}$", description="three figures")]
Edition = Annotated[str, Meta(pattern=r"^(skip|\d{1,2}\.\d{1,3})$", description="edition, or skip")]
Editions = dict[Source, dict[Category, Edition]]


class Edited(Struct, frozen=True):
    """How the records of one category are read in one edition; None where they are skipped."""

    layout: Layout
    reader: Reader
    plots: cat048.Reader | None = None
    """The reader again, where it reads many records together."""


class EditionTable:
    """The reader for each category and source; libasterix's newest edition where none is configured.

    Raises:
        ConfigError: libasterix does not hold the category or the edition, or the source's numbers are no bytes.
    """

    def __init__(self, editions: Mapping[str, Mapping[str, str]]) -> None:
        # Imported here and not above: the generated tables take a second to load.
        self._catalogue: Mapping[int, list[Any]] = import_module("asterix.generated").manifest["CATS"]
        self._made: dict[tuple[int, str], Edited] = {}
        self._usual: dict[int, Edited | None] = {category: self._make(category, "") for category in READERS}
        self._usual |= self._configured(editions.get(ANY_SOURCE, {}), ANY_SOURCE)
        self._by_source = {
            _source(source): self._usual | self._configured(chosen, source)
            for source, chosen in editions.items()
            if source != ANY_SOURCE
        }

    def find(self, category: int, sac: int, sic: int) -> Edited | None:
        """Return how to read this category of this source; None if it is skipped."""
        return self._by_source.get((sac, sic), self._usual).get(category)

    def _configured(self, chosen: Mapping[str, str], source: str) -> dict[int, Edited | None]:
        made: dict[int, Edited | None] = {}
        for category, edition in chosen.items():
            if int(category) not in READERS:
                have = ", ".join(f"{known:03}" for known in READERS)
                raise ConfigError(f"editions[{source!r}]: category {category} is not read; have {have}")
            try:
                made[int(category)] = None if edition == SKIPPED else self._make(int(category), edition)
            except KeyError:
                have = ", ".join(_edition(known) for known in self._catalogue[int(category)])
                raise ConfigError(
                    f"editions[{source!r}][{category!r}]: no edition {edition!r}; have {have}, or {SKIPPED}"
                ) from None
        return made

    def _make(self, category: int, edition: str) -> Edited:
        known = {_edition(spec): spec for spec in self._catalogue[category]}
        edition = edition or _edition(self._catalogue[category][-1])
        if (category, edition) not in self._made:
            spec = Spec(known[edition])
            reader = READERS[category](spec)
            plots = reader if isinstance(reader, cat048.Reader) else None
            self._made[category, edition] = Edited(spec.layout, reader, plots)
        return self._made[category, edition]


def _edition(spec: Any) -> str:
    return "{}.{}".format(*spec.cv_edition)


def _source(source: str) -> tuple[int, int]:
    sac, sic = (int(number) for number in source.split("/"))
    if sac > 255 or sic > 255:
        raise ConfigError(f"editions[{source!r}]: SAC and SIC go from 0 to 255")
    return sac, sic
