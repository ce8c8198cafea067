import { beforeEach, describe, expect, it } from "vitest";
import type { Desk, OnRefused, Proposal } from "../src/desk";
import type { Layout } from "../src/layout";
import type { Incident } from "../src/model";
import { Picture } from "../src/picture";
import { WarningHand } from "../src/warninghand";
import { aContent, aDesk, aDraft, anIncident, aRing, aWarning } from "./twin";

let picture: Picture;
let decided: Proposal[];
let said: string[];
let reread: string[];
/** What the server answers: null takes it, and the picture has it before the answer is back. */
let answer: (proposal: Proposal) => { reason: string; isConflict: boolean } | null;

const layout = { tell: document.createElement("div"), showDetail: () => undefined, showMap: () => undefined, covered: () => ({ right: 0, bottom: 0 }) } as unknown as Layout;

function know(more: Partial<Incident> = {}): void {
  picture.apply({ clock: { now_s: 400, is_played: false }, incidents: [anIncident({ level: "red", ...more })] });
}

function opened(more: Partial<Desk> = {}): { desk: Desk; hand: WarningHand } {
  const decide = async (proposal: Proposal, onRefused?: OnRefused): Promise<boolean> => {
    decided.push(proposal);
    const refusal = answer(proposal);
    if (refusal === null) return true;
    onRefused?.(refusal.reason, refusal.isConflict);
    return false;
  };
  const desk = aDesk(picture, decided, { decide, say: (text: string) => void said.push(text), ...more });
  const hand = new WarningHand({ desk, layout: () => layout, map: () => null, stopFollowing: () => undefined, reread: async (id) => void reread.push(id) });
  Object.assign(desk, { warning: hand });
  hand.open();
  return { desk, hand };
}

beforeEach(() => {
  picture = new Picture(() => 0);
  [decided, said, reread] = [[], [], []];
  know();
  picture.apply({ clock: { now_s: 400, is_played: false }, drafts: [{ incident_id: "I-1", draft: aDraft() }] });
  answer = (proposal) => {
    if (proposal.action === "approve_warning") know({ warning: { revision: 1, warnings: [aWarning({ content: proposal.content })] } });
    return null;
  };
});

describe("from a draft to the public", () => {
  it("takes two keys: what stands there is approved, and what was approved is sent", async () => {
    const { hand } = opened();
    await hand.approve();
    await hand.send();
    expect(decided).toEqual([
      { action: "approve_warning", incident_id: "I-1", revision: 0, content: aContent() }, { action: "send_warning", incident_id: "I-1", warning_id: "W-1" },
    ]);
  });

  it("may be pressed faster than the journal: send waits for the approval, and a second approve is none", async () => {
    const { hand } = opened();
    await Promise.all([hand.approve(), hand.approve(), hand.send()]);
    expect(decided.map((one) => one.action)).toEqual(["approve_warning", "send_warning"]);
  });

  it("sends nothing that was not approved, and says which key is missing", async () => {
    const { desk, hand } = opened();
    await hand.send();
    expect(decided).toEqual([]);
    expect(desk.warnings.problem).toContain("approved first");
  });

  it("approves as the second officer what the first one did, and never twice by the same", async () => {
    know({ warning: { warnings: [aWarning({ n_needed: 2 })] } });
    const { desk, hand } = opened();
    await hand.approve();
    expect(decided).toEqual([]);
    expect(desk.warnings.problem).toContain("Another officer must approve");
    desk.settings.officer = "Lt. B";
    await hand.approve();
    expect(decided).toEqual([{ action: "countersign_warning", incident_id: "I-1", warning_id: "W-1" }]);
  });

  it("shows who decided meanwhile when the server refuses, reads the incident again and keeps the draft", async () => {
    answer = () => ({ reason: "Lt. B saved another draft at 04:45", isConflict: true });
    const { desk, hand } = opened();
    desk.warnings.sheet("I-1").changeText({ state: {}, draft: aDraft() }, "lt", { headline: "Mano" });
    await hand.approve();
    expect(desk.warnings.problem).toBe("Lt. B saved another draft at 04:45");
    expect(reread).toEqual(["I-1"]);
    expect(desk.warnings.sheet("I-1").mine?.texts[0]?.headline).toBe("Mano");
    await hand.send();
    expect(decided.map((one) => one.action)).toEqual(["approve_warning"]);
  });

  it("does not go on while another draft or another level is not settled", async () => {
    const { desk, hand } = opened();
    desk.warnings.sheet("I-1").change({ state: {}, draft: aDraft() }, { expires_s: 9_000 });
    picture.apply({ clock: { now_s: 410, is_played: false }, drafts: [{ incident_id: "I-1", draft: aDraft({ content: aContent({ level: "yellow" }) }) }] });
    await hand.approve();
    expect(desk.warnings.problem).toContain("The watch now says YELLOW");
    know({ warning: { revision: 1, edited: { officer: "Lt. B", time_s: 405, content: aContent() } } });
    await hand.approve();
    expect(desk.warnings.problem).toContain("Lt. B saved another draft");
    expect(decided).toEqual([]);
  });

  it("approves no level with the words of another one", async () => {
    const { desk, hand } = opened();
    const around = { state: {}, draft: aDraft() };
    desk.warnings.sheet("I-1").change(around, { level: "yellow" });
    await hand.approve();
    expect(desk.warnings.problem).toBe("The words are still those of RED: change them first.");
    desk.warnings.sheet("I-1").changeText(around, "lt", { headline: "Galimas pavojus" });
    await hand.approve();
    expect(decided.map((one) => one.action)).toEqual(["approve_warning"]);
  });

  it("approves no area that crosses itself", async () => {
    const { desk, hand } = opened();
    const [a, b, c, d] = aRing(25.7, 54.6);
    desk.warnings.sheet("I-1").change({ state: {}, draft: aDraft() }, { rings: [[a!, c!, b!, d!, a!]] });
    await hand.approve();
    expect(desk.warnings.problem).toContain("crosses itself");
    expect(decided).toEqual([]);
  });

  it("forgets nobody's words when the panel is closed and opened again", () => {
    const { desk, hand } = opened();
    desk.warnings.sheet("I-1").changeText({ state: {}, draft: aDraft() }, "en", { headline: "Mine" });
    hand.close();
    hand.open();
    expect(desk.warnings.sheet("I-1").mine?.texts[1]?.headline).toBe("Mine");
  });
});

describe("an edit for the other screens", () => {
  it("is saved under the revision that was seen, and dropped from the sheet once it is back", async () => {
    answer = (proposal) => {
      if (proposal.action === "edit_warning") know({ warning: { revision: 1, edited: proposal.content && { officer: "Lt. K", time_s: 401, content: proposal.content } } });
      return null;
    };
    const { desk, hand } = opened();
    desk.warnings.sheet("I-1").change({ state: {}, draft: aDraft() }, { expires_s: 9_000 });
    await hand.save();
    expect(decided).toMatchObject([{ action: "edit_warning", revision: 0, content: { expires_s: 9_000 } }]);
    expect(desk.warnings.sheet("I-1").mine).toBeNull();
    await hand.followSky();
    expect(decided.at(-1)).toEqual({ action: "edit_warning", incident_id: "I-1", revision: 1, content: null });
  });
});
