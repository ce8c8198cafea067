"""From an incident and its history to a dossier of one version: facts, what is cut, what is said of what is left."""

from msgspec import structs

from sargas.dossier.history import History
from sargas.dossier.letters import letter
from sargas.dossier.make import Around, Wanted, facts_of
from sargas.dossier.redact import led, redacted
from sargas.dossier.rules import Rules
from sargas.dossier.saying import said
from sargas.dossier.unknowns import not_known
from sargas.dossier.wording import words_of
from sargas.model.dossier import Dossier
from sargas.model.incident import Incident


def make(incident: Incident, history: History, around: Around, wanted: Wanted, rules: Rules) -> Dossier:
    """Return the dossier, ready to be written out.

    Args:
        incident: as it stands now.
        history: what the engine said while the incident's entries ran through it again.
        around: what is known of the watch: its sensors, its country, its record.
        wanted: version, language, and when it is made.
        rules: of that version.
    """
    facts = facts_of(incident, history, around, wanted)
    cut = redacted(facts, rules, words_of(wanted.language))
    unknown = not_known(
        led(facts, rules),
        cut.labels,
        is_whole=history.is_whole,
        is_anew=history.is_anew,
        time_step_s=rules.time_step_s,
        has_states=rules.sensor_figures,
    )
    shown = structs.replace(cut.dossier, not_known=unknown)
    languages = [words_of(language) for language in shown.languages]
    drafts = [letter(shown, words, rules, wanted.addressee) for words in languages]
    return structs.replace(
        shown,
        said=tuple(said(shown, words, rules) for words in languages),
        letters=tuple(draft for draft in drafts if draft is not None),
    )
