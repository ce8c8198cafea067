import { beforeEach, describe, expect, it, vi } from "vitest";
import { api } from "../src/api";
import type { Desk, Proposal } from "../src/desk";
import type { CaseFile, CaseStep, Evidence } from "../src/file/types";
import { fromUtc, grade, inOrder, isCut, seenBy, short, size, standing } from "../src/file/words";
import { FileSection } from "../src/panels/file/section";
import { Picture } from "../src/picture";
import { aDesk, anIncident } from "./twin";

const NOW_S = 1_753_660_800;
const HOSTILE_TEXT = '<img src=x onerror="window.pwned=1">';
const anItem = (more: Partial<Evidence> = {}): Evidence => ({
  evidence_id: "I-1-E1", kind: "photo", title: "The wing", added_s: NOW_S, added_by: "Lt. K", entry: 9, sha256: "ab".repeat(32), n_bytes: 2_400_000, media_type: "image/jpeg", ...more,
});
const aStep = (more: Partial<CaseStep> = {}): CaseStep => ({ step_id: "I-1-S1", kind: "forensics", title: "Examine it", owner: "Police", opened_s: NOW_S, opened_by: "Lt. K", entry: 7, ...more });

let picture: Picture;
let decided: Proposal[];
async function show(file: CaseFile, more: Partial<Desk> = {}): Promise<FileSection> {
  picture.apply({ clock: { now_s: NOW_S, is_played: false }, incidents: [anIncident({ file })] });
  const section = new FileSection(aDesk(picture, decided, more));
  const incident = picture.incidents.get("I-1")!;
  section.render(incident);
  section.element.open = true;
  section.render(incident);
  await Promise.resolve();
  return section;
}
const text = (section: FileSection): string => section.element.textContent ?? "";
const press = (section: FileSection, label: string): void => [...section.element.querySelectorAll("button")].find((one) => one.textContent === label)!.click();

beforeEach(() => {
  vi.restoreAllMocks();
  [picture, decided] = [new Picture(() => 0), []];
  vi.spyOn(api, "caseWork").mockResolvedValue({ offered: [], usual: [] });
  vi.spyOn(api, "incident").mockResolvedValue(anIncident());
});

describe("the file of an incident", () => {
  it("says in its title how much is on it, what is overdue and whether it is held", async () => {
    const section = await show({ evidence: [anItem()], steps: [aStep({ due_s: NOW_S - 7_200 })], hold: { since_s: NOW_S, officer: "Lt. B", reason: "the prosecutor asked" } });
    const summary = section.element.querySelector("summary")!.textContent!;
    for (const said of ["1 item", "1 overdue", "on hold"]) expect(summary).toContain(said);
    expect(text(section)).toContain("Overdue by 2 h 00");
    expect(text(section)).toContain("the prosecutor asked");
    expect(section.element.querySelector(".file-step.late .file-sign svg")).not.toBeNull();
  });

  it("opens by itself only where something is overdue", () => {
    for (const [due_s, isOpen] of [[NOW_S - 60, true], [NOW_S + 60, false]] as const) {
      picture.apply({ clock: { now_s: NOW_S, is_played: false }, incidents: [anIncident({ file: { steps: [aStep({ due_s })] } })] });
      const section = new FileSection(aDesk(picture));
      section.render(picture.incidents.get("I-1")!);
      expect(section.element.open).toBe(isOpen);
    }
  });

  it("shows of an item its hash, who has it, who saw it and who may get it; text stays text", async () => {
    const item = anItem({ title: HOSTILE_TEXT, text: HOSTILE_TEXT, custody: [{ time_s: NOW_S, officer: "Lt. K", holder: "Patrol 4", entry: 9 }, { time_s: NOW_S, officer: "Lt. B", holder: HOSTILE_TEXT, entry: 10, text: "sealed" }] });
    const section = await show({ evidence: [item], n_accesses: 2, accesses: [1, 2].map((entry) => ({ time_s: NOW_S, officer: "Lt. B", evidence_id: "I-1-E1", purpose: "viewed" as const, entry })) });
    (section.element.querySelector(".file-item") as HTMLDetailsElement).open = true;
    section.element.querySelector(".file-item")!.dispatchEvent(new Event("toggle"));
    for (const said of ["abababababab…", "2.4 MB", "Patrol 4, since 2025-07-28", "Lt. B (2 times)", "Own", "sealed"]) expect(text(section)).toContain(said);
    expect(section.element.querySelector("img")).toBeNull();
  });

  it("gives an address only to a web address, and to no script", async () => {
    const source = (address: string): Evidence => anItem({ kind: "open_source", source: { address, reliability: "B", credibility: "2" } });
    for (const [address, n] of [["https://news.example/1", 1], ["javascript:alert(1)", 0], ["Kurier, 28 July", 0]] as const) {
      const section = await show({ evidence: [source(address)] });
      (section.element.querySelector(".file-item") as HTMLDetailsElement).open = true;
      section.element.querySelector(".file-item")!.dispatchEvent(new Event("toggle"));
      expect(section.element.querySelectorAll("a")).toHaveLength(n);
      expect(text(section)).toContain("B2: source usually reliable, what it says probably true");
    }
  });

  it("ends a step with the entry that was seen", async () => {
    const section = await show({ steps: [aStep()] });
    press(section, "Done");
    expect(decided).toEqual([{ action: "change_step", incident_id: "I-1", step_id: "I-1-S1", seen_entry: 7, status: "done" }]);
  });

  it("offers what is usually done, and a find of the search", async () => {
    vi.mocked(api.caseWork).mockResolvedValue({ usual: [], offered: [{ kind: "forensics", title: "Have it examined", owner: "Institute", due_s: NOW_S + 86_400 }] });
    const section = await show({});
    await vi.waitFor(() => expect(api.caseWork).toHaveBeenCalledTimes(1));
    await Promise.resolve();
    section.render(picture.incidents.get("I-1")!);
    expect(text(section)).toContain("Have it examinedInstitute, due 2025-07-29");
  });

  it("fetches the whole of a file that the stream has cut", async () => {
    const cut = { evidence: [anItem({ evidence_id: "I-1-E31" })] };
    vi.mocked(api.incident).mockResolvedValue(anIncident({ file: { evidence: [anItem({ title: "The oldest" }), ...cut.evidence] } }));
    const section = await show(cut);
    await vi.waitFor(() => expect(api.incident).toHaveBeenCalled());
    await Promise.resolve();
    section.render(picture.incidents.get("I-1")!);
    expect(text(section)).toContain("The oldest");
    expect(section.element.querySelector("summary")!.textContent).toContain("31 items");
  });

  it("lets nothing be decided in the replay, or by who may not", async () => {
    const past = await show({ evidence: [anItem()], steps: [aStep()] }, { view: "replay" });
    expect(past.element.querySelectorAll("button")).toHaveLength(0);
    const me = { is_open: false, name: "eve", roles: ["viewer"], scopes: ["read" as const] };
    const viewer = await show({ evidence: [anItem()], steps: [aStep()] }, { me });
    for (const button of viewer.element.querySelectorAll("button")) expect(button.disabled).toBe(true);
  });

  it("offers removal only to a supervisor, and not while it is held", async () => {
    const open = async (more: Partial<CaseFile>, scopes: ("read" | "investigate" | "supervise")[]): Promise<string> => {
      const section = await show({ evidence: [anItem()], ...more }, { me: { is_open: false, name: "ona", scopes } });
      (section.element.querySelector(".file-item") as HTMLDetailsElement).open = true;
      section.element.querySelector(".file-item")!.dispatchEvent(new Event("toggle"));
      return text(section);
    };
    expect(await open({}, ["read", "investigate", "supervise"])).toContain("Remove…");
    expect(await open({}, ["read", "investigate"])).not.toContain("Remove…");
    expect(await open({ hold: { since_s: 1, officer: "x", reason: "y" } }, ["read", "investigate", "supervise"])).not.toContain("Remove…");
  });
});

describe("the words of a file", () => {
  it("orders steps by what matters: overdue, next, without a date, ended", () => {
    const steps = [aStep({ step_id: "a-S1", status: "done" }), aStep({ step_id: "a-S2" }), aStep({ step_id: "a-S3", due_s: NOW_S + 9 }), aStep({ step_id: "a-S4", due_s: NOW_S - 9 })];
    expect(inOrder(steps).map((step) => short(step.step_id))).toEqual(["S4", "S3", "S2", "S1"]);
    expect(steps.map((step) => standing(step, NOW_S)[0])).toEqual(["done", "open", "open", "late"]);
  });

  it("reads moments as UTC, and a day as its end", () => {
    expect(fromUtc("2025-07-28T00:00")).toBe(NOW_S);
    expect(fromUtc("2025-07-28")).toBe(NOW_S + 86_399);
    expect(fromUtc("")).toBeNull();
    expect(fromUtc("never")).toBeNull();
  });

  it("says sizes, grades, who saw it, and whether the oldest are missing", () => {
    expect([size(7), size(12_345), size(2_400_000)]).toEqual(["7 bytes", "12 kB", "2.4 MB"]);
    expect(grade()).toBe("F6: source cannot be judged, what it says cannot be judged");
    const access = (officer: string, evidence_id = "E1") => ({ time_s: 1, officer, evidence_id, purpose: "viewed" as const, entry: 1 });
    expect(seenBy([access("a"), access("b"), access("a"), access("c", "E2")], "E1")).toEqual([["a", 2], ["b", 1]]);
    expect([isCut({}), isCut({ evidence: [anItem()] }), isCut({ evidence: [anItem({ evidence_id: "I-1-E5" })] })]).toEqual([false, false, true]);
  });
});
