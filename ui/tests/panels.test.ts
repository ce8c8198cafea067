import { ANYBODY } from "../src/me";
import { beforeEach, describe, expect, it } from "vitest";
import type { Desk, Proposal } from "../src/desk";
import { Times } from "../src/format";
import { IncidentPanel } from "../src/panels/incident";
import { QueuePanel } from "../src/panels/queue";
import { Picture } from "../src/picture";
import { loadSettings } from "../src/settings";
import { anIncident, noSearch } from "./twin";

const HOSTILE_TEXT = '<img src=x onerror="window.pwned=1"><b>bold</b>';

function desk(picture: Picture, decided: Proposal[] = []): Desk {
  return {
    info: { title: "Test", country: "LT" }, settings: loadSettings(), times: new Times("LT"), live: picture, picture, view: "live", me: ANYBODY, denied: "", isLost: false, isFollowing: false,
    selection: { kind: "incident", id: "I-1" }, sensors: new Map(), zoneNames: new Map(),
    select: () => undefined, acknowledgeNext: () => undefined, say: () => undefined, redraw: () => undefined,
    decide: async (proposal) => (decided.push(proposal), true), ...noSearch(),
  };
}

describe("panels", () => {
  let picture: Picture;
  beforeEach(() => {
    picture = new Picture(() => 0);
    picture.apply({ clock: { now_s: 400, is_played: false } });
  });

  it("say so when nothing is open", () => {
    const queue = new QueuePanel(desk(picture));
    queue.render();
    expect(queue.element.textContent).toContain("No open incidents. Sky: white.");
  });

  it("do not call an unwatched sky clear without saying what is silent", () => {
    picture.apply({ clock: { now_s: 400, is_played: false }, health: [{ sensor: "radar", state: "silent" }] });
    const queue = new QueuePanel(desk(picture));
    queue.render();
    expect(queue.element.textContent).toContain("1 sensor is silent");
  });

  it("show the time since the first report and acknowledge by a button", () => {
    const decided: Proposal[] = [];
    picture.apply({ clock: { now_s: 400, is_played: false }, incidents: [anIncident({ first_report_s: 100 })] });
    const queue = new QueuePanel(desk(picture, decided));
    queue.render();
    expect(queue.element.querySelector(".row-clock")?.textContent).toBe("05:00");
    queue.element.querySelector<HTMLButtonElement>(".ack")?.click();
    expect(decided).toEqual([{ action: "acknowledge", incident_id: "I-1" }]);
  });

  it("show text from outside as text, never as markup", () => {
    picture.apply({
      clock: { now_s: 400, is_played: false },
      incidents: [anIncident({ title: HOSTILE_TEXT, acknowledged_by: HOSTILE_TEXT, acknowledged_s: 300, timeline: [{ time_s: 200, what: "comment", text: HOSTILE_TEXT, officer: HOSTILE_TEXT }] })],
    });
    const [queue, incident] = [new QueuePanel(desk(picture)), new IncidentPanel(desk(picture))];
    queue.render();
    incident.render();
    for (const { element } of [queue, incident]) {
      expect(element.querySelector("img, b")).toBeNull();
      expect(element.textContent).toContain(HOSTILE_TEXT);
    }
  });

  it("keep a half-written comment while the incident changes under it", () => {
    picture.apply({ clock: { now_s: 400, is_played: false }, incidents: [anIncident()] });
    const panel = new IncidentPanel(desk(picture));
    panel.render();
    const comment = panel.element.querySelector("textarea")!;
    comment.value = "called the border guard";
    picture.apply({ clock: { now_s: 410, is_played: false }, incidents: [anIncident({ level: "red", timeline: [{ time_s: 405, what: "level", text: "Red" }] })] });
    panel.render();
    expect(panel.element.textContent).toContain("RED");
    expect(comment.value).toBe("called the border guard");
  });

  it("stop the decision clock when the incident is closed", () => {
    picture.apply({ clock: { now_s: 4_000, is_played: false }, incidents: [anIncident({ status: "closed", closed_s: 160, first_report_s: 100 })] });
    const panel = new IncidentPanel(desk(picture));
    panel.render();
    expect(panel.element.querySelector(".decision-clock")?.textContent).toBe("01:00");
  });
});
