import { ANYBODY } from "../src/me";
import { beforeEach, describe, expect, it } from "vitest";
import type { Desk, Proposal } from "../src/desk";
import { Times } from "../src/format";
import { IncidentPanel } from "../src/panels/incident";
import { SearchPanel } from "../src/panels/search/panel";
import { Picture } from "../src/picture";
import { loadSettings } from "../src/settings";
import type { SearchPlan } from "../src/plan/types";
import { aPlan, anIncident, aTrack, noSearch } from "./twin";

const HOSTILE_TEXT = '<img src=x onerror="window.pwned=1">';

function opened(plan: SearchPlan | null, decided: Proposal[] = []): { desk: Desk; panel: SearchPanel } {
  const picture = new Picture(() => 0);
  const settings = { kinds: {}, fates: {}, conducts: {}, assets: plan?.settings.assets ?? [] };
  picture.apply({ clock: { now_s: 2_000, is_played: false }, incidents: [anIncident({ search: { losses: [{ track: aTrack({ status: "lost" }), declared_s: 1_000 }], settings, changed_s: 1 } })] });
  const desk: Desk = {
    info: { title: "Test", country: "LT" }, settings: loadSettings(), times: new Times("LT"), live: picture, picture, view: "live", me: ANYBODY, denied: "", isLost: false, isFollowing: false,
    selection: { kind: "incident", id: "I-1" }, sensors: new Map(), zoneNames: new Map(),
    select: () => undefined, acknowledgeNext: () => undefined, say: () => undefined, redraw: () => undefined,
    ...noSearch(), decide: async (proposal) => (decided.push(proposal), true),
  };
  desk.searching.open("I-1");
  desk.searching.plan = plan;
  const panel = new SearchPanel(desk);
  panel.render();
  return { desk, panel };
}

const press = (panel: SearchPanel, label: string): void => {
  const button = [...panel.element.querySelectorAll("button")].find((one) => one.textContent === label);
  if (button === undefined) throw new Error(`no button ${label}`);
  button.click();
};

describe("the panel of a search", () => {
  let decided: Proposal[] = [];
  beforeEach(() => { decided = []; });

  it("is opened by a button that only an incident with a lost track has", () => {
    const { desk } = opened(null);
    const panel = new IncidentPanel(desk);
    panel.render();
    const button = [...panel.element.querySelectorAll("button")].find((one) => one.textContent?.startsWith("Where to look"))!;
    expect(button.hidden).toBe(false);
    desk.picture.apply({ clock: { now_s: 2_000, is_played: false }, incidents: [anIncident()] });
    panel.render();
    expect(button.hidden).toBe(true);
  });

  it("says the place, how sure it is and what not to do, first", () => {
    const text = opened(aPlan()).panel.element.textContent!;
    for (const said of ["35U MA 16000 51000", "50 % within 12 km², 95 % within 310 km²", "Do not touch. Keep 500 m away.", "Only explosives experts may go near."]) expect(text).toContain(said);
    expect(text.indexOf("Do not touch")).toBeLessThan(text.indexOf("35U MA"));
  });

  it("shows text from outside as text, never as markup", () => {
    const clue = { clue_id: "c", kind: "other" as const, reliability: 0.5, received_s: 1, text: HOSTILE_TEXT, by: HOSTILE_TEXT };
    const { panel } = opened(aPlan({ title: HOSTILE_TEXT, hazard: HOSTILE_TEXT, why: [HOSTILE_TEXT], clues: [{ clue, probability: 0.5, why: HOSTILE_TEXT }] }));
    expect(panel.element.querySelector("img")).toBeNull();
    expect(panel.element.textContent).toContain(HOSTILE_TEXT);
  });

  it("sets a fate when its slider is let go, and gives it back", () => {
    const { panel } = opened(aPlan(), decided);
    const slider = panel.element.querySelector<HTMLInputElement>('input[aria-label^="It fell"]')!;
    slider.value = "60";
    slider.dispatchEvent(new Event("input"));
    expect(decided).toEqual([]);
    slider.dispatchEvent(new Event("change"));
    expect(decided).toMatchObject([{ action: "plan_search", incident_id: "I-1", settings: { fates: { fell: 0.6 } } }]);
  });

  it("adds a team to those that are there", () => {
    const { panel } = opened(aPlan({ settings: { assets: [{ asset_id: "foot team 1", kind: "foot_team", hours: 8 }] } }), decided);
    press(panel, "Add");
    expect(decided).toMatchObject([{ action: "plan_search", settings: { assets: [{ asset_id: "foot team 1" }, { asset_id: "foot team 2", kind: "foot_team", hours: 8 }] } }]);
  });

  it("marks the chosen sector, with its outline as long as it is not ordered", async () => {
    const { desk, panel } = opened(aPlan(), decided);
    desk.searching.chosen = "A-02";
    panel.render();
    press(panel, "Mark as searched");
    expect(decided).toMatchObject([{ action: "mark_searched", sector: "A-02", asset: "foot_team", ring: aPlan().sectors[1]!.ring }]);
  });

  it("weighs a clue by a word", () => {
    const clue = { clue_id: "c7", kind: "bang" as const, reliability: 0.6, received_s: 1, by: "x" };
    const { panel } = opened(aPlan({ clues: [{ clue, probability: 0.5, why: "" }] }), decided);
    press(panel, "Doubtful");
    expect(decided).toEqual([{ action: "weigh_clue", incident_id: "I-1", clue_id: "c7", reliability: 0.2 }]);
  });

  it("keeps what is typed while a new plan comes in", () => {
    const { desk, panel } = opened(aPlan());
    const height = panel.element.querySelector<HTMLInputElement>('input[aria-label^="Height"]')!;
    height.value = "120";
    height.dispatchEvent(new Event("input", { bubbles: true }));
    desk.searching.plan = aPlan({ key: "other", kinds: { shahed: 1 } });
    panel.render();
    expect(height.value).toBe("120");
  });

  it("offers every file, and the public version of each", () => {
    const { panel } = opened(aPlan());
    const links = (): string[] => [...panel.element.querySelectorAll<HTMLAnchorElement>(".files a")].map((link) => link.href);
    expect(links().map((href) => /export\/(\w+)/.exec(href)?.[1])).toEqual(["sheet", "sheet", "gpx", "kml", "geojson", "gpkg", "tak"]);
    expect(links()[1]).toContain("paper=a3");
    const box = panel.element.querySelector<HTMLInputElement>('.fold-body > .switch input[type="checkbox"]')!;
    box.checked = true;
    panel.render();
    expect(links().every((href) => href.includes("public=true"))).toBe(true);
  });

  it("says that the search is over once it is found, and takes the orders away", () => {
    const text = opened(aPlan({ is_found: true })).panel.element;
    expect(text.querySelector(".over")?.textContent).toContain("Found");
    expect(text.querySelector<HTMLElement>(".primary.wide")!.hidden).toBe(true);
  });
});
