import { beforeEach, describe, expect, it } from "vitest";
import type { Desk } from "../src/desk";
import type { Incident } from "../src/model";
import { ClockStrip } from "../src/panels/clockstrip";
import { Fates } from "../src/panels/fates";
import { WarningButton, WarningPanel } from "../src/panels/warning/panel";
import { Picture } from "../src/picture";
import type { Draft } from "../src/warn/types";
import { aContent, aDesk, aDraft, anIncident, aRing, aWarning } from "./twin";

const HOSTILE_TEXT = '<img src=x onerror="window.pwned=1">';
const NOW_S = 400;

let picture: Picture;
function show(incident: Partial<Incident> = {}, draft: Draft | null = aDraft(), more: Partial<Desk> = {}): { desk: Desk; panel: WarningPanel } {
  picture.apply({ clock: { now_s: NOW_S, is_played: false }, incidents: [anIncident({ level: "red", ...incident })], drafts: [{ incident_id: "I-1", draft }] });
  const desk = aDesk(picture, [], more);
  desk.warnings.open("I-1");
  const panel = new WarningPanel(desk);
  panel.render();
  return { desk, panel };
}
const foot = (panel: WarningPanel) => panel.element.querySelector(".steps")!;
const main = (panel: WarningPanel) => foot(panel).querySelector<HTMLButtonElement>(".primary, .main")!;

beforeEach(() => {
  picture = new Picture(() => 0);
});

describe("the panel of a warning", () => {
  it("shows the words of one language at a time, the size, the people, and why", () => {
    const { desk, panel } = show();
    const headline = (): string => panel.element.querySelector<HTMLTextAreaElement>("textarea[aria-label=Headline]")!.value;
    expect(headline()).toBe("Oro pavojus");
    desk.warnings.language = "en";
    panel.render();
    expect(headline()).toBe("Air danger");
    for (const said of ["71 ha", "900 people in its towns", "It flies west.", "follows the sky"]) expect(panel.element.textContent).toContain(said);
  });

  it("offers one step at a time: approve, then send", () => {
    const draft = show();
    expect(main(draft.panel).textContent).toBe("Approve REDP");
    const approved = show({ warning: { warnings: [aWarning()] } });
    expect(main(approved.panel).textContent).toBe("Send RED to the publicS");
    expect(foot(approved.panel).textContent).toContain("Approved by Lt. K at");
    expect(approved.panel.element.querySelector<HTMLTextAreaElement>("textarea")!.readOnly).toBe(true);
  });

  it("lets the first officer wait and the second one approve where two are needed", () => {
    const waiting = { warning: { warnings: [aWarning({ n_needed: 2 })] } };
    const own = show(waiting);
    expect(foot(own.panel).textContent).toContain("One more officer must approve it.");
    expect(main(own.panel).hidden).toBe(true);
    const other = show(waiting);
    other.desk.settings.officer = "Lt. B";
    other.panel.render();
    expect(main(other.panel).textContent).toBe("Approve RED tooP");
  });

  it("keeps what an officer writes while the watch draws anew, and asks", () => {
    const { panel } = show();
    const input = panel.element.querySelector<HTMLTextAreaElement>("textarea[aria-label=Headline]")!;
    input.value = "Mano žodžiai";
    input.dispatchEvent(new Event("input"));
    picture.apply({ clock: { now_s: 430, is_played: false }, drafts: [{ incident_id: "I-1", draft: aDraft({ content: aContent({ level: "yellow", rings: [aRing(25.9, 54.6)] }) }) }] });
    panel.render();
    expect(input.value).toBe("Mano žodžiai");
    const notice = panel.element.querySelector(".notices")!;
    expect(notice.textContent).toContain("The sky has changed since: the watch now says YELLOW");
    [...notice.querySelectorAll("button")].find((one) => one.textContent === "Take all of it")!.click();
    panel.render();
    expect(input.value).toBe("Oro pavojus");
    expect(main(panel).textContent).toContain("Approve YELLOW");
  });

  it("shows what another officer saved beside one's own", () => {
    const { panel } = show();
    const input = panel.element.querySelector<HTMLTextAreaElement>("textarea[aria-label=Headline]")!;
    input.value = "Mano";
    input.dispatchEvent(new Event("input"));
    const theirs = aContent({ texts: [{ ...aContent().texts[0]!, headline: HOSTILE_TEXT }, aContent().texts[1]!] });
    picture.apply({ clock: { now_s: 430, is_played: false }, incidents: [anIncident({ level: "red", warning: { revision: 1, edited: { officer: "Lt. B", time_s: 420, content: theirs } } })] });
    panel.render();
    const versus = panel.element.querySelector(".versus")!;
    expect(versus.textContent).toContain(HOSTILE_TEXT);
    expect(versus.textContent).toContain("Mano");
    expect(panel.element.querySelector("img")).toBeNull();
    expect(panel.element.textContent).toContain("Lt. B saved another draft at 03:07:00"); // 420 s of 1970 in Vilnius
  });

  it("says what became of a warning on each channel, the failures first", () => {
    const sent = aWarning({
      sent_s: 396, sent_by: "Lt. K", is_exercise: true,
      deliveries: [{ channel: "cap", fate: "delivered", n_attempts: 1, time_s: 397, text: "written" }, { channel: "mail", fate: "failed", n_attempts: 3, time_s: 399, text: HOSTILE_TEXT }],
    });
    const { panel } = show({ warning: { warnings: [sent] } });
    const rows = [...panel.element.querySelectorAll(".deliveries tr")].map((row) => row.textContent);
    expect(rows[0]).toContain(`mailfailed, trying again (3 tries)${HOSTILE_TEXT}`);
    expect(rows[1]).toContain("capdeliveredwritten");
    for (const said of ["In force until", "marked as an EXERCISE", "1 delivered", "The public has been told this."]) expect(panel.element.textContent).toContain(said);
    expect(panel.element.querySelector("img")).toBeNull();
  });

  it("says what still flies before the all-clear, until when, how far and who would see it", () => {
    const lost = { track_id: 7, last_report_s: 300, lat_deg: 54.6, lon_deg: 25.7, speed_mps: 40, course_deg: 270, flies_until_s: 4_000, kind: "Gerbera", sensors: ["radar"] };
    const { panel } = show({ level: "white", lost: [lost, { ...lost, track_id: 8, flies_until_s: 399 }] }, aDraft({ content: aContent({ level: "white" }) }));
    const told = panel.element.querySelector(".all-clear")!.textContent!;
    for (const said of ["one track can still be flying", "Track 7", "Gerbera", "1:00:00 more", "4.0 km of where it was lost", "radar"]) expect(told).toContain(said);
    expect(told).not.toContain("Track 8");
    expect(main(panel).textContent).toBe("Approve all-clearP");
  });

  it("opens from a button that says how far it has come", () => {
    const { desk } = show();
    const button = new WarningButton(desk);
    const stage = (incident: Partial<Incident>): string => (button.render(anIncident(incident)), button.element.querySelector(".warn-stage")!.textContent!);
    expect(stage({})).toBe("RED draft ready");
    expect(stage({ warning: { warnings: [aWarning()] } })).toBe("RED approved, not sent");
    expect(stage({ warning: { warnings: [aWarning({ n_needed: 2 })] } })).toBe("RED waits for a second approval");
    expect(stage({ warning: { warnings: [aWarning({ sent_s: 396 })] } })).toBe("RED in force until 05:01"); // 7300 s of 1970 in Vilnius
  });
});

describe("the strip of the decision clock", () => {
  it("shows what was reached, ticks for what is awaited and leaves the rest hollow", () => {
    const strip = new ClockStrip(aDesk(picture));
    picture.apply({ clock: { now_s: NOW_S, is_played: false } });
    strip.render(anIncident({ clock: { first_report_s: 100, first_track_s: 108, first_alarm_s: 112, drafted_s: 130 } }));
    const steps = [...strip.element.querySelectorAll("li")].map((one) => `${one.className} ${one.textContent}`);
    expect(steps).toEqual([
      "is-reached 03:01:40report", "is-reached 00:08track", "is-reached 00:12alarm", "is-running 05:00acknowledged", "is-reached 00:30drafted", "is-missing –approved", "is-missing –sent", "is-missing –delivered",
    ]);
  });
});

describe("what may have become of lost tracks", () => {
  it("stands side by side, the likeliest marked, none left out", async () => {
    const hypotheses = [
      { track_id: 7, last_report_s: 100, flying: 0.5, left: 0.2, landed: 0.1, crashed: 0.2, never: 0, flies_until_s: 4_000, text: HOSTILE_TEXT },
      { track_id: 9, last_report_s: 200, flying: 0, left: 0.9, landed: 0.02, crashed: 0.03, never: 0.05, flies_until_s: 300, text: "" },
    ];
    picture.apply({ clock: { now_s: NOW_S, is_played: false } });
    const fates = new Fates(aDesk(picture), async () => hypotheses);
    const incident = anIncident({ lost_track_ids: [7, 9] });
    fates.render(incident);
    await Promise.resolve();
    await Promise.resolve();
    fates.render(incident);
    const cards = [...fates.element.querySelectorAll(".fate-card")];
    expect(cards.map((card) => card.querySelectorAll(".fate").length)).toEqual([4, 5]);
    expect(cards.map((card) => card.querySelector(".is-likeliest")!.textContent)).toEqual(["still flying50 %", "left the country90 %"]);
    expect(cards[0]!.textContent).toContain(HOSTILE_TEXT);
    expect(fates.element.querySelector("img")).toBeNull();
  });
});
