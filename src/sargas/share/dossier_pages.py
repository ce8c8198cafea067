"""What stands on the pages of a printed dossier, from the summary to how to verify it."""

from collections.abc import Mapping, Sequence
from typing import Final

from msgspec import Struct

from sargas.dossier import moments
from sargas.dossier.saying import answer, country, percent
from sargas.dossier.wording import Words
from sargas.model.dossier import Crossed, Dossier, Lost, Said, SensorSaw
from sargas.share.dossier_blocks import Block, Cell, Code, Cover, Figure, Items, Note, Pairs, Section, Table
from sargas.share.dossier_charts import Chart, clock_chart, clock_steps, flight_charts, seen_chart
from sargas.share.dossier_exhibits import evidence_blocks, short, step_blocks
from sargas.share.dossier_map import Land, Map, draw
from sargas.share.dossier_text import mono, text_of
from sargas.share.svg import Drawing

REASONS_MOST: Final = 12
CROSSINGS_MOST: Final = 60


class Drawn(Struct):
    """The drawings made so far, by file name."""

    files: dict[str, Drawing]

    def map_figure(self, name: str, made: Map, caption: str) -> Figure:
        """Keep a map with its parts; return how it is set."""
        self.files[f"{name}.svg"] = made.drawing
        self.files[f"{name}-bar.svg"] = made.bar
        self.files["north.svg"] = made.north
        key = []
        for k, entry in enumerate(made.key):
            self.files[f"{name}-key{k}.svg"] = entry.drawing
            key.append((f"{name}-key{k}.svg", entry.text))
        return Figure(
            file=f"{name}.svg",
            alt=made.alt,
            width_mm=made.drawing.width_mm,
            caption=caption,
            scale=f"1 : {moments.number(made.scale)}",
            bar_file=f"{name}-bar.svg",
            bar_mm=made.bar.width_mm,
            north_file="north.svg",
            key=key,
        )

    def chart_figure(self, name: str, chart: Chart) -> Figure:
        """Keep a chart; return how it is set."""
        self.files[f"{name}.svg"] = chart.drawing
        return Figure(file=f"{name}.svg", alt=chart.alt, width_mm=chart.drawing.width_mm)


class Pager:
    """Writes the pages of one dossier in the words of its language, with English beside the headings."""

    def __init__(self, dossier: Dossier, words: Words, english: Words, land: Land) -> None:
        self._dossier = dossier
        self._words = words
        self._english = english
        self._land = land
        self.drawn = Drawn({})

    @property
    def _is_english(self) -> bool:
        return self._words.language == "en"

    def cover(self) -> Cover:
        """Return the first page."""
        dossier, words = self._dossier, self._words
        made = draw(dossier, "whole", self._land, words)
        return Cover(
            title=words.heading["title"],
            also="" if self._is_english else self._english.heading["title"],
            subtitle=f"{dossier.incident_id} · {country(dossier.country, words)}"
            + (f" · {text_of(dossier.title)}" if dossier.title != dossier.incident_id else ""),
            rows=list(self._said("first").summary),
            figure=self.drawn.map_figure("map", made, "") if made is not None else None,
            note=words.sentence["made_by"],
        )

    def sections(self) -> list[Section]:
        """Return the sections that follow the cover, each of them: an empty one says that it is."""
        found = [] if self._is_english else [self._english_summary()]
        return [
            *found,
            self._section("crossings", self._crossings(), is_new_page=True),
            self._section("flight", self._flight()),
            self._section("sensors", self._sensors()),
            self._section("told", self._told()),
            self._section("classes", self._classes()),
            self._section("clock", self._clock()),
            self._section("timeline", self._timeline()),
            self._section("warnings", self._warnings()),
            self._section("search", self._search()),
            self._section("evidence", evidence_blocks(self._dossier, self._words)),
            self._section("steps", step_blocks(self._dossier, self._words)),
            self._section("not_known", [Items(rows=list(self._said("first").not_known))]),
            self._section("left_out", [Items(rows=list(self._said("first").left_out))], is_whole=True),
            self._section("verify", self._verify(), is_whole=True),
        ]

    @property
    def _digits(self) -> int:
        return moments.digits_of(self._dossier.place_step_deg)

    def _said(self, which: str) -> Said:
        return self._dossier.said[0 if which == "first" else -1]

    def _section(
        self, key: str, blocks: list[Block], *, is_new_page: bool = False, is_whole: bool = False
    ) -> Section:
        also = "" if self._is_english else self._english.heading[key]
        shown = blocks or [Note(text=self._words.sentence["none"])]
        return Section(
            title=self._words.heading[key], also=also, blocks=shown, is_new_page=is_new_page, is_whole=is_whole
        )

    def _english_summary(self) -> Section:
        """Return the summary once more, in English, with what is not known."""
        english = self._english
        said = self._said("last")
        return Section(
            title=f"{english.heading['summary']} (English)",
            also="",
            blocks=[
                Pairs(rows=list(said.summary)),
                Note(text=f"{english.heading['not_known']}:", is_small=False),
                Items(rows=list(said.not_known)),
                Note(text=f"{english.heading['left_out']}:", is_small=False),
                Items(rows=list(said.left_out)),
            ],
            is_new_page=True,
        )

    # ---------------------------------------------------------------- where it flew

    def _crossings(self) -> list[Block]:
        dossier, words, label = self._dossier, self._words, self._words.label
        if not dossier.crossings:
            return [Note(text=words.sentence["no_crossing"], is_small=False)]
        made = draw(dossier, "crossing", self._land, words)
        blocks: list[Block] = []
        if made is not None:
            blocks.append(self.drawn.map_figure("crossing", made, words.sentence["one_sd"]))
        heads = [label["item"], label["track"], label["time"], label["place"], label["uncertainty"],
                 label["came_from"], label["probability"]]  # fmt: skip
        rows = [self._crossing(number, one) for number, one in enumerate(dossier.crossings[:CROSSINGS_MOST], 1)]
        blocks.append(Table(heads=heads, widths=[0, 0, 0, 0, 0, 1, 0], rows=rows))
        if dossier.place_step_deg:
            step = f"{dossier.place_step_deg:g}°"
            blocks.append(Note(text=words.told(words.sentence["rounded"], step=step)))
        for number, one in enumerate(dossier.crossings[:CROSSINGS_MOST], 1):
            if one.reasons:
                first = f"{number}. {label['reasons']}: " + "; ".join(map(text_of, one.reasons[:REASONS_MOST]))
                blocks.append(Note(text=first))
        return blocks

    def _crossing(self, number: int, one: Crossed) -> list[Cell]:
        words = self._words
        digits = min(self._digits, 4 if one.sd_m < 1_000.0 else 2)
        when = [moments.clock(one.time_s), f"± {moments.duration(one.time_sd_s, words.decimal)}"]
        origin = [country(one.came_from, words) if one.came_from else words.answer["unknown"]]
        if not one.is_measured:
            origin.append(words.label["crossed_maybe"])
        return [
            mono(f"{number}"),
            mono("" if one.track_id is None else f"{one.track_id}"),
            Cell(lines=when),
            mono(moments.place(one.lat_deg, one.lon_deg, digits)),
            Cell(lines=[moments.length(one.sd_m, words.decimal)]),
            Cell(lines=origin),
            Cell(lines=[percent(one.probability, words)]),
        ]

    def _flight(self) -> list[Block]:
        dossier, words = self._dossier, self._words
        if not dossier.tracks:
            return [Note(text=words.sentence["no_track"], is_small=False)]
        label = words.label
        rows = [
            [
                mono(f"{one.track_id}"),
                mono(moments.clock(one.first_s)),
                mono(moments.clock(one.last_report_s)),
                Cell(lines=[moments.number(one.n_reports) if one.n_reports else "–"]),
                Cell(lines=[self._typical([point.major_m for point in one.points])]),
                Cell(lines=[self._speeds([point.speed_mps for point in one.points])]),
            ]
            for one in dossier.tracks
        ]
        heads = [
            label["track"],
            label["first"],
            label["last"],
            label["reports"],
            label["uncertainty"],
            label["speed"],
        ]
        blocks: list[Block] = [Table(heads=heads, widths=[0, 0, 0, 0, 1, 1], rows=rows)]
        for k, chart in enumerate(flight_charts(dossier, words)):
            blocks.append(self.drawn.chart_figure(f"flight{k}", chart))
        return blocks

    def _typical(self, values: Sequence[float]) -> str:
        """Return the middle and the largest of some lengths."""
        if not values:
            return "–"
        middle = sorted(values)[len(values) // 2]
        return f"{moments.length(middle, self._words.decimal)} … {moments.length(max(values), self._words.decimal)}"

    def _speeds(self, values: Sequence[float]) -> str:
        if not values:
            return "–"
        in_order = sorted(values)
        low, high = in_order[len(in_order) // 10], in_order[-1 - len(in_order) // 10]
        return f"{low * 3.6:.0f} – {high * 3.6:.0f} km/h"

    # ---------------------------------------------------------------- who saw it, and what it was

    def _sensors(self) -> list[Block]:
        dossier, words, label = self._dossier, self._words, self._words.label
        chart = seen_chart(dossier, words)
        if chart is None:
            return []
        has_figures = any(one.n_reports is not None for one in dossier.sensors)
        has_sites = any(one.lat_deg is not None for one in dossier.sensors)
        has_names = any(one.sensor != words.kind[one.kind] for one in dossier.sensors)
        heads = [label["sensor"], *([label["kind"]] if has_names else []), label["first"], label["last"]]
        heads += [label["reports"], label["errors"]] if has_figures else []
        heads += [label["site"]] if has_sites else []
        widths = [1.2, *([1.0] if has_names else []), *([0.0] * (len(heads) - 1 - has_names))]
        rows = [
            self._sensor(one, has_names=has_names, has_figures=has_figures, has_sites=has_sites)
            for one in dossier.sensors
        ]
        return [
            self.drawn.chart_figure("seen", chart),
            Table(heads=heads, widths=widths, rows=rows),
        ]

    def _sensor(self, one: SensorSaw, *, has_names: bool, has_figures: bool, has_sites: bool) -> list[Cell]:
        name = [one.sensor, *([one.name] if one.name and one.name != one.sensor else [])]
        cells = [
            Cell(lines=name),
            *([Cell(lines=[self._words.kind[one.kind]])] if has_names else []),
            mono("–" if one.first_s is None else moments.clock(one.first_s)),
            mono("–" if one.last_s is None else moments.clock(one.last_s)),
        ]
        if has_figures:
            n = "–" if one.n_reports is None else moments.number(one.n_reports)
            cells += [Cell(lines=[n]), Cell(lines=[one.figures])]
        if has_sites:
            is_known = one.lat_deg is not None and one.lon_deg is not None
            cells.append(mono(moments.place(one.lat_deg or 0.0, one.lon_deg or 0.0) if is_known else "–"))
        return cells

    def _told(self) -> list[Block]:
        label, decimal = self._words.label, self._words.decimal
        rows = []
        for number, one in enumerate(self._dossier.told, 1):
            place = []
            if one.lat_deg is not None and one.lon_deg is not None:
                place = [moments.place(one.lat_deg, one.lon_deg, min(3, self._digits))]
                place += [f"± {moments.length(one.radius_m, decimal)}"] if one.radius_m is not None else []
            rows.append(
                [mono(f"{number}"), mono(moments.clock(one.time_s)), Cell(lines=place or ["–"], is_mono=True),
                 Cell(lines=[text_of(one.text) or "–"])]
            )  # fmt: skip
        if not rows:
            return []
        heads = [label["item"], label["time"], label["place"], label["words"]]
        return [Table(heads=heads, widths=[0, 0, 0, 1], rows=rows)]

    def _classes(self) -> list[Block]:
        words, label = self._words, self._words.label
        has_reasons = any(one.reasons or one.caution for one in self._dossier.classes)
        rows = []
        for one in self._dossier.classes:
            shares = ", ".join(
                f"{words.answer.get(share.kind, share.name)} {percent(share.probability, words)}"
                for share in one.classes[:4]
            )
            reasons = [*(text_of(reason) for reason in one.reasons), *([text_of(one.caution)] if one.caution else [])]
            row = [mono(f"{one.track_id}"), mono(moments.clock(one.time_s)), Cell(lines=[answer(one, words), shares])]
            rows.append(row + ([Cell(lines=["; ".join(reasons) or "–"])] if has_reasons else []))
        if not rows:
            return []
        heads = [label["track"], label["time"], label["what"], *([label["reasons"]] if has_reasons else [])]
        return [Table(heads=heads, widths=[0, 0, 1, *([1.6] if has_reasons else [])], rows=rows)]

    # ---------------------------------------------------------------- what people did

    def _clock(self) -> list[Block]:
        chart = clock_chart(self._dossier, self._words)
        if chart is None:
            return []
        label = self._words.label
        first_s = self._dossier.clock.first_report_s if self._dossier.clock is not None else 0.0
        rows = [
            [Cell(lines=[name]), mono(moments.clock(first_s + time_s)), mono(moments.after(time_s))]
            for name, time_s in clock_steps(self._dossier, self._words)
        ]
        return [
            self.drawn.chart_figure("clock", chart),
            Table(heads=[label["step"], label["time"], label["after"]], widths=[1, 0, 0], rows=rows),
        ]

    def _timeline(self) -> list[Block]:
        words, label = self._words, self._words.label
        lines = self._dossier.timeline
        has_officers = any(line.officer for line in lines)
        has_texts = any(line.text for line in lines)
        rows = []
        for line in lines:
            row = [mono(moments.clock(line.time_s)), Cell(lines=[words.event.get(line.what, words.event["other"])])]
            row += [Cell(lines=[text_of(line.text)])] if has_texts else []
            row += [Cell(lines=[text_of(line.officer)])] if has_officers else []
            rows.append(row)
        if not rows:
            return []
        heads = [label["time"], label["event"]]
        heads += [label["record"]] if has_texts else []
        heads += [label["who"]] if has_officers else []
        widths = [0.0, 1.0, *([2.4] if has_texts else []), *([0.8] if has_officers else [])]
        blocks: list[Block] = [Note(text=words.sentence["recorded"])] if has_texts and not self._is_english else []
        return [*blocks, Table(heads=heads, widths=widths, rows=rows)]

    def _warnings(self) -> list[Block]:
        words, label = self._words, self._words.label
        rows = []
        for one in self._dossier.warnings:
            approved = [f"{moments.clock(by.time_s)} {text_of(by.officer)}".strip() for by in one.approvals]
            sent = "–" if one.sent_s is None else moments.clock(one.sent_s)
            fates = [
                f"{to.channel}: {words.fate[to.fate]} {moments.clock(to.time_s)}"
                + (f" ({text_of(to.text)})" if to.text else "")
                for to in one.deliveries
            ]
            rows.append(
                [
                    Cell(lines=[short(one.warning_id, self._dossier), words.level[one.level]]),
                    Cell(lines=[text_of(one.headline), text_of(one.area)]),
                    Cell(lines=approved or ["–"]),
                    mono(sent),
                    Cell(lines=fates or ["–"]),
                ]
            )
        if not rows:
            return [Note(text=words.sentence["not_sent"], is_small=False)]
        heads = [label["warning"], label["title"], label["approved"], label["sent"], label["channels"]]
        return [Table(heads=heads, widths=[0.9, 1.5, 0.9, 0, 1.2], rows=rows)]

    def _search(self) -> list[Block]:
        search, words, label = self._dossier.search, self._words, self._words.label
        pairs = [
            (
                f"{label['last_report']}, {label['track']} {one.track_id}",
                self._last_report(one),
            )
            for one in search.lost
        ]
        if search.ordered_s is not None:
            pairs.append((label["ordered"], moments.moment(search.ordered_s)))
        if search.n_searched:
            pairs.append((label["searched"], str(search.n_searched)))
        for find in search.finds:
            where = ""
            if find.lat_deg is not None and find.lon_deg is not None:
                where = f", {moments.place(find.lat_deg, find.lon_deg, self._digits)}"
                where += f" ± {moments.length(find.sd_m, words.decimal)}" if find.sd_m is not None else ""
            by = f", {text_of(find.by)}" if find.by else ""
            more = f" – {text_of(find.text)}" if find.text else ""
            name = f"{label['found']}: {words.find[find.what]}"
            pairs.append((name, f"{moments.moment(find.time_s)}{where}{by}{more}"))
        if search.ended_s is not None:
            pairs.append((label["ended"], moments.moment(search.ended_s)))
        return [Pairs(rows=pairs)] if pairs else []

    def _last_report(self, one: Lost) -> str:
        place = moments.place(one.lat_deg, one.lon_deg, min(3, self._digits))
        return f"{moments.moment(one.last_report_s)}, {place}, {one.speed_mps * 3.6:.0f} km/h, {one.course_deg:.0f}°"

    # ---------------------------------------------------------------- the file

    def _verify(self) -> list[Block]:
        verify, label = self._dossier.verify, self._words.label
        blocks: list[Block] = [Items(rows=list(self._said("first").how_to_verify), is_numbered=verify is not None)]
        if verify is None:
            return blocks
        rows = [
            (label["origin"], verify.origin),
            (
                label["head"],
                f"{moments.number(verify.n_entries)} {label['entries']}, {moments.moment(verify.head_s)}",
            ),
            (label["root"], verify.root),
            *((label["key"], key) for key in verify.keys),
        ]
        return [*blocks, Code(rows=rows)]


def drawings_of(files: Mapping[str, Drawing]) -> dict[str, bytes]:
    """Return the drawings as SVG, by file name."""
    return {name: drawing.svg() for name, drawing in files.items()}
