import { expect, it } from "vitest";
import { Alarms, waitingLevel } from "../src/alarms";
import { anIncident } from "./twin";

const ids = (incidents: { incident_id: string }[]) => incidents.map((incident) => incident.incident_id);

it("hears an incident once when it opens and once more when it turns red", () => {
  const alarms = new Alarms();
  expect(ids(alarms.take([anIncident()], false))).toEqual(["I-1"]);
  expect(alarms.take([anIncident({ changed_s: 120 })], false)).toEqual([]);
  expect(ids(alarms.take([anIncident({ level: "red" })], false))).toEqual(["I-1"]);
  expect(alarms.take([anIncident({ level: "red" })], false)).toEqual([]);
});

it("does not sound again for the same picture after a lost connection", () => {
  const alarms = new Alarms();
  alarms.take([anIncident()], true);
  expect(alarms.take([anIncident()], true)).toEqual([]);
});

it("sounds again for an incident that a reset took back and that comes anew", () => {
  const alarms = new Alarms();
  alarms.take([anIncident()], true);
  alarms.take([], true);
  expect(ids(alarms.take([anIncident()], false))).toEqual(["I-1"]);
});

it("is silent about what is closed or acknowledged", () => {
  const quiet = [anIncident({ acknowledged_s: 0 }), anIncident({ incident_id: "I-2", status: "closed" })];
  expect(new Alarms().take(quiet, true)).toEqual([]);
  expect(waitingLevel(quiet)).toBe("white");
});
