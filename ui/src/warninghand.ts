/** The warning as the page handles it: opened and closed, its area drawn and shaped, approved, sent and withdrawn. */

import { selectedIncident, type Desk, type OnRefused, type WarningActions } from "./desk";
import { LEVEL_WORD } from "./levelwords";
import type { Layout } from "./layout";
import type { AirMap } from "./map/airmap";
import type { Incident } from "./model";
import { askOverride } from "./panels/warning/dialogs";
import { Shaping } from "./shaping";
import { boundsOfArea, fault, opened, type Area } from "./warn/area";
import { areaFeature, contentFeature, draftLabel, handleFeature, noWarning, reachFeature, type WarningFeatures } from "./warn/features";
import type { Around, Sheet } from "./warn/sheet";
import { inForce, isApproved, pendingOf, type PublicWarning } from "./warn/types";
import { againstAllClear, shortTime, stillFlying } from "./warn/words";
import { aroundOf } from "./warnings";

export interface WarningHost {
  readonly desk: Desk;
  layout(): Layout;
  map(): AirMap | null;
  stopFollowing(): void;
  reread(incidentId: string): Promise<void>;
}
/** The warning whose panel is open, with what surrounds it. */
export interface InHand {
  incident: Incident;
  around: Around;
  sheet: Sheet;
}
/** How long what was decided may take to come back with the picture. */
const PICTURE_WAIT_MS = 6_000;
const LOOK_MS = 50;

export class WarningHand implements WarningActions {
  private approving: Promise<void> | null = null;
  private framed = "";
  readonly shaping: Shaping;

  constructor(private readonly host: WarningHost) {
    this.shaping = new Shaping(host, () => this.inHand(), () => this.draw());
  }

  private inHand(): InHand | null {
    const { warnings, picture } = this.host.desk;
    const incident = warnings.isPanelOpen ? picture.incidents.get(warnings.incidentId) : undefined;
    return incident === undefined ? null : { incident, around: aroundOf(picture, incident), sheet: warnings.sheet(incident.incident_id) };
  }

  get isOpen(): boolean {
    return this.host.desk.warnings.isPanelOpen;
  }

  open(): void {
    const { desk } = this.host;
    const incident = selectedIncident(desk);
    if (incident === undefined) return desk.say("There is no incident to warn of.");
    desk.searching.close();
    desk.warnings.open(incident.incident_id);
    this.framed = "";
    this.host.layout().showDetail();
    desk.redraw();
  }

  close(): void {
    this.shaping.stop();
    this.host.desk.warnings.close();
    this.host.desk.redraw();
  }

  /** Draw what is in force and what is in hand; bring a draft into view when it is first there. */
  keep(): void {
    const { desk } = this.host;
    const hand = this.inHand();
    if (desk.warnings.isPanelOpen && hand === null) this.close();
    if (hand === null || pendingOf(hand.around.state) !== null || hand.sheet.shown(hand.around) === null) this.shaping.stop();
    this.draw();
    const content = hand && (pendingOf(hand.around.state)?.content ?? hand.sheet.shown(hand.around));
    if (hand === null || content == null || this.framed === hand.incident.incident_id) return;
    this.framed = hand.incident.incident_id;
    this.frame(opened(content.rings));
  }

  showArea(): void {
    const hand = this.inHand();
    if (hand !== null) this.frame(hand.sheet.area(hand.around));
  }

  private frame(area: Area): void {
    if (area.length === 0) return;
    this.host.stopFollowing();
    this.host.map()?.show(boundsOfArea(area), this.host.layout().covered());
  }

  private draw(): void {
    this.host.map()?.drawWarning(this.features());
  }

  private features(): WarningFeatures {
    const { desk } = this.host;
    const out = noWarning();
    const nowS = desk.picture.nowS();
    const hand = this.inHand();
    for (const incident of desk.picture.incidents.values()) {
      const given = inForce(incident.warning, nowS);
      if (given !== null) out["warning-areas"].push(contentFeature(given.content, "force", `${LEVEL_WORD[given.content.level]} in force until ${shortTime(desk.times, given.content.expires_s)}`, incident !== hand?.incident));
    }
    if (hand === null) return out;
    for (const track of stillFlying(hand.incident.lost, nowS)) out["warning-reaches"].push(reachFeature(track, nowS));
    const pending = pendingOf(hand.around.state);
    const content = pending?.content ?? hand.sheet.shown(hand.around);
    if (content === null) return out;
    const area = this.shaping.pulled ?? opened(content.rings);
    out["warning-areas"].push(areaFeature(area, content.level, "draft", pending === null ? draftLabel(content) : `approved: ${LEVEL_WORD[content.level]}`));
    for (const notice of hand.sheet.notices(hand.around)) {
      if (notice.content !== null) out["warning-areas"].push(contentFeature(notice.content, "other", notice.kind === "sky" ? "the watch now" : `saved by ${notice.officer}`));
    }
    const map = this.host.map();
    if (desk.warnings.isEditingArea && map !== null) out["warning-handles"] = map.area.handles(area).map((handle) => handleFeature(handle, desk.warnings.corner));
    return out;
  }

  toggleArea(): void {
    this.shaping.toggle();
  }

  undo(): void {
    this.shaping.undo();
  }

  private announce(text: string): void {
    this.host.layout().tell.textContent = text;
  }

  approve(): Promise<void> {
    this.approving ??= this.busy(() => this.approveNow()).finally(() => { this.approving = null; });
    return this.approving;
  }

  private async approveNow(): Promise<void> {
    const { desk } = this.host;
    const hand = this.inHand();
    if (hand === null) return;
    const { incident, around, sheet } = hand;
    const pending = pendingOf(around.state);
    if (pending !== null) return this.countersign(incident, pending);
    const content = sheet.shown(around);
    const problem = content === null ? "There is nothing to warn of yet." : this.unready(hand);
    if (content === null || problem !== "") return this.refuse(problem);
    const against = content.level === "white" ? againstAllClear(incident, desk.picture.nowS(), desk.times) : [];
    const override = against.length === 0 ? "" : await askOverride(against);
    if (override === null) return;
    this.shaping.stop();
    const isDone = await desk.decide({
      action: "approve_warning", incident_id: incident.incident_id, revision: sheet.revision(around), content, ...(override === "" ? {} : { override }),
    }, this.onRefused(incident));
    if (!isDone) return;
    // Until it is back P would approve a second one, and the old draft would flash up.
    await this.until(() => pendingOf(this.inHand()?.around.state) !== null);
    sheet.drop();
    const needed = desk.info.approvals_needed ?? 1;
    this.announce(needed > 1 ? "Approved. Another officer must approve it too." : "Approved. S sends it.");
  }

  /** Return what has to be settled before this can be approved, "" if nothing. */
  private unready({ around, sheet }: InHand): string {
    const content = sheet.shown(around)!;
    const notices = sheet.notices(around);
    const other = notices.find((notice) => notice.kind === "other");
    if (other?.kind === "other") return `${other.officer || "Somebody"} saved another draft meanwhile: choose one first.`;
    const sky = notices.find((notice) => notice.kind === "sky");
    if (sky?.kind === "sky" && sky.isLevel) return `The watch now says ${LEVEL_WORD[sky.content.level]}, this draft ${LEVEL_WORD[content.level]}: choose one first.`;
    const own = around.draft?.content;
    if (own !== undefined && own.level !== content.level && JSON.stringify(own.texts) === JSON.stringify(content.texts)) {
      return `The words are still those of ${LEVEL_WORD[own.level]}: change them first.`;
    }
    const empty = content.texts.find((text) => text.headline.trim() === "" || text.area.trim() === "");
    if (empty !== undefined) return `The ${empty.language} text needs a headline and an area.`;
    return fault(opened(content.rings));
  }

  private async countersign(incident: Incident, pending: PublicWarning): Promise<void> {
    const { desk } = this.host;
    if (isApproved(pending)) return this.refuse("It is approved. S sends it.");
    if (pending.approvals?.some(({ officer }) => officer === desk.settings.officer)) return this.refuse(`${desk.settings.officer} has approved it. Another officer must approve it too.`);
    await desk.decide({ action: "countersign_warning", incident_id: incident.incident_id, warning_id: pending.warning_id }, this.onRefused(incident));
  }

  /** Send what is approved; pressed while the approval is on its way, it waits for that. */
  async send(): Promise<void> {
    const { desk } = this.host;
    const id = this.inHand()?.incident.incident_id;
    if (this.approving !== null) {
      await this.approving;
      if (desk.warnings.problem !== "") return;
    }
    const hand = this.inHand();
    // Whoever has gone on to another incident meanwhile did not mean that one.
    if (hand === null || hand.incident.incident_id !== id) return;
    const pending = pendingOf(hand.around.state);
    if (pending === null) return this.refuse("It must be approved first: P.");
    if (!isApproved(pending)) return this.refuse("Another officer must approve it first.");
    await this.busy(async () => {
      const isDone = await desk.decide({ action: "send_warning", incident_id: hand.incident.incident_id, warning_id: pending.warning_id }, this.onRefused(hand.incident));
      if (isDone) this.announce("Sent. The deliveries are in the panel.");
    });
  }

  /** Wait until the picture holds what was decided, or the panel is left, or for some seconds. */
  private async until(isThere: () => boolean): Promise<void> {
    const deadline = performance.now() + PICTURE_WAIT_MS;
    while (this.isOpen && !isThere() && performance.now() < deadline) await new Promise((done) => setTimeout(done, LOOK_MS));
  }

  async withdraw(): Promise<void> {
    const hand = this.inHand();
    const pending = hand && pendingOf(hand.around.state);
    if (hand === null || pending === null) return;
    await this.busy(() => this.host.desk.decide({ action: "withdraw_warning", incident_id: hand.incident.incident_id, warning_id: pending.warning_id }, this.onRefused(hand.incident)));
  }

  async save(): Promise<void> {
    const hand = this.inHand();
    if (hand === null || hand.sheet.mine === null) return;
    const problem = this.unready(hand);
    if (problem !== "") return this.refuse(problem);
    const content = hand.sheet.mine;
    await this.busy(async () => {
      const isDone = await this.host.desk.decide({
        action: "edit_warning", incident_id: hand.incident.incident_id, revision: hand.sheet.revision(hand.around), content,
      }, this.onRefused(hand.incident));
      if (!isDone || hand.sheet.mine !== content) return;
      await this.until(() => (this.inHand()?.around.state.revision ?? 0) !== (hand.around.state.revision ?? 0));
      hand.sheet.drop();
    });
  }

  async followSky(): Promise<void> {
    const hand = this.inHand();
    if (hand === null) return;
    const { incident, around, sheet } = hand;
    if (around.state.edited == null) return sheet.drop(), this.host.desk.redraw();
    const revision = around.state.revision ?? 0;
    await this.busy(async () => {
      if (await this.host.desk.decide({ action: "edit_warning", incident_id: incident.incident_id, revision, content: null }, this.onRefused(incident))) sheet.drop();
    });
  }

  private onRefused(incident: Incident): OnRefused {
    return (reason, isConflict) => {
      this.refuse(reason);
      if (isConflict) void this.host.reread(incident.incident_id);
    };
  }

  private refuse(reason: string): void {
    this.host.desk.warnings.problem = reason;
    this.host.desk.redraw();
  }

  private async busy(work: () => Promise<unknown>): Promise<void> {
    const { desk } = this.host;
    desk.warnings.problem = "";
    desk.warnings.isBusy = true;
    desk.redraw();
    try {
      await work();
    } finally {
      desk.warnings.isBusy = false;
      desk.redraw();
    }
  }
}
