import { describe, expect, it } from "vitest";
import { Alarms } from "../src/alarms";
import { loudest } from "../src/alarm/order";
import { nextToAcknowledge, queueOf } from "../src/alarm/queue";
import { quietLine, sortOf } from "../src/alarm/words";
import type { Alarm } from "../src/alarm/types";
import { Picture } from "../src/picture";
import { anAlarm, anIncident } from "./twin";

const ids = (alarms: readonly Alarm[]) => alarms.map((alarm) => alarm.alarm_id);
const shelved = { officer: "Lt. K", time_s: 100, until_s: 1_000, text: "service" };

describe("what is heard", () => {
  it("is heard once when it is raised, and once more when it is raised again", () => {
    const alarms = new Alarms();
    expect(ids(alarms.take([anAlarm()], false))).toEqual(["incident:I-1"]);
    expect(alarms.take([anAlarm({ reason: "in other words" })], false)).toEqual([]);
    expect(ids(alarms.take([anAlarm({ raised_s: 300, n_raised: 2 })], false))).toEqual(["incident:I-1"]);
  });

  it("does not sound again for the same picture after a lost connection", () => {
    const alarms = new Alarms();
    alarms.take([anAlarm()], true);
    expect(alarms.take([anAlarm()], true)).toEqual([]);
  });

  it("sounds again for an alarm that a reset took back and that comes anew", () => {
    const alarms = new Alarms();
    alarms.take([anAlarm()], true);
    alarms.take([], true);
    expect(ids(alarms.take([anAlarm()], false))).toEqual(["incident:I-1"]);
  });

  it("is silent about what is acknowledged, over, shelved or suppressed, and heard when it comes off the shelf", () => {
    const quiet = [anAlarm({ state: "acknowledged" }), anAlarm({ alarm_id: "b", state: "returned" }), anAlarm({ alarm_id: "c", shelved }), anAlarm({ alarm_id: "d", suppressed_by: "s-1" })];
    const alarms = new Alarms();
    expect(alarms.take(quiet, true)).toEqual([]);
    expect(loudest(quiet)).toBeNull();
    expect(ids(alarms.take([anAlarm({ alarm_id: "c" })], false))).toEqual(["c"]);
  });

  it("says the most urgent one first and sounds as urgent as that", () => {
    const alarms = [anAlarm({ alarm_id: "low", priority: "low", raised_s: 1 }), anAlarm({ alarm_id: "high", priority: "high", raised_s: 9 }), anAlarm({ alarm_id: "medium", raised_s: 2 })];
    expect(ids(new Alarms().take(alarms, true))).toEqual(["high", "medium", "low"]);
    expect(loudest(alarms)).toBe("high");
  });
});

describe("the queue", () => {
  const sensor = anAlarm({ alarm_id: "sensor:radar", source: "sensor", subject: "radar", priority: "high", title: "Radar is silent" });
  function picture(...alarms: Alarm[]): Picture {
    const made = new Picture(() => 0);
    made.apply({
      clock: { now_s: 400, is_played: false }, alarms,
      incidents: [
        anIncident({ incident_id: "I-1", first_report_s: 50 }), anIncident({ incident_id: "I-2", level: "red", first_report_s: 300 }), anIncident({ incident_id: "I-3", acknowledged_s: 0 }),
        anIncident({ incident_id: "I-4", status: "closed", changed_s: 10 }), anIncident({ incident_id: "I-5", status: "closed", changed_s: 20 }),
      ],
    });
    return made;
  }
  const order = (made: Picture) => queueOf(made).map((item) => `${item.id} ${item.place}`);

  it("goes by priority, then incidents before equipment, then level and age; what is seen and closed comes after", () => {
    const made = picture(sensor, anAlarm({ alarm_id: "incident:I-1", subject: "I-1", priority: "medium" }), anAlarm({ alarm_id: "incident:I-2", subject: "I-2", priority: "high" }));
    expect(order(made)).toEqual(["I-2 waiting", "sensor:radar waiting", "I-1 waiting", "I-3 seen", "I-5 closed", "I-4 closed"]);
  });

  it("keeps what is set aside in sight, and takes up again what is over and nobody has seen", () => {
    const made = picture({ ...sensor, state: "returned" }, anAlarm({ alarm_id: "incident:I-2", subject: "I-2", shelved }));
    expect(order(made)).toContain("I-2 aside");
    expect(order(made)).toContain("sensor:radar waiting");
  });

  it("takes an incident for seen as soon as it is, though its alarm hears of it a moment later", () => {
    const made = picture(anAlarm({ alarm_id: "incident:I-1", subject: "I-1", raised_s: 110 }));
    made.take(anIncident({ incident_id: "I-1", acknowledged_s: 120 }));
    expect(order(made)).toContain("I-1 seen");
    made.apply({ clock: { now_s: 401, is_played: false }, alarms: [anAlarm({ alarm_id: "incident:I-1", subject: "I-1", raised_s: 130, n_raised: 2 })] });
    expect(order(made)).toContain("I-1 waiting");
  });

  it("loses an alarm that is back to normal", () => {
    const made = picture(sensor);
    made.apply({ clock: { now_s: 401, is_played: false }, alarms: [{ ...sensor, state: "normal" }] });
    expect(order(made)).not.toContain("sensor:radar waiting");
  });

  it("acknowledges the selected one if it waits, else the most urgent", () => {
    const items = queueOf(picture(sensor));
    expect(nextToAcknowledge(items, "I-1")?.id).toBe("I-1");
    expect(nextToAcknowledge(items, "I-3")?.id).toBe("sensor:radar");
    expect(nextToAcknowledge(items.filter((item) => item.place !== "waiting"), "I-3")).toBeUndefined();
  });
});

describe("what is kept quiet", () => {
  it("says which sort, by whom, for how long and why", () => {
    expect(sortOf({ source: "incident", kind: "balloon" })).toBe("Incidents with balloon");
    expect(sortOf({ source: "sensor" })).toBe("All sensors");
    expect(sortOf({ source: "channel", subject: "mail" })).toBe("Channel mail");
    expect(quietLine(anAlarm({ shelved }), undefined, 400)).toBe("Shelved by Lt. K, 10 min left: service");
    const night = { suppression_id: "s-1", source: "incident" as const, kind: "balloon", ...shelved, text: "balloon night" };
    expect(quietLine(anAlarm({ suppressed_by: "s-1" }), night, 970)).toBe("Suppressed by Lt. K, 30 s left: balloon night");
    expect(quietLine(anAlarm(), undefined, 400)).toBe("");
  });
});
