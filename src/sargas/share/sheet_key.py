"""The key of the printed map: the signs that this map has, and no others."""

from sargas.share import map_style as style
from sargas.share.map_symbols import (
    KeyEntry,
    area_entry,
    arrow_entry,
    line_entry,
    mark_entry,
    square_mark,
    star_mark,
    triangle_mark,
)
from sargas.share.shown import Shown, percent
from sargas.share.svg import Ink


def key_of(exported: Shown) -> list[KeyEntry]:
    """Return the entries of the key, the most important first."""
    plan = exported.plan
    entries: list[KeyEntry] = []
    if plan is not None and plan.sectors:
        best_rate = max(sector.p_per_hour for sector in plan.sectors)
        for least, fill in style.CLASSES[:3] if best_rate > 0.0 else ():
            words = f"find {percent(least * best_rate)}/h or more"
            entries.append(area_entry(Ink(fill=fill), style.SECTOR, words))
        entries.append(area_entry(None, style.BEST_SECTOR, f"the best {style.BEST_RANK} sectors"))
    if plan is not None and any(searched.ring for searched in plan.searched):
        entries.append(area_entry(None, style.SECTOR, "searched in vain", style.HATCH))
    if plan is not None and any(searched.paths for searched in plan.searched):
        entries.append(line_entry(style.WALKED, "way that was walked"))
    if exported.contours:
        shares = sorted({contour.share for contour in exported.contours})
        here = "here" if exported.is_public else "within"
        entries += [
            line_entry(style.contour_ink(share), f"{area_name(share, exported)} {here}")
            for share in dict.fromkeys((shares[0], shares[-1]))
        ]
    if plan is not None:
        entries.append(arrow_entry("last report and its course"))
        if plan.cells.poc and not plan.is_found:
            entries.append(mark_entry(star_mark, "best place"))
        if plan.finds:
            entries.append(mark_entry(square_mark, "found"))
        if plan.clues:
            entries.append(mark_entry(triangle_mark, "clue, by its number"))
    if exported.hazards:
        entries.append(area_entry(None, style.HAZARD, "keep out", style.HAZARD_HATCH))
    return entries


def area_name(share: float, exported: Shown) -> str:
    """Return what the area of a contour is called: a figure, and words for the public."""
    if exported.is_public:
        return "most likely" if share < 0.7 else "possible"
    return percent(share)
