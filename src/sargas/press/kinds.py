"""Types and models of what flies: which model is which type, which types are one family, which type fits best."""

from collections.abc import Sequence
from typing import Final

from sargas.model.claims import Claim

CREWED: Final = frozenset({"aircraft", "helicopter"})
ARMS: Final = frozenset({"missile", "cruise_missile"})
MODEL_TYPE: Final[dict[str, str]] = {
    "Gerbera": "decoy_drone", "Parodiya": "decoy_drone", "Shahed": "attack_drone", "Geran-2": "attack_drone",
    "Lancet": "attack_drone", "Orlan-10": "reconnaissance_drone", "Supercam": "reconnaissance_drone",
    "Mohajer": "reconnaissance_drone", "Tu-141": "reconnaissance_drone", "DJI": "small_drone",
    "Kh-55": "cruise_missile", "Kh-101": "cruise_missile", "Kalibr": "cruise_missile", "Iskander": "missile",
    "S-300": "missile", "MiG": "aircraft",
    "MiG-31": "aircraft", "Su-27": "aircraft", "Su-30": "aircraft", "Su-35": "aircraft",
    "Su-24": "aircraft", "Il-78": "aircraft", "Il-20": "aircraft", "Mi-8": "helicopter", "Mi-24": "helicopter",
}  # fmt: skip
"""What a model is, as `model/register.py` names it; what it carries is another claim."""
NARROW: Final = ("decoy_drone", "attack_drone", "reconnaissance_drone", "cruise_missile")
PLAIN: Final = ("balloon", "helicopter", "missile", "aircraft", "small_drone")
ALLEGED: Final = 0.6
"""What somebody alleges weighs as much of what is stated."""


def best_type(claims: Sequence[Claim]) -> str:
    """Return the type that fits the claims best: a model before a word, a narrower word before a wider one."""
    told = [claim for claim in claims if claim.sure != "denied"]
    words = _votes([(claim.value, claim) for claim in told if claim.kind == "type"])
    models = _votes([(MODEL_TYPE[c.value], c) for c in told if c.kind == "model" and c.value in MODEL_TYPE])
    if not models and words.get("balloon", 0.0) >= max(
        words.get("drone", 0.0), words.get("small_drone", 0.0), ALLEGED
    ):
        return "balloon"
    if models:
        # A Shahed is often only what a Gerbera looks like: "similar to a Shahed".
        return "decoy_drone" if "decoy_drone" in models else max(models, key=lambda kind: models[kind])
    for kind in NARROW:
        if words.get(kind, 0.0) >= ALLEGED:
            return kind
    words.pop("unknown", None)
    best = max(words.values(), default=0.0)
    plain = [kind for kind in PLAIN if words.get(kind, -1.0) >= best]
    return plain[0] if plain else max(words, key=lambda kind: words[kind], default="unknown")


def _votes(told: Sequence[tuple[str, Claim]]) -> dict[str, float]:
    votes: dict[str, float] = {}
    for value, claim in told:
        votes[value] = votes.get(value, 0.0) + (1.0 if claim.sure == "stated" else ALLEGED)
    return votes


def family(kind: str) -> str:
    """Return the family of a type: types of two families are not one thing."""
    if kind.endswith("drone"):
        return "drone"
    return "missile" if kind in ARMS else "crewed" if kind in CREWED else kind
