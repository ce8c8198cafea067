// A stand-in server for looking at the page: moving tracks, an incident that unfolds, sensors that fall silent. Development only.
import { places, sensors, zones } from "./ground.mjs";
import { decideSearch, planOf, searchOf } from "./search.mjs";
import { alarmsOf, channelsOf, decideWarning, draftsOf, hypothesesOf, settings, shiftOf, warned } from "./warning.mjs";

const START_S = Date.UTC(2025, 6, 28, 1, 30) / 1000;
const END_S = START_S + 3_600;
const clock = { now_s: START_S + 900, is_played: true, is_paused: false, is_at_end: false, speed: 5, start_s: START_S, end_s: END_S };
const clients = new Set();
const said = new Map();
const affiliations = new Map();
let isCut = false;

const move = (t, lat, lon, east, north) => [lat + (north * t) / 111_200, lon + (east * t) / (111_200 * Math.cos((lat * Math.PI) / 180))];

function track(track_id, t, lat0, lon0, east_mps, north_mps, sd, more = {}) {
  const [lat_deg, lon_deg] = move(t, lat0, lon0, east_mps, north_mps);
  const time_s = START_S + t;
  return {
    track_id, time_s, first_s: START_S, last_report_s: time_s, status: "confirmed", lat_deg, lon_deg, east_mps, north_mps,
    position_cov_m2: [sd * sd, 0.4 * sd * sd, 1.6 * sd * sd], velocity_cov_m2ps2: [4, 0, 4], n_reports: 40,
    affiliation: affiliations.get(track_id) ?? "unknown", ...more,
  };
}

const AIRLINERS = [
  ["RYR81QD", 54.3, 23.9, 160, 140, 10_700], ["BTI4KL", 55.4, 24.2, 60, -190, 8_200], ["LOT779", 54.1, 24.5, 130, 120, 9_450],
  ["WZZ21AB", 54.95, 25.9, -120, -40, 2_400], ["FIN1142", 55.9, 23.6, -20, 220, 11_300], ["LYCAB", 54.72, 24.9, 40, 10, 450],
  ["BTI6PT", 54.69, 25.19, 30, 60, 900], ["SAS1740", 55.2, 25.3, -200, 30, 10_100], ["DLH88F", 54.52, 24.4, 190, 80, 11_600],
];

function tracksAt(t) {
  const list = AIRLINERS.map(([callsign, lat, lon, e, n, alt], i) => track(100 + i, (t % 900) - 450, lat, lon, e, n, 20, {
    time_s: START_S + t, last_report_s: START_S + t - (i % 3), is_cooperative: true, alt_baro_m: alt,
    identity: { callsign, icao24: `50200${i}`, squawk: "2701" }, contributions: [{ sensor: "adsb-vilnius", n_reports: 300, last_s: START_S + t - (i % 3) }],
  }));
  const age = t % 4;
  if (t < 2_400) {
    list.push(track(7, t, 54.60, 26.0, -14.2, 3.4, 130, {
      alt_wgs84_m: 210, last_report_s: START_S + t - age, flags: [],
      contributions: [
        { sensor: "radar-east", n_reports: 122, last_s: START_S + t - age }, { sensor: "mic-sumskas", n_reports: 6, last_s: START_S + Math.min(t, 1_300) },
      ],
    }));
  }
  if (t < 1_900) list.push(track(9, t, 55.02, 26.3, -6, -9, 260, { status: "tentative", n_reports: 4 }));
  const lost = Math.max(0, t - 600);
  list.push(track(5, 600, 54.42, 25.75, -12, 4, 250 + lost * 4, {
    status: lost > 0 ? "lost" : "confirmed", time_s: START_S + t, last_report_s: START_S + Math.min(t, 600), alt_wgs84_m: 140,
    contributions: [{ sensor: "radar-east", n_reports: 31, last_s: START_S + Math.min(t, 600) }],
  }));
  return list;
}

function incidentsAt(t) {
  const now = START_S + t;
  const list = [];
  const fold = (incident) => ({ ...incident, ...(said.get(incident.incident_id) ?? {}), timeline: [...incident.timeline, ...(said.get(incident.incident_id)?.lines ?? [])] });
  if (t > 700) {
    const isRed = t > 1_150;
    list.push(fold({
      incident_id: "I-0003", title: isRed ? "Unidentified track 7 in the airspace of Lithuania" : "Track 7 approaches the border of Lithuania", status: "open",
      level: isRed ? "red" : "yellow", highest_level: isRed ? "red" : "yellow", first_report_s: START_S + 640, opened_s: START_S + 700, changed_s: now,
      track_ids: [7], lost_track_ids: [], lat_deg: 54.62, lon_deg: 25.7,
      findings: isRed ? [{
        finding_id: "incursion-7-1", rule: "incursion", state: "updated", severity: "red", time_s: now, raised_s: START_S + 1_150, probability: 0.97,
        title: "Track 7 is inside Lithuania", reasons: ["97 % of its position spread lies inside Lithuania", "It came from Belarus", "It gives no identity"], track_id: 7,
        detail: { type: "crossing", zone_id: "LT", from_country: "BY", time_s: START_S + 1_149, time_sd_s: 9, lat_deg: 54.636, lon_deg: 25.745, position_sd_m: 140, depth_m: (t - 1_150) * 14, inside_s: t - 1_150 },
      }] : [],
      timeline: [
        { time_s: START_S + 640, what: "report", text: "Neighbour's cue: one slow aircraft west of Ashmyany, heading west" },
        { time_s: START_S + 700, what: "opened", text: "Track 7 reaches the border of Lithuania in 7 min if it keeps on" },
        ...(isRed ? [{ time_s: START_S + 1_150, what: "level", text: "Red: 97 % inside Lithuania, crossed near Šumskas" }] : []),
      ],
    }));
  }
  if (t > 500) {
    list.push(fold({
      incident_id: "I-0002", title: "Track 5 lost near Šalčininkai", status: "open", level: "yellow", highest_level: "yellow", first_report_s: START_S + 320,
      opened_s: START_S + 420, changed_s: START_S + 600, track_ids: [5], lost_track_ids: [5], search: t > 640 ? searchOf("I-0002", tracksAt(620).find((one) => one.track_id === 5), now) : null, acknowledged_s: START_S + 450, acknowledged_by: "R. Kazlauskas",
      timeline: [
        { time_s: START_S + 420, what: "opened", text: "Track 5 skirts the border of Lithuania" },
        { time_s: START_S + 450, what: "acknowledged", text: "Acknowledged", officer: "R. Kazlauskas" },
        { time_s: START_S + 600, what: "lost", text: "Track 5 lost 9 km south-east of Šalčininkai" },
      ],
    }));
  }
  list.push(fold({
    incident_id: "I-0001", title: "Bird flock near Elektrėnai", status: "closed", level: "white", highest_level: "yellow", first_report_s: START_S - 3_000,
    opened_s: START_S - 2_960, changed_s: START_S - 2_000, acknowledged_s: START_S - 2_900, acknowledged_by: "R. Kazlauskas", closed_s: START_S - 2_000, disposition: "bird",
    timeline: [{ time_s: START_S - 2_000, what: "closed", text: "Closed: a flock seen by camera", officer: "R. Kazlauskas" }],
  }));
  return list.map((incident) => warned(incident, now));
}

function healthAt(t) {
  return sensors.features.map(({ properties: { id, period_s } }) => {
    const state = id === "mic-lavoriskes" && t > 1_000 ? "silent" : id === "camera-keena" ? "late" : id === "people" ? "unknown" : "ok";
    const age = { silent: t - 900, late: 26, unknown: 300, ok: t % (period_s ?? 10) }[state];
    return {
      sensor: id, state, last_report_s: START_S + t - age, n_reports: Math.round(t / (period_s ?? 60)), rate_hz: 1 / (period_s ?? 60),
      reason: { silent: "Nothing for 9 periods of 10 s", late: "Nothing for 26 s, expected every 10 s", unknown: "", ok: "" }[state],
    };
  });
}

const OBSERVATIONS = [
  { kind: "cue", sensor: "neighbour", time_s: START_S + 640, area: [[25.75, 54.5], [26.1, 54.45], [26.15, 54.68], [25.85, 54.72]], valid_until_s: START_S + 3_000, text: "One slow aircraft west of Ashmyany" },
  { kind: "bearing", sensor: "df-nemencine", time_s: START_S + 860, azimuth_deg: 148, azimuth_sd_deg: 3, range_max_m: 40_000, medium: "radio" },
  { kind: "bearing", sensor: "mic-sumskas", time_s: START_S + 880, azimuth_deg: 82, azimuth_sd_deg: 6, range_max_m: 6_000, medium: "acoustic" },
  { kind: "presence", sensor: "mic-sumskas", time_s: START_S + 895, radius_m: 4_000, medium: "acoustic" },
  { kind: "sighting", sensor: "people", time_s: START_S + 890, lat_deg: 54.645, lon_deg: 25.66, sense: "heard", azimuth_deg: 95, reporter: "112", text: "Like a moped in the sky, from the east" },
  { kind: "sighting", sensor: "people", time_s: START_S + 1_260, lat_deg: 54.66, lon_deg: 25.58, sense: "both", azimuth_deg: 120, reporter: "112", text: "Low, dark, buzzing" },
];

function update(isReset, sinceS = -Infinity) {
  const t = clock.now_s - START_S;
  const seen = OBSERVATIONS.filter((o) => o.time_s <= clock.now_s && (isReset || o.time_s > sinceS));
  const [tracks, incidents, health] = [tracksAt(t), incidentsAt(t), healthAt(t)];
  return {
    clock: { ...clock }, is_reset: isReset, tracks, findings: [], incidents, health,
    alarms: alarmsOf(incidents, health, clock.now_s), drafts: draftsOf(incidents, tracks, clock.now_s), channels: channelsOf(clock.now_s), suppressions: settings.suppressions, hand_overs: settings.handOvers,
    feeds: isReset ? [{ feed: "asterix-vilnius", is_connected: true, n_reports: 10_233, n_bytes: 1_203_222 }, { feed: "citizens", is_connected: true, n_reports: 2, malformed: { "not JSON": 1 } }] : [],
    observations: seen, refused: [],
  };
}

function decide(decision) {
  const id = decision.incident_id;
  if (decision.action === "affiliate") return void affiliations.set(decision.track_id, decision.affiliation);
  const kept = { lines: [], ...(said.get(id) ?? {}) };
  const line = (what, text) => kept.lines.push({ time_s: clock.now_s, what, text, officer: decision.officer });
  if (decision.action === "acknowledge") Object.assign(kept, { acknowledged_s: clock.now_s, acknowledged_by: decision.officer }), line("acknowledged", "Acknowledged");
  if (decision.action === "comment") line("comment", decision.text);
  if (decision.action === "dispose") kept.disposition = decision.disposition, line("disposition", `Disposition: ${decision.disposition}`);
  if (decision.action === "close") Object.assign(kept, { status: "closed", closed_s: clock.now_s }), line("closed", "Closed");
  if (decision.action === "reopen") Object.assign(kept, { status: "open", closed_s: null }), line("reopened", "Opened again");
  const found = searchIn(id);
  const text = found && decideSearch(found.search, decision, clock.now_s);
  if (text) line("search", text);
  said.set(id, kept);
}

const searchIn = (id) => incidentsAt(clock.now_s - START_S).find((incident) => incident.incident_id === id && incident.search);

async function answerSearch(request, url, json) {
  const [, , , id, , what] = url.pathname.split("/");
  const incident = searchIn(decodeURIComponent(id));
  if (!incident) return json({ error: "this incident has lost no track" }, 404);
  if (what === "order") return decide({ action: "order", incident_id: id, ...(await body(request)) }), json({ entry: 1 });
  if (what === "tracks") return decide({ action: "mark_searched", incident_id: id, officer: url.searchParams.get("officer"), asset: url.searchParams.get("asset"), sector: url.searchParams.get("sector"), hours: 2 }), json({ entry: 1 });
  if (what === "export") return json({ error: "the fixture writes no files" }, 404);
  await new Promise((done) => setTimeout(done, 1_200));
  return json(planOf(incident, clock.now_s));
}

function outlook(id) {
  const found = tracksAt(clock.now_s - START_S).find((t) => t.track_id === id);
  if (!found) return null;
  return {
    track_id: id, time_s: clock.now_s, inside: [{ country: "LT", probability: 0.97 }, { country: "BY", probability: 0.03 }],
    border: { type: "ahead", zone_id: "LT", distance_m: 3_200, in_s: 228, in_sd_s: 15 },
    towns: [
      { ...places[10], distance_m: 3_400, closest_m: 800, in_s: 190 }, { ...places[9], distance_m: 18_000, closest_m: 6_100, in_s: 940 },
      { ...places[0], distance_m: 31_000, closest_m: 4_300, in_s: 2_020 },
    ],
    why: ["It gives no identity and no neighbour claims it.", "97 % of its position spread lies inside Lithuania.", "Two sensors see it: Gap filler east and Šumskas microphones."],
  };
}

const body = (request) => new Promise((done) => {
  let text = "";
  request.on("data", (chunk) => (text += chunk));
  request.on("end", () => { try { done(text ? JSON.parse(text) : {}); } catch { done({}); } });
});

async function answer(request, response) {
  const url = new URL(request.url, "http://fixture");
  const json = (value, status = 200) => { response.writeHead(status, { "content-type": "application/json" }); response.end(JSON.stringify(value)); };
  if (isCut && !url.pathname.startsWith("/api/fixture")) return response.destroy();
  switch (true) {
    case url.pathname === "/api/me": return json({ is_open: true, name: "", scopes: ["read", "decide", "supervise", "feed", "engineer", "investigate", "administer"] });
    case url.pathname === "/api/desk": return json({ title: "Vilnius sector", country: "LT", is_exercise: true, version: "0.1.0", approvals_needed: settings.approvalsNeeded, channels: ["cap_file", "tak", "mail", "public_page"], views: [{ name: "live", clock }] });
    case url.pathname === "/api/picture": return json(update(true));
    case url.pathname === "/api/map/zones.geojson": return json(zones);
    case url.pathname === "/api/map/sensors.geojson": return json(sensors);
    case url.pathname === "/api/map/places.json": return json(places);
    case url.pathname.startsWith("/api/tracks/"): return json(outlook(Number(url.pathname.split("/")[3])) ?? { error: "no such track" });
    case /^\/api\/incidents\/[^/]+\/search/.test(url.pathname): return answerSearch(request, url, json);
    case /^\/api\/incidents\/[^/]+$/.test(url.pathname): return json(incidentsAt(clock.now_s - START_S).find((one) => one.incident_id === decodeURIComponent(url.pathname.split("/")[3])) ?? { error: "no such incident" });
    case /^\/api\/incidents\/[^/]+\/hypotheses$/.test(url.pathname): return json(hypothesesOf(incidentsAt(clock.now_s - START_S).find((one) => one.incident_id === decodeURIComponent(url.pathname.split("/")[3])), clock.now_s));
    case url.pathname === "/api/shift": { const t = clock.now_s - START_S; return json(shiftOf(incidentsAt(t), healthAt(t), clock.now_s)); }
    case url.pathname === "/api/alarms/log": return json(settings.log);
    case url.pathname === "/api/fixture/approvals": settings.approvalsNeeded = (await body(request)).needed; return json({});
    case url.pathname === "/api/decisions": {
      const decision = await body(request);
      const refused = decideWarning(decision, clock.now_s);
      if (refused === undefined) decide(decision);
      return refused ? json(refused[1], refused[0]) : json({ entry: 1 }, 201);
    }
    case url.pathname.endsWith("/play"): {
      const { speed, is_paused, jump_to_s } = await body(request);
      if (speed !== undefined) clock.speed = speed;
      if (is_paused !== undefined) clock.is_paused = is_paused;
      if (jump_to_s !== undefined) { clock.now_s = jump_to_s; for (const client of clients) client.isFresh = true; }
      return json({});
    }
    case url.pathname === "/api/replay": return json({});
    case url.pathname === "/api/fixture/cut": isCut = (await body(request)).is_cut; if (isCut) for (const client of clients) client.response.destroy(); return json({});
    case url.pathname === "/api/stream":
      response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
      { const client = { response, isFresh: true }; clients.add(client); response.on("close", () => clients.delete(client)); }
      return undefined;
    default: return json({ error: "no such path" }, 404);
  }
}

export function fixture() {
  return {
    name: "sargas-fixture",
    configureServer(server) {
      let last = clock.now_s;
      setInterval(() => {
        if (!clock.is_paused) clock.now_s = Math.min(END_S, clock.now_s + 0.5 * clock.speed);
        clock.is_at_end = clock.now_s >= END_S;
        for (const client of clients) {
          client.response.write(`data: ${JSON.stringify(update(client.isFresh, last))}\n\n`);
          client.isFresh = false;
        }
        last = clock.now_s;
      }, 500).unref();
      server.middlewares.use((request, response, next) => {
        if (request.url.startsWith("/api/")) return void answer(request, response);
        const page = /^\/(wall|shift)$/.exec(request.url.split("?")[0]);
        if (page) request.url = `/${page[1]}.html`;
        // The server answers every path below /search/ with the one page.
        if (/^\/search\/[^/.]+$/.test(request.url.split("?")[0])) request.url = "/search.html";
        return next();
      });
    },
  };
}
