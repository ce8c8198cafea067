// A stand-in for warnings and alarms: a draft that follows track 7, an outbox that delivers by and by, alarms that can be set aside. Development only.
const M_PER_DEG = 111_200;
const state = { approvalsNeeded: 1, incidents: new Map(), alarms: new Map(), suppressions: [], handOvers: [], log: [], draftOff: 0 };
export const settings = state;

const of = (id) => {
  if (!state.incidents.has(id)) state.incidents.set(id, { edited: null, revision: 0, warnings: [], clock: {}, decided_entry: 0 });
  return state.incidents.get(id);
};

function area(track, now_s) {
  const wide = 3_500 + (now_s % 600);
  const ahead = 16_000;
  const speed = Math.hypot(track.east_mps, track.north_mps);
  const [e, n] = [track.east_mps / speed, track.north_mps / speed];
  const at = (along, across) => [
    Number((track.lon_deg + (e * along + n * across) / (M_PER_DEG * Math.cos((track.lat_deg * Math.PI) / 180))).toFixed(6)), Number((track.lat_deg + (n * along - e * across) / M_PER_DEG).toFixed(6)),
  ];
  const ring = [at(-2_000, -wide / 2), at(-2_000, wide / 2), at(ahead / 2, wide * 1.1), at(ahead, wide * 1.6), at(ahead * 1.12, 0), at(ahead, -wide * 1.6), at(ahead / 2, -wide * 1.1)];
  return [...ring, ring[0]];
}

const WORDS = {
  red: [
    { language: "lt", headline: "ORO PAVOJUS: neatpažintas objektas oro erdvėje", description: "Nuo 04:45 virš Vilniaus rajono skrenda neatpažintas orlaivis, kryptis į vakarus.", instruction: "Eikite į artimiausią slėptuvę arba rūsį. Laikykitės atokiau nuo langų. Radę nuolaužų, nelieskite ir skambinkite 112.", area: "Vilniaus rajonas: Šumskas, Kena, Mickūnai; Vilniaus miesto rytinė dalis" },
    { language: "en", headline: "AIR DANGER: unidentified object in the airspace", description: "Since 04:45 an unidentified aircraft has been flying over Vilnius district, heading west.", instruction: "Go to the nearest shelter or cellar. Keep away from windows. If you find wreckage, do not touch it and call 112.", area: "Vilnius district: Šumskas, Kena, Mickūnai; the eastern part of the city of Vilnius" },
  ],
};
WORDS.yellow = WORDS.red.map((text) => ({ ...text, headline: text.headline.replace("ORO PAVOJUS", "ORO PAVOJUS GALIMAS").replace("AIR DANGER: unidentified object in the airspace", "AIR DANGER POSSIBLE: unidentified object near the border") }));
WORDS.white = [
  { language: "lt", headline: "ORO PAVOJUS ATŠAUKTAS", description: "Pavojaus nebėra.", instruction: "Galite grįžti prie įprastos veiklos.", area: WORDS.red[0].area },
  { language: "en", headline: "ALL CLEAR: the air danger is over", description: "The danger is over.", instruction: "You may return to what you were doing.", area: WORDS.red[1].area },
];

export function draftsOf(incidents, tracks, now_s) {
  return incidents.filter((one) => one.incident_id === "I-0003").map((incident) => {
    const track = tracks.find((one) => one.track_id === 7);
    const level = track ? incident.level : "white";
    const made_s = Math.floor(now_s / 20) * 20;
    const ring = track ? area(track, made_s) : area({ lon_deg: 25.2, lat_deg: 54.66, east_mps: -14, north_mps: 3 }, 0);
    return {
      incident_id: incident.incident_id, draft: {
        incident_id: incident.incident_id, made_s, content: { level, rings: [ring], texts: WORDS[level], expires_s: Math.ceil(now_s / 600) * 600 + 5_400 },
        area_m2: 214_000_000, population: 41_300, track_ids: [7],
        in_the_way: [
          { kind: "town", name: "Šumskas", country: "LT", lat_deg: 54.62, lon_deg: 25.73, probability: 0.93, arrival_s: [now_s + 60, now_s + 130, now_s + 260], population: 919 },
          { kind: "point", name: "Kena border station", country: "LT", lat_deg: 54.66, lon_deg: 25.62, probability: 0.71, arrival_s: [now_s + 240, now_s + 340, now_s + 520], what: "railway_station" },
          { kind: "municipality", name: "Vilnius district", country: "LT", lat_deg: 54.7, lon_deg: 25.4, probability: 0.97, arrival_s: [now_s - 30, now_s, now_s + 30], population: 105_000 },
          { kind: "town", name: "Vilnius", country: "LT", lat_deg: 54.687, lon_deg: 25.28, probability: 0.38, arrival_s: [now_s + 1_500, now_s + 1_900, now_s + 2_700], population: 542_366 },
          { kind: "town", name: "Lentvaris", country: "LT", lat_deg: 54.64, lon_deg: 25.06, probability: 0.11, arrival_s: [now_s + 2_600, now_s + 3_100, now_s + 4_400], population: 11_773 },
        ],
        why: ["Track 7 is inside Lithuania with 97 %.", "It flies west at 53 km/h; a track of its kind turns by up to 20 degrees in ten minutes.", "The area holds 95 % of where it can be in the next 20 minutes."],
      },
    };
  });
}

const lostOf = (incident, now_s) => (incident.lost_track_ids ?? []).map((track_id) => ({
  track_id, last_report_s: incident.changed_s, lat_deg: 54.44, lon_deg: 25.64, speed_mps: 13, course_deg: 290, flies_until_s: incident.changed_s + 5_400, kind: "small fixed-wing, Gerbera or like it", sensors: ["radar-vilnius"],
})).filter((one) => one.flies_until_s > now_s);

/** Put what the fixture knows of warnings on an incident. */
export function warned(incident, now_s) {
  const own = of(incident.incident_id);
  const pending = own.warnings.find((one) => one.sent_s !== null);
  const lost = lostOf(incident, now_s);
  for (const warning of own.warnings) deliver(warning, now_s);
  const delivered = own.warnings.flatMap((one) => one.deliveries).filter((one) => one.fate === "delivered").map((one) => one.time_s);
  return {
    ...incident, lost, priority: incident.level === "red" ? "high" : "medium", alarmed_s: incident.opened_s, alarmed_for: incident.level === "red" ? "It rose to red: it is in the airspace" : "It is new", kind: "gerbera",
    warning: { edited: own.edited, revision: own.revision, warnings: own.warnings }, decided_entry: own.decided_entry,
    clock: {
      first_report_s: incident.first_report_s, first_track_s: incident.first_report_s + 8, first_alarm_s: incident.opened_s, acknowledged_s: incident.acknowledged_s ?? null,
      drafted_s: incident.incident_id === "I-0003" ? incident.opened_s + 1 : null, approved_s: own.clock.approved_s ?? null, sent_s: pending?.sent_s ?? null, delivered_s: delivered.length > 0 ? Math.min(...delivered) : null,
    },
  };
}

function deliver(warning, now_s) {
  if (warning.sent_s === null) return;
  const age = now_s - warning.sent_s;
  const to = (channel, after, text) => ({ channel, fate: age > after ? "delivered" : "trying", n_attempts: 1, time_s: warning.sent_s + Math.min(age, after), text: age > after ? text : "", stands_in_for: "" });
  warning.deliveries = [
    to("cap_file", 1, "written as 2025/LT-2025-07-28-01.xml"), to("tak", 2, "the server took 3 events"), to("public_page", 2, "200 OK"),
    { channel: "mail", fate: age > 60 ? "given_up" : "failed", n_attempts: Math.max(1, Math.floor(age / 10)), time_s: now_s, text: "connection refused by mail.example.org:587", stands_in_for: "" },
    ...(age > 15 ? [{ ...to("webhook", 16, "202 Accepted"), stands_in_for: "mail" }] : []),
  ];
}

export function alarmsOf(incidents, health, now_s) {
  const list = [];
  for (const incident of incidents) {
    if (incident.status === "closed") continue;
    list.push({
      alarm_id: `incident:${incident.incident_id}`, source: "incident", subject: incident.incident_id, priority: incident.priority, state: incident.acknowledged_s == null ? "unacknowledged" : "acknowledged",
      title: incident.title, reason: incident.alarmed_for, first_s: incident.opened_s, raised_s: incident.opened_s + (incident.level === "red" ? 1 : 0), n_raised: incident.level === "red" ? 2 : 1, kind: "gerbera", acknowledged_s: incident.acknowledged_s ?? null, acknowledged_by: incident.acknowledged_by ?? "",
    });
  }
  for (const one of health) {
    if (one.state !== "silent") continue;
    list.push({ alarm_id: `sensor:${one.sensor}`, source: "sensor", subject: one.sensor, priority: "low", state: "unacknowledged", title: "Lavoriškės microphones are silent", reason: "Nothing for 9 periods of 10 s", first_s: one.last_report_s + 90, raised_s: one.last_report_s + 90, n_raised: 1 });
  }
  list.push({ alarm_id: "channel:mail", source: "channel", subject: "mail", priority: "medium", state: "unacknowledged", title: "Channel mail does not answer", reason: "connection refused by mail.example.org:587", first_s: now_s - 400, raised_s: now_s - 400, n_raised: 1 });
  return list.map((alarm) => ({ ...alarm, shelved: null, suppressed_by: state.suppressions.find((one) => one.source === alarm.source && alarm.priority !== "high" && (!one.subject || one.subject === alarm.subject) && (!one.kind || one.kind === alarm.kind))?.suppression_id ?? "", ...(state.alarms.get(alarm.alarm_id) ?? {}) }));
}

export const channelsOf = (now_s) => [
  { channel: "cap_file", is_alive: true, changed_s: now_s - 4_000, text: "", last_delivered_s: null }, { channel: "tak", is_alive: true, changed_s: now_s - 4_000, text: "", last_delivered_s: null },
  { channel: "mail", is_alive: false, changed_s: now_s - 400, text: "connection refused by mail.example.org:587", last_delivered_s: null },
];

export const hypothesesOf = (incident, now_s) => (incident.lost_track_ids ?? []).flatMap((track_id, i) => {
  const gone = Math.min(1, (now_s - incident.changed_s) / 5_400);
  const flying = 0.62 * (1 - gone);
  return [
    { track_id, last_report_s: incident.changed_s, flying, left: 0.14, landed: 0.1, crashed: 1 - flying - 0.24, flies_until_s: incident.changed_s + 5_400, text: "Radar Vilnius would have seen it above 150 m and did not.", explained: "" },
    ...(i === 0 ? [{ track_id: 11, last_report_s: incident.changed_s - 900, flying: 0, left: 0.86, landed: 0.05, crashed: 0.09, flies_until_s: incident.changed_s, text: "It was heading out, 900 m from the border.", explained: "" }] : []),
  ];
});

export function shiftOf(incidents, health, now_s) {
  const open = incidents.filter((one) => one.status === "open");
  const alarms = alarmsOf(incidents, health, now_s);
  return {
    from_s: now_s - 14_400, to_s: now_s,
    incidents: open.map((one) => ({ ...one, age_s: now_s - one.opened_s, n_tracks: one.track_ids.length, disposition: one.disposition ?? "undecided" })),
    warnings: open.flatMap((one) => one.warning.warnings.filter((w) => w.sent_s).slice(-1).map((w) => ({ warning_id: w.warning_id, incident_id: one.incident_id, level: w.content.level, headline: w.content.texts[1].headline, sent_s: w.sent_s, sent_by: w.sent_by, expires_s: w.content.expires_s, undelivered: w.deliveries.filter((d) => d.fate !== "delivered"), is_exercise: true }))),
    pending: open.flatMap((one) => one.warning.warnings.filter((w) => !w.sent_s && !w.withdrawn_s).map((w) => ({ warning_id: w.warning_id, incident_id: one.incident_id, level: w.content.level, approved_by: w.approvals.map((a) => a.officer), n_missing: w.n_needed - w.approvals.length }))),
    still_flying: open.flatMap((one) => one.lost.map((lost) => ({ incident_id: one.incident_id, lost }))),
    alarms: alarms.filter((one) => !one.shelved && !one.suppressed_by), shelved: alarms.filter((one) => one.shelved), quiet: alarms.filter((one) => one.suppressed_by), suppressions: state.suppressions,
    sensors: health.filter((one) => one.state !== "ok" && one.state !== "unknown"), channels: channelsOf(now_s).filter((one) => !one.is_alive),
    rates: { from_s: now_s - 14_400, to_s: now_s, n_heard: 9, per_hour: 2.25, flooded_share: 0, n_stale: 0, n_chattering: 1 },
    deeds: open.flatMap((one) => one.timeline.filter((item) => item.officer).map((item) => ({ time_s: item.time_s, officer: item.officer, about: one.incident_id, what: item.what, text: item.text }))), n_deeds_left_out: 0, hand_overs: state.handOvers,
  };
}

let entry = 1;
/** Take a decision; return [status, answer]. */
export function decideWarning(decision, now_s) {
  const { action, officer } = decision;
  if (decision.incident_id) of(decision.incident_id).decided_entry = ++entry;
  const own = decision.incident_id ? of(decision.incident_id) : null;
  const warning = own?.warnings.find((one) => one.warning_id === decision.warning_id);
  if (decision.alarm_id || action.endsWith("_alarms") || action === "end_suppression" || action === "hand_over") state.log.push({ time_s: now_s, alarm_id: decision.alarm_id ?? "", action: { acknowledge_alarm: "acknowledged", shelve_alarm: "shelved", unshelve_alarm: "unshelved", suppress_alarms: "suppressed", end_suppression: "unsuppressed" }[action] ?? "raised", priority: "medium", text: decision.text ?? "", officer, is_heard: false });
  switch (action) {
    case "edit_warning":
      if (decision.revision !== own.revision) return [409, { error: `${own.edited?.officer ?? "Somebody"} saved another draft at ${new Date((own.edited?.time_s ?? now_s) * 1000).toISOString().slice(11, 19)}Z` }];
      own.edited = decision.content ? { officer, time_s: now_s, content: decision.content } : null;
      own.revision += 1;
      return null;
    case "approve_warning":
      if (decision.revision !== own.revision) return [409, { error: "the draft was saved anew meanwhile" }];
      own.warnings.push({ warning_id: `W-${own.warnings.length + 1}`, incident_id: decision.incident_id, kind: own.warnings.length ? "update" : "alert", content: decision.content, references: [], approvals: [{ officer, time_s: now_s }], n_needed: state.approvalsNeeded, sent_s: null, sent_by: "", withdrawn_s: null, deliveries: [], override: decision.override ?? "", is_exercise: true });
      if (state.approvalsNeeded === 1) own.clock.approved_s ??= now_s;
      own.edited = null;
      return null;
    case "countersign_warning": warning.approvals = [...warning.approvals, { officer, time_s: now_s }]; own.clock.approved_s ??= now_s; return null;
    case "send_warning": Object.assign(warning, { sent_s: now_s, sent_by: officer }); return null;
    case "withdraw_warning": warning.withdrawn_s = now_s; return null;
    case "acknowledge_alarm": state.alarms.set(decision.alarm_id, { ...state.alarms.get(decision.alarm_id), state: "acknowledged", acknowledged_by: officer, acknowledged_s: now_s }); return null;
    case "shelve_alarm": state.alarms.set(decision.alarm_id, { ...state.alarms.get(decision.alarm_id), shelved: { officer, time_s: now_s, until_s: now_s + decision.for_s, text: decision.text } }); return null;
    case "unshelve_alarm": state.alarms.set(decision.alarm_id, { ...state.alarms.get(decision.alarm_id), shelved: null }); return null;
    case "suppress_alarms": state.suppressions.push({ suppression_id: `s-${++entry}`, officer, time_s: now_s, until_s: now_s + decision.for_s, text: decision.text, source: decision.source, subject: decision.subject ?? "", kind: decision.kind ?? "" }); return null;
    case "end_suppression": state.suppressions = state.suppressions.filter((one) => one.suppression_id !== decision.suppression_id); return null;
    case "hand_over": state.handOvers.push({ time_s: now_s, officer, to: decision.to, text: decision.text ?? "" }); return null;
    default: return undefined;
  }
}
