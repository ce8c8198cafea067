// Rough outlines, towns and sensors for looking at the page without a server. Never part of the built page.
const LT = [[20.94, 55.28], [21.06, 55.72], [21.05, 56.07], [21.9, 56.32], [22.9, 56.4], [24.1, 56.26], [24.9, 56.44], [25.7, 56.15],
  [26.58, 55.68], [26.6, 55.4], [26.2, 55.0], [25.75, 54.8], [25.74, 54.6], [25.5, 54.32], [25.2, 54.22], [24.8, 54.1], [24.4, 53.9],
  [23.95, 53.95], [23.5, 53.96], [23.3, 54.25], [22.8, 54.36], [22.75, 54.6], [22.85, 54.85], [22.3, 55.06], [21.6, 55.19]];
const BY = [[25.75, 54.8], [26.2, 55.0], [26.6, 55.4], [26.58, 55.68], [28.2, 56.1], [31, 55.6], [31, 52.1], [23.6, 51.7], [23.9, 53.2],
  [23.5, 53.96], [23.95, 53.95], [24.4, 53.9], [24.8, 54.1], [25.2, 54.22], [25.5, 54.32], [25.74, 54.6]];
const LV = [[21.05, 56.07], [21, 57], [21.7, 57.58], [23.2, 57.05], [24.3, 57.2], [24.4, 57.88], [26, 57.85], [27.5, 57.5], [28.2, 56.1],
  [26.58, 55.68], [25.7, 56.15], [24.9, 56.44], [24.1, 56.26], [22.9, 56.4], [21.9, 56.32]];
const PL = [[19.6, 54.46], [22.8, 54.36], [23.3, 54.25], [23.5, 53.96], [23.9, 53.2], [23.6, 51.7], [18, 51.7], [17, 54.8], [18.8, 54.7]];
const RU = [[19.6, 54.46], [19.9, 54.95], [20.94, 55.28], [21.6, 55.19], [22.3, 55.06], [22.85, 54.85], [22.75, 54.6], [22.8, 54.36]];

const polygon = (ring) => ({ type: "MultiPolygon", coordinates: [[[...ring, ring[0]]]] });
const state = (id, name, ring) => ({
  type: "Feature", geometry: polygon(ring), properties: { id, name, kind: "sovereign", country: id, source: "rough" },
});
export const zones = {
  type: "FeatureCollection",
  features: [
    state("LT", "Lithuania", LT), state("BY", "Belarus", BY), state("LV", "Latvia", LV), state("PL", "Poland", PL), state("RU", "Russia", RU),
    {
      type: "Feature",
      geometry: polygon([[25.0, 54.55], [25.6, 54.55], [25.6, 54.8], [25.0, 54.8]]),
      properties: { id: "EYVI-CTR", name: "Vilnius CTR", kind: "watch", floor_m: 0, ceiling_m: 600 },
    },
    {
      type: "Feature",
      geometry: polygon([[24.3, 55.05], [24.62, 55.05], [24.62, 55.2], [24.3, 55.2]]),
      properties: { id: "EYR-2", name: "EYR2 Gaižiūnai", kind: "restricted", ceiling_m: 3000 },
    },
  ],
};

const place = (name, lat_deg, lon_deg, population, country = "LT") => ({ name, country, lat_deg, lon_deg, population });
export const places = [
  place("Vilnius", 54.687, 25.28, 542366), place("Kaunas", 54.9, 23.9, 374643), place("Klaipėda", 55.71, 21.13, 192307),
  place("Šiauliai", 55.93, 23.32, 130587), place("Panevėžys", 55.73, 24.36, 117395), place("Alytus", 54.4, 24.05, 70747),
  place("Jonava", 55.07, 24.28, 34446), place("Ukmergė", 55.25, 24.75, 28006), place("Kėdainiai", 55.29, 23.97, 32048),
  place("Nemenčinė", 54.85, 25.48, 5054), place("Šumskas", 54.62, 25.73, 919), place("Lentvaris", 54.64, 25.06, 11773),
  place("Švenčionys", 55.13, 26.16, 5684), place("Šalčininkai", 54.31, 25.39, 6722), place("Medininkai", 54.54, 25.66, 500),
  place("Rukla", 55.03, 24.38, 2098), place("Elektrėnai", 54.79, 24.66, 14050), place("Trakai", 54.64, 24.93, 5400),
  place("Minsk", 53.9, 27.57, 1742124, "BY"), place("Ashmyany", 54.42, 25.94, 14000, "BY"), place("Hrodna", 53.68, 23.83, 317365, "BY"),
  place("Lida", 53.89, 25.3, 98036, "BY"), place("Daugavpils", 55.88, 26.53, 111564, "LV"), place("Rīga", 56.95, 24.1, 742572, "LV"),
  place("Suwałki", 54.1, 22.93, 69639, "PL"), place("Kaliningrad", 54.71, 20.51, 434954, "RU"),
];

const sensor = (id, kind, name, lat_deg, lon_deg, period_s, range_max_m, extra = {}) => ({
  type: "Feature",
  geometry: lat_deg === null ? null : { type: "Point", coordinates: [lon_deg, lat_deg] },
  properties: { id, kind, name, lat_deg, lon_deg, period_s, coverage: { range_max_m, ...extra } },
});
export const sensors = {
  type: "FeatureCollection",
  features: [
    sensor("radar-vilnius", "radar", "Vilnius radar", 54.63, 25.15, 4, 70000),
    sensor("radar-east", "radar", "Gap filler east", 54.72, 25.55, 2, 28000, { azimuth_from_deg: 20, azimuth_to_deg: 200 }),
    sensor("mic-sumskas", "acoustic", "Šumskas microphones", 54.61, 25.69, 10, 4000),
    sensor("mic-lavoriskes", "acoustic", "Lavoriškės microphones", 54.74, 25.68, 10, 4000),
    sensor("df-nemencine", "radio_df", "Nemenčinė direction finder", 54.85, 25.47, 10, 25000),
    sensor("adsb-vilnius", "adsb", "Vilnius ADS-B receiver", 54.69, 25.28, 2, 200000),
    sensor("camera-keena", "camera", "Kena camera", 54.66, 25.63, 10, 6000, { azimuth_from_deg: 60, azimuth_to_deg: 150 }),
    sensor("people", "observer", "Citizens' reports", null, null, null, null),
  ],
};
