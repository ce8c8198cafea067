"""What a dossier says in one language: the summary, what is not known, what is left out, how to verify.

It is said of the version that was already cut, so that no sentence can tell what the version leaves out.
"""

from collections.abc import Sequence
from typing import Final

from sargas.dossier import moments
from sargas.dossier.rules import Rules
from sargas.dossier.wording import Words
from sargas.model.classification import BIRD, CLUTTER, UNKNOWN
from sargas.model.dossier import Classed, Crossed, Dossier, NotKnown, Said

CROSSINGS_NAMED: Final = 1
TELLING: Final = frozenset({"observer", "neighbour", "other"})
"""Kinds that tell and do not measure."""
GROUPS: Final = frozenset({UNKNOWN, BIRD, CLUTTER, "drone", "crewed"})
COUNTRY_OF: Final = {"RU-KGD": "RU"}
MORE: Final = 3


def said(dossier: Dossier, words: Words, rules: Rules) -> Said:
    """Return what is said of a dossier in the language of these words."""
    return Said(
        language=words.language,
        marking=marking(dossier, words),
        summary=tuple(summary(dossier, words, rules)),
        not_known=tuple(unknown(one, words) for one in dossier.not_known),
        left_out=_left_out(dossier, words),
        how_to_verify=_verify(dossier, words),
    )


def marking(dossier: Dossier, words: Words) -> str:
    """Return what stands on top of every page: an exercise, what was made up, and for whom it is."""
    parts = []
    if dossier.is_exercise:
        parts.append("EXERCISE" if words.exercise == "EXERCISE" else f"EXERCISE – {words.exercise}")
    if dossier.label in {"RECONSTRUCTION", "TEST"}:
        parts.append(words.reconstruction if dossier.label == "RECONSTRUCTION" else words.test)
    return " · ".join([*parts, words.version[dossier.version]])


def summary(dossier: Dossier, words: Words, rules: Rules) -> list[tuple[str, str]]:
    """Return the summary as pairs of name and value, the most important first; what is not known is not in it."""
    label, sentence = words.label, words.sentence
    pairs = [(label["what"], what(dossier.classes, words))]
    if dossier.disposition != "undecided":
        pairs.append((label["said_to_be"], words.disposition[dossier.disposition]))
    pairs.append((label["when"], when(dossier.first_report_s, dossier.country, words)))
    if dossier.crossings:
        pairs += _crossing(dossier, main_crossing(dossier.crossings), words, rules)
    else:
        pairs.append((label["crossed"], sentence["no_crossing"]))
        pairs += _nearest(dossier, words)
    pairs.append((label["seen_by"], _seen_by(dossier, words, rules)))
    pairs.append((label["became"], became(dossier, words)))
    if dossier.clock is not None and dossier.clock.first_alarm_s is not None:
        pairs.append((label["first_alarm"], _since(dossier.clock.first_alarm_s, dossier)))
    sent = [one.sent_s for one in dossier.warnings if one.sent_s is not None]
    told = _since(min(sent), dossier) if sent else sentence["not_sent"]
    pairs += [(label["first_warning"], told), (label["state"], words.status[dossier.status])]
    return pairs


def main_crossing(crossings: Sequence[Crossed]) -> Crossed:
    """Return the crossing that the summary tells: the first one that was measured, else the first."""
    return min(crossings, key=lambda one: (not one.is_measured, one.time_s))


def when(time_s: float, country: str, words: Words) -> str:
    """Return date and time in UTC, with the country's own clock beside it."""
    local = moments.local(time_s, country)
    return moments.moment(time_s) + (f" ({local} {words.label['local']})" if local else "")


def what(classes: Sequence[Classed], words: Words) -> str:
    """Return what the tracks were held for in the end, each answer once, with its probability."""
    last = {one.track_id: one for one in classes}
    if not last:
        return words.answer["unknown"]
    shares: dict[str, list[float]] = {}
    for one in last.values():
        name, share = _named(one, words)
        shares.setdefault(name, []).extend([share] if share is not None else [])
    told = [f"{name}: {_range(known, words)}" if known else name for name, known in shares.items()]
    return "; ".join(told[:MORE]) + (" …" if len(told) > MORE else "")


def answer(one: Classed, words: Words) -> str:
    """Return what a track was held for: a group in words, a type by its name."""
    return words.answer.get(one.answer, one.answer_name)


def _named(one: Classed, words: Words) -> tuple[str, float | None]:
    """Return what a track was held for, the likeliest type with it where the answer is a group, and how likely."""
    name = answer(one, words)
    share = next((share.probability for share in one.classes if share.kind == one.answer), None)
    best = max(one.classes, key=lambda share: share.probability, default=None)
    if share is not None and one.answer not in GROUPS:
        return name, share
    if best is not None and best.kind not in GROUPS and one.answer in GROUPS - {BIRD, CLUTTER}:
        return f"{name} – {best.name}", best.probability
    return name, None


def _range(shares: Sequence[float], words: Words) -> str:
    low, high = percent(min(shares), words), percent(max(shares), words)
    return low if low == high else f"{low} … {high}"


def percent(share: float, words: Words) -> str:
    """Return a probability in this language."""
    return moments.percent(share, words.decimal, words.sentence["over"])


def country(code: str, words: Words) -> str:
    """Return the name of a country, its code where there is none."""
    return words.country.get(COUNTRY_OF.get(code, code), code)


def _crossing(dossier: Dossier, one: Crossed, words: Words, rules: Rules) -> list[tuple[str, str]]:
    label, decimal = words.label, words.decimal
    digits = moments.digits_of(rules.position_step_deg)
    n_more = len(dossier.crossings) - CROSSINGS_NAMED
    more = f"  [1 / {len(dossier.crossings)}]" if n_more > 0 else ""
    name = label["crossed"] if one.is_measured else label["crossed_maybe"]
    pairs = [
        (name, f"{when(one.time_s, dossier.country, words)} ± {moments.duration(one.time_sd_s, decimal)}{more}"),
        (
            label["where"],
            f"{moments.place(one.lat_deg, one.lon_deg, digits)} ± {moments.length(one.sd_m, decimal)}",
        ),
        *_nearest(dossier, words),
        (label["came_from"], country(one.came_from, words) if one.came_from else words.answer["unknown"]),
        (label["into"], country(one.into, words)),
    ]
    if one.depth_m > 0.0:
        pairs.append((label["deepest"], moments.length(one.depth_m, decimal)))
    if one.inside_s > 0.0:
        pairs.append((label["inside"], moments.duration(one.inside_s, decimal)))
    pairs.append((label["how_sure"], percent(one.probability, words)))
    return pairs


def _since(time_s: float, dossier: Dossier) -> str:
    """Return a time of day, and how long after the first report it was."""
    return f"{moments.clock(time_s)} UTC ({moments.after(time_s - dossier.first_report_s)})"


def _nearest(dossier: Dossier, words: Words) -> list[tuple[str, str]]:
    if not dossier.nearest_town or dossier.nearest_town_m is None:
        return []
    distance = moments.length(dossier.nearest_town_m, words.decimal)
    return [(words.label["nearest_town"], f"{dossier.nearest_town}, {distance}")]


def _seen_by(dossier: Dossier, words: Words, rules: Rules) -> str:
    kinds = list(dict.fromkeys(words.kind[one.kind] for one in dossier.sensors))
    if not kinds:
        return words.sentence["none"]
    if not {one.kind for one in dossier.sensors} - TELLING:
        return f"{words.sentence['told_only']} ({', '.join(kinds)})"
    if rules.sensors == "kinds":
        return ", ".join(kinds)
    n = str(len(dossier.sensors))
    return words.told(words.sentence["sources"], n=n, kinds=str(len(kinds))) + f": {', '.join(kinds)}"


def became(dossier: Dossier, words: Words) -> str:
    """Return what became of it, as far as that is known: what was found, else where and when it was last reported."""
    parts = [
        words.told(words.sentence["found_at"], time=moments.moment(find.time_s)) + f": {words.find[find.what]}"
        for find in dossier.search.finds
        if find.is_it
    ]
    parts += [
        words.told(words.sentence["left_at"], time=moments.moment(one.left_s))
        for one in dossier.crossings[:MORE]
        if one.left_s is not None
    ]
    lost = [one.last_report_s for one in dossier.tracks if one.is_lost]
    if not parts and lost:
        parts.append(words.told(words.sentence["lost_at"], time=moments.moment(max(lost))))
    return "; ".join(parts) or (words.sentence["still_watched"] if dossier.tracks else words.answer["unknown"])


def unknown(one: NotKnown, words: Words) -> str:
    """Return the sentence of one thing that is not known."""
    template = words.not_known[one.what]
    match one.what:
        case "height" | "identity_none" | "identity_own":
            return words.told(template, track=one.values[0])
        case "gap":
            return words.told(template, **{"from": one.values[0], "to": one.values[1], "track": one.values[2]})
        case "before":
            return words.told(template, **{"from": one.values[0]})
        case "fate":
            return words.told(template, **{"from": one.values[0], "track": one.values[1]})
        case "type":
            return words.told(template, probability=percent(float(one.values[0]), words), track=one.values[1])
        case "unwell":
            name, state, since = one.values
            return words.told(template, **{"sensor": name, "state": words.health[state], "from": since})
        case _:
            return template


def _left_out(dossier: Dossier, words: Words) -> tuple[str, ...]:
    if not dossier.left_out:
        return (words.left_out["nothing"],)
    told = [
        words.told(words.left_out[one.what], n=str(one.n))
        if one.n is not None
        else words.left_out[one.what].partition(":")[0]
        for one in dossier.left_out
    ]
    return (*told, words.left_out["rule"])


def _verify(dossier: Dossier, words: Words) -> tuple[str, ...]:
    if dossier.verify is None:
        return (words.verify["no_head"],)
    told = words.verify
    return (
        words.told(told["one"], n=str(dossier.verify.n_entries)),
        told["two"],
        told["three"],
        told["four"],
        told["five"],
        words.told(told["six"], n=str(dossier.verify.n_proven)),
    )
