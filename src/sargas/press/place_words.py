"""A place of a mention with how exactly it is meant: "near", "20 km north of", "the district of"."""

import math
import re
from typing import Final

from sargas.model.claims import PlaceClaim, Quoted
from sargas.press.mentions import Mention
from sargas.press.places import shifted
from sargas.press.scan import Scan
from sargas.press.whereabouts import At

UNLISTED: Final = "in no list of places:"
NEAR_SD_M: Final = 6_000.0
"""As far off as "near" mostly means in the incidents of the starter file; an estimate."""
REGION_SD_M: Final = 15_000.0
"""A district or county of the Baltic states is some 50 km across."""
AWAY: Final = re.compile(
    r"(?P<far>\d{1,3}(?:[.,]\d)?)\s*(?:km|kilom\w*|klm)\b\.?\s*(?:(?P<bearing>[^\W\d]+(?:[\s-](?:east|west|est|vest))?)\s)?"
    r"(?:\(?[^\W\d()]*\)?\s){0,2}$"
)
BEARINGS: Final = {
    "northeast": 45.0, "north-east": 45.0, "northwest": 315.0, "north-west": 315.0, "southeast": 135.0,
    "south-east": 135.0, "southwest": 225.0, "south-west": 225.0, "north": 0.0, "east": 90.0, "south": 180.0,
    "west": 270.0, "nord": 0.0, "nord-est": 45.0, "est": 90.0, "sud-est": 135.0, "sud": 180.0, "sud-vest": 225.0,
    "vest": 270.0, "nord-vest": 315.0, "siaure": 0.0, "pietu": 180.0, "rytu": 90.0, "vakaru": 270.0,
}  # fmt: skip


def place_claim(scan: Scan, mention: Mention, at: At) -> PlaceClaim:
    """Return the place as a claim, with its spread."""
    start, end, text = scan.quote(at.first, at.last)
    spot = at.spot
    if math.isnan(spot.lat_deg):
        return PlaceClaim(
            role=at.role, name=spot.name, country=spot.country, how=UNLISTED, quoted=Quoted(start, end, text)
        )
    lat, lon, sd_m, how = spot.lat_deg, spot.lon_deg, spot.sd_m, "in" if not at.is_near else "near"
    begin = max(scan.words.start[mention.first], start - 60)
    away = AWAY.search(scan.words.folded[begin:start])
    if away is not None and not scan.has("border", at.first - 3, at.first - 1):
        far_m = float(away["far"].replace(",", ".")) * 1_000.0
        bearing = BEARINGS.get((away["bearing"] or "").strip().removesuffix("ern"))
        how = f"{far_m / 1_000.0:g} km from"
        if bearing is None:
            sd_m = max(sd_m, far_m)
        else:
            lat, lon = shifted(spot, far_m, bearing)
            sd_m, how = max(sd_m, far_m / 4.0), f"{how}, bearing {bearing:.0f}"
    elif at.is_region:
        sd_m, how = max(sd_m, REGION_SD_M), "the region of"
    elif at.is_near:
        sd_m = max(sd_m, NEAR_SD_M)
    return PlaceClaim(
        role=at.role, name=spot.name, country=spot.country, lat_deg=round(lat, 5), lon_deg=round(lon, 5),
        sd_m=round(sd_m), how=how, quoted=Quoted(start, end, text),
    )  # fmt: skip
