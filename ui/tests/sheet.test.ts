import { describe, expect, it } from "vitest";
import { opened } from "../src/warn/area";
import { Sheet, type Around } from "../src/warn/sheet";
import { aContent, aDraft, aRing } from "./twin";

const around = (more: Partial<Around> = {}): Around => ({ state: {}, draft: aDraft(), ...more });
const shifted = aContent({ rings: [aRing(25.8, 54.6)] });
const headline = (sheet: Sheet, a: Around) => sheet.shown(a)?.texts[0]?.headline;

describe("a draft in an officer's hands", () => {
  it("follows the watch until somebody writes in it", () => {
    const sheet = new Sheet();
    expect(sheet.shown(around({ draft: null }))).toBeNull();
    expect(sheet.shown(around())).toEqual(aDraft().content);
    expect(sheet.shown(around({ draft: aDraft({ content: shifted }) }))).toEqual(shifted);
    expect(sheet.origin(around())).toBe("watch");
  });

  it("is not overwritten by a new one from the sky, and says that there is one", () => {
    const sheet = new Sheet();
    sheet.changeText(around(), "lt", { headline: "Mano" });
    const later = around({ draft: aDraft({ made_s: 500, content: shifted }) });
    expect(headline(sheet, later)).toBe("Mano");
    expect(sheet.shown(later)!.rings).toEqual(aContent().rings);
    expect(sheet.notices(later)).toEqual([{ kind: "sky", content: shifted, isLevel: false }]);
  });

  it("takes the new area and keeps the words, or keeps all, and is asked no more", () => {
    const later = around({ draft: aDraft({ content: shifted }) });
    const taking = new Sheet();
    taking.changeText(around(), "lt", { headline: "Mano" });
    taking.takeArea(later);
    expect([headline(taking, later), taking.shown(later)!.rings, taking.notices(later)]).toEqual(["Mano", shifted.rings, []]);
    const keeping = new Sheet();
    keeping.changeText(around(), "lt", { headline: "Mano" });
    keeping.keepThroughSky(later);
    expect([headline(keeping, later), keeping.shown(later)!.rings, keeping.notices(later)]).toEqual(["Mano", aContent().rings, []]);
  });

  it("says when the watch means another level, whatever the area", () => {
    const sheet = new Sheet();
    sheet.change(around(), { expires_s: 8_000 });
    expect(sheet.notices(around({ draft: aDraft({ content: aContent({ level: "yellow" }) }) }))).toMatchObject([{ kind: "sky", isLevel: true }]);
    expect(sheet.notices(around({ draft: aDraft({ made_s: 900 }) }))).toEqual([]);
  });

  it("shows what another officer saved beside one's own, and neither undoes the other", () => {
    const sheet = new Sheet();
    const saved = { officer: "Lt. B", time_s: 480, content: shifted };
    sheet.changeText(around({ state: { revision: 3 } }), "lt", { headline: "Mano" });
    const later = around({ state: { revision: 4, edited: saved } });
    expect(sheet.notices(later)).toMatchObject([{ kind: "other", officer: "Lt. B", timeS: 480, content: shifted }]);
    expect(headline(sheet, later)).toBe("Mano");
    expect(sheet.revision(later)).toBe(3);
    sheet.keepOverOther(later);
    expect([sheet.notices(later), sheet.revision(later)]).toEqual([[], 4]);
    sheet.drop();
    expect([sheet.shown(later), sheet.origin(later)]).toEqual([shifted, "saved"]);
  });

  it("undoes the area step by step, and only the area", () => {
    const sheet = new Sheet();
    const a = around();
    const [first, second] = [opened([aRing(25.71, 54.6)]), opened([aRing(25.72, 54.6)])];
    sheet.reshape(a, first);
    sheet.changeText(a, "en", { headline: "Mine" });
    sheet.reshape(a, second);
    expect(sheet.undo(a)).toBe(true);
    expect(sheet.area(a)).toEqual(first);
    expect(sheet.undo(a)).toBe(true);
    expect(sheet.area(a)).toEqual(opened(aContent().rings));
    expect(sheet.undo(a)).toBe(false);
    expect(sheet.shown(a)!.texts[1]!.headline).toBe("Mine");
  });
});
