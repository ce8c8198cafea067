// A stand-in for the search of incident I-0002: a plan of the right shape with plausible figures, nothing reckoned. Development only.
const BEST = [25.3, 54.47];
const COURSE_DEG = 291;
const M_PER_DEG = 111_200;

const state = new Map();
/** What was decided of one search; `lost_s` is the last report of the track. */
export function searchOf(id, track, now_s) {
  if (!state.has(id)) {
    state.set(id, {
      losses: [{ track, declared_s: track.last_report_s + 40, watching: [{ sensor: "radar-vilnius", from_s: track.last_report_s, until_s: null }] }],
      clues: [
        { clue_id: "c-1", kind: "sighting", reliability: 0.6, received_s: track.last_report_s + 200, time_s: track.last_report_s + 150, lat_deg: 54.45, lon_deg: 25.48, radius_m: 1_000, text: "A moped in the sky, then it stopped", by: "112" },
        { clue_id: "c-2", kind: "bang", reliability: 0.2, received_s: track.last_report_s + 500, time_s: null, lat_deg: 54.52, lon_deg: 25.2, radius_m: 3_000, text: "", by: "Lt. Kazlauskas" },
      ],
      settings: { kinds: {}, fates: {}, conducts: {}, wind: null, take_off: null, height_agl_m: null, cover: "mixed", light: "day", assets: [
        { asset_id: "Foot team 1", kind: "foot_team", hours: 8, available_s: null, speed_mps: null, sweep_width_m: null },
        { asset_id: "Camera drone 1", kind: "camera_drone", hours: 3, available_s: null, speed_mps: null, sweep_width_m: null },
      ], sector_hours: 4 },
      generation: 0, ordered_s: null, sectors: [], searched: [], finds: [], ended_s: null, changed_s: now_s,
    });
  }
  return state.get(id);
}

const at = (east_m, north_m) => [BEST[0] + east_m / (M_PER_DEG * Math.cos((BEST[1] * Math.PI) / 180)), BEST[1] + north_m / M_PER_DEG];
/** East and north of a place `along` the course and `across` it to the right. */
const turned = (along, across) => {
  const a = (COURSE_DEG * Math.PI) / 180;
  return at(along * Math.sin(a) + across * Math.cos(a), along * Math.cos(a) - across * Math.sin(a));
};

const SHARES = [[0.5, 2_600, 1_150], [0.75, 4_900, 2_100], [0.9, 8_000, 3_300], [0.95, 10_800, 4_300]];
const contour = ([share, long, wide]) => ({
  share, area_m2: Math.PI * long * wide,
  polygons: [[Array.from({ length: 72 }, (_, i) => {
    const t = (i / 72) * 2 * Math.PI;
    const swell = 1 + 0.07 * Math.sin(3 * t + share * 4);
    return turned(long * Math.cos(t) * swell - (long - 2_600) * 0.35, wide * Math.sin(t) * swell);
  })]],
});

function sectorsOf(kept) {
  const [long, wide] = [1_350, 1_050];
  const sectors = [];
  for (let i = -5; i < 5; i++) {
    for (let j = -3; j < 3; j++) {
      const [x, y] = [(i + 0.5) * long - 1_100, (j + 0.5) * wide];
      const weight = Math.exp(-((x + 1_100) ** 2 / (2 * 3_200 ** 2) + y ** 2 / (2 * 1_300 ** 2)));
      if (weight < 0.03) continue;
      const wiggle = (u, v) => turned(u + 120 * Math.sin(v / 400), v + 90 * Math.sin(u / 500));
      const corners = [[-0.5, -0.5], [0, -0.5], [0.5, -0.5], [0.5, 0], [0.5, 0.5], [0, 0.5], [-0.5, 0.5], [-0.5, 0]];
      const [lon_deg, lat_deg] = turned(x, y);
      sectors.push({ weight, ring: corners.map(([u, v]) => wiggle(x + u * long, y + v * wide)), lat_deg, lon_deg, area_m2: long * wide, cover: ["open", "mixed", "forest"][(i + j + 30) % 3] });
    }
  }
  sectors.sort((a, b) => b.weight - a.weight);
  const total = sectors.reduce((sum, s) => sum + s.weight, 0);
  sectors.forEach((sector, i) => {
    sector.name = `A-${String(i + 1).padStart(2, "0")}`;
    const nHours = kept.searched.filter((s) => s.sector === sector.name).reduce((sum, s) => sum + (s.hours ?? 4), 0);
    sector.pod = 1 - Math.exp(-nHours / 4);
    sector.poc = (0.83 * sector.weight) / total * (1 - sector.pod);
    sector.p_per_hour = sector.poc * 0.21;
    Object.assign(sector, { hours: 4 * (1 - 0.5 * sector.pod), is_ordered: kept.ordered_s !== null, mgrs: `35U MV ${String(10_000 + i * 731).slice(0, 5)} ${String(38_000 + i * 457).slice(0, 5)}` });
  });
  [...sectors].sort((a, b) => b.p_per_hour - a.p_per_hour).forEach((sector, i) => (sector.rank = i + 1));
  return sectors.map(({ weight, ...sector }) => sector);
}

const FATES = [
  ["glided", "It glided down after its engine failed", 0.22, 0.38, "A caller heard the engine stop; at 140 m it glides 1 to 2 km."],
  ["landed", "Its power ended and it came down by itself", 0.3, 0.27, "It had flown for at least two hours; a Gerbera carries fuel for about four."],
  ["fell", "It fell", 0.16, 0.13, "Nobody heard a bang close by."],
  ["left", "It left the country", 0.14, 0.09, "It flew away from the border and no sensor there saw it."],
  ["obstacle", "It hit an obstacle", 0.06, 0.08, "It flew at 140 m; forests and a mast lie on its course."],
  ["flying", "It still flies", 0.09, 0.03, "Vilnius radar would have seen it go on with 92 % in each turn."],
  ["never", "It was never there", 0.03, 0.02, "Three sensors agreed on it."],
];
const CONDUCTS = [
  ["course", "On course", 0.5, 0.63, "It had kept its course for nine minutes."], ["wander", "Astray, as one that is jammed", 0.25, 0.2, "Jamming of satellite navigation was reported that night."],
  ["orbit", "Circling", 0.1, 0.08, "No turn was seen."], ["return", "Back to where it came from", 0.05, 0.04, "No sensor to the east saw it."], ["drift", "With the wind", 0.1, 0.05, "It was faster than the wind."],
];

function hypotheses(rows, set) {
  const given = rows.reduce((sum, [id]) => sum + (set[id] ?? 0), 0);
  const rest = rows.filter(([id]) => set[id] === undefined).reduce((sum, row) => sum + row[3], 0);
  return rows.map(([id, title, prior, probability, why]) => ({
    id, title, why, prior: set[id] ?? prior, is_set: set[id] !== undefined, probability: set[id] ?? (probability * (1 - given)) / (rest || 1),
  }));
}

export function planOf(incident, now_s) {
  const kept = incident.search;
  const sectors = sectorsOf(kept);
  const fates = hypotheses(FATES, kept.settings.fates);
  const share = (id) => fates.find((fate) => fate.id === id).probability;
  const assets = kept.settings.assets;
  const order = [...sectors].sort((a, b) => a.rank - b.rank);
  const nHours = assets.reduce((sum, asset) => sum + asset.hours, 0);
  const pos = 0.8 * (1 - Math.exp(-nHours / 14));
  const best = order[0];
  return {
    incident_id: incident.incident_id, track_id: kept.losses[0].track.track_id, key: String(kept.changed_s), now_s, loss: kept.losses[0], settings: kept.settings,
    kinds: { gerbera: 0.71, shahed: 0.16, orlan: 0.09, quadcopter: 0.04 }, fates, conducts: hypotheses(CONDUCTS, kept.settings.conducts),
    p_there: 1 - share("flying") - share("left") - share("never"), p_flying: share("flying"), best_lat_deg: best.lat_deg, best_lon_deg: best.lon_deg, best_mgrs: "35U MV 90168 37145",
    cells: { lat0_deg: BEST[1], lon0_deg: BEST[0], x_m: [], y_m: [], size_m: [], lat_deg: [], lon_deg: [], poc: [] },
    contours: SHARES.map(contour), sectors,
    assignments: assets.flatMap(({ asset_id, hours }, i) => [0, 1, 2].map((n) => ({ asset_id, sector: order[(3 * i + n) % order.length].name, hours: hours / 3, pod: 0.5, pos: 0.11 / (n + i + 1) }))),
    pos, expected_h: assets.length ? nHours * 0.42 : null, success: assets.length ? Array.from({ length: 25 }, (_, i) => ({ hours: (nHours * i) / 24, pos: 0.8 * (1 - Math.exp(-((nHours * i) / 24) / 14)) })) : [],
    worth: assets.map(({ asset_id, hours }) => ({ asset_id, pos_without: 0.8 * (1 - Math.exp(-(nHours - hours) / 14)), expected_h_without: (nHours - hours) * 0.5 || null })),
    clues: kept.clues.map((clue) => ({ clue, probability: clue.reliability * 0.9, why: clue.kind === "bang" ? "It lies 7 km off every likely path." : "It lies under the course, at the right time." })),
    silences: [{ sensor: "radar-vilnius", p_detect_look: 0.92, until_s: now_s, why: "it would have seen it at 140 m with 92 % in each turn; 140 turns without a plot speak against flying on." }],
    searched: kept.searched, finds: kept.finds, is_found: kept.finds.some((find) => find.is_it), is_ordered: kept.ordered_s !== null,
    hazard_m: 500, hazard: "It may carry explosives. Only bomb disposal may go near; call 112 and wait upwind.",
    why: ["The last certain report placed it 9 km south-east of Šalčininkai, flying 291° at 46 km/h.", "Vilnius radar worked and did not see it again.", "A caller heard an engine stop under its course."],
    country: "LT", title: `Track ${kept.losses[0].track.track_id} lost near Šalčininkai`, is_exercise: true,
  };
}

/** Take a decision over; returns the line of the timeline, undefined for a decision that is none of a search. */
export function decideSearch(kept, decision, now_s) {
  const { action, officer, incident_id, ...rest } = decision;
  const done = (text) => { kept.changed_s = now_s + Math.random() / 1_000; return text; };
  switch (action) {
    case "plan_search": kept.settings = { ...kept.settings, ...rest.settings }; return done("Search map set anew");
    case "add_clue": kept.clues.push({ clue_id: `c-${kept.clues.length + 1}`, received_s: now_s, by: officer, ...rest }); return done(`Clue: ${rest.kind}`);
    case "weigh_clue": kept.clues = kept.clues.map((clue) => (clue.clue_id === rest.clue_id ? { ...clue, reliability: rest.reliability } : clue)); return done("Clue weighed");
    case "mark_searched": kept.searched.push({ searched_id: `s-${kept.searched.length + 1}`, by: officer, time_s: now_s, ...rest }); return done(`Searched: ${rest.sector || "paths"}`);
    case "report_find": kept.finds.push({ find_id: `f-${kept.finds.length + 1}`, by: officer, time_s: now_s, ...rest }); return done(`Found: ${rest.what}`);
    case "end_search": kept.ended_s = now_s; return done("Search ended");
    case "order": kept.ordered_s = now_s; kept.ended_s = null; return done("Search ordered");
    default: return undefined;
  }
}
