import { afterEach, describe, expect, it, vi } from "vitest";
import { api } from "../src/api";
import type { Classification, Outlook } from "../src/model";
import { TrackPanel } from "../src/panels/track";
import { Picture } from "../src/picture";
import { aDesk, aTrack } from "./twin";

const share = (kind: string, probability: number, name = kind) => ({ kind, name, probability });
const classified = (more: Partial<Classification> = {}): Classification => ({
  track_id: 7, time_s: 1_000, answer: "gerbera", answer_name: "Gerbera or like it", caution: "Decoy or carrier: treat as dangerous",
  classes: [share("gerbera", 0.62, "Gerbera (small fixed-wing drone)"), share("unknown", 0.2, "Unknown")], reasons: ["It flies at 50 m/s."], ...more,
});

/** The panel of track 7 once the server has answered with that classification. */
async function panel(classification: Classification | null): Promise<TrackPanel> {
  const outlook: Outlook = { track_id: 7, time_s: 1_000, inside: [], why: [], classification };
  vi.spyOn(api, "outlook").mockResolvedValue(outlook);
  const picture = new Picture(() => 0);
  picture.apply({ clock: { now_s: 1_000, is_played: false }, tracks: [aTrack()] });
  const shown = new TrackPanel(aDesk(picture, [], { selection: { kind: "track", id: 7 } }));
  shown.render();
  await vi.waitFor(() => {
    shown.render();
    if (!shown.element.textContent!.includes("Probability inside")) throw new Error("not answered yet");
  });
  return shown;
}
const rows = (shown: TrackPanel): string[] => [...shown.element.querySelectorAll(".bar-row")].map((row) => row.textContent!);

afterEach(() => void vi.restoreAllMocks());

describe("what a track may be", () => {
  it("says the answer, the caution, how likely each kind is, and why", async () => {
    const shown = await panel(classified());
    for (const said of ["What it may be", "Gerbera or like it", "Decoy or carrier: treat as dangerous", "It flies at 50 m/s."]) expect(shown.element.textContent).toContain(said);
    expect(rows(shown)).toEqual(["Gerbera62 %", "Unknown20 %"]);
    expect(shown.element.querySelector<HTMLElement>(".bar-row")!.title).toBe("Gerbera (small fixed-wing drone)");
  });

  it("never leaves out how likely it is that nobody knows", async () => {
    const many = [share("a", 0.3), share("b", 0.2), share("c", 0.15), share("d", 0.12), share("e", 0.1), share("f", 0.08), share("unknown", 0.05)];
    expect(rows(await panel(classified({ classes: many })))).toEqual(["a30 %", "b20 %", "c15 %", "d12 %", "unknown5 %"]);
  });

  it("warns of nothing where there is nothing to warn of, and is silent where nothing is known", async () => {
    const bird = await panel(classified({ caution: "" }));
    expect(bird.element.querySelector(".flag")).toBeNull();
    const none = await panel(null);
    expect(none.element.textContent).not.toContain("What it may be");
  });

  it("shows text from outside as text, never as markup", async () => {
    const evil = '<img src=x onerror="window.pwned=1">';
    const shown = await panel(classified({ answer_name: evil, caution: evil, reasons: [evil], classes: [share("x", 1, evil)] }));
    expect(shown.element.querySelector("img")).toBeNull();
    expect(shown.element.textContent).toContain(evil);
  });
});
