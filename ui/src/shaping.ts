/** The area of the warning in hand while it is shaped: by the mouse, by a finger, and by keys. */

import type { InHand, WarningHost } from "./warninghand";
import { added, boundsOfArea, fault, middle, moved, removed, stepped, type Area, type Corner } from "./warn/area";
import { pendingOf } from "./warn/types";

const STEP_PX = 12;
const FINE_PX = 1;
const ARROWS: Record<string, [number, number]> = { ArrowUp: [0, 1], ArrowDown: [0, -1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };

export class Shaping {
  /** The area while a corner of it is being pulled. */
  pulled: Area | null = null;

  constructor(private readonly host: WarningHost, private readonly inHand: () => InHand | null, private readonly draw: () => void) {}

  toggle(): void {
    const { desk } = this.host;
    if (desk.warnings.isEditingArea) this.stop();
    else this.begin();
    desk.redraw();
  }

  private begin(): void {
    const { desk } = this.host;
    const [hand, map] = [this.inHand(), this.host.map()];
    if (hand === null || desk.view === "replay") return;
    if (pendingOf(hand.around.state) !== null) return desk.say("It is approved: nobody changes it any more. It can be withdrawn.", "error");
    if (map === null) return desk.say("There is no map to draw on.", "error");
    if (this.area().length === 0) return desk.say("There is no area to shape yet.", "error");
    desk.warnings.isEditingArea = true;
    desk.warnings.corner = null;
    map.area.start({
      area: () => this.area(),
      choose: (corner) => this.choose(corner),
      pull: (area) => {
        this.pulled = area;
        this.draw();
      },
      letGo: (area) => {
        this.pulled = null;
        this.take(area);
      },
      remove: (corner) => this.remove(corner),
    });
    this.host.stopFollowing();
    // On a phone the panel first makes room for the map.
    desk.redraw();
    map.resize();
    map.show(boundsOfArea(this.area()), this.host.layout().covered());
  }

  stop(): void {
    const { warnings } = this.host.desk;
    if (!warnings.isEditingArea) return;
    warnings.isEditingArea = false;
    warnings.corner = null;
    this.pulled = null;
    this.host.map()?.area.stop();
  }

  private area(): Area {
    const hand = this.inHand();
    return hand === null ? [] : hand.sheet.area(hand.around);
  }

  private choose(corner: Corner | null): void {
    const { desk } = this.host;
    desk.warnings.corner = corner;
    const ring = corner === null ? undefined : this.area()[corner.ring];
    const at = corner === null ? undefined : ring?.[corner.index];
    if (at !== undefined && corner !== null) this.host.layout().tell.textContent = `Corner ${corner.index + 1} of ${ring!.length}: ${at[1].toFixed(3)} north, ${at[0].toFixed(3)} east`;
    desk.redraw();
  }

  /** Take an area over if it can leave; one that crosses itself goes back to what it was. */
  private take(area: Area): boolean {
    const hand = this.inHand();
    if (hand === null) return false;
    const problem = fault(area);
    if (problem !== "") this.host.desk.say(`${problem} The area stays as it was.`, "error");
    else hand.sheet.reshape(hand.around, area);
    this.host.desk.redraw();
    return problem === "";
  }

  private remove(corner: Corner): void {
    const rest = removed(this.area(), corner);
    if (rest === null) this.host.desk.say("An area needs three corners.", "error");
    else if (this.take(rest)) this.choose(null);
  }

  undo(): void {
    const hand = this.inHand();
    if (hand === null) return;
    if (!hand.sheet.undo(hand.around)) this.host.desk.say("There is nothing to undo.");
    this.host.desk.warnings.corner = null;
    this.host.desk.redraw();
  }

  /** Take a key that shapes the area; true if it was one. */
  key(event: KeyboardEvent): boolean {
    const { warnings } = this.host.desk;
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z" && warnings.isPanelOpen) return this.undo(), true;
    if (!warnings.isEditingArea || event.ctrlKey || event.metaKey || event.altKey) return false;
    const { corner } = warnings;
    if (["Tab", "[", "]"].includes(event.key)) {
      this.choose(stepped(this.area(), corner, event.key === "[" || event.shiftKey ? -1 : 1));
      return true;
    }
    return corner !== null && this.keyAt(event, corner);
  }

  private keyAt(event: KeyboardEvent, corner: Corner): boolean {
    if (event.key === "Delete" || event.key === "Backspace") return this.remove(corner), true;
    if (event.key === "Insert" || event.key === "+") {
      const next = { ring: corner.ring, index: corner.index + 1 };
      if (this.take(added(this.area(), next, middle(this.area(), corner)))) this.choose(next);
      return true;
    }
    const [arrow, map] = [ARROWS[event.key], this.host.map()];
    if (arrow === undefined || map === null) return false;
    const [east, north] = map.degreesAPixel();
    const px = event.shiftKey ? FINE_PX : STEP_PX;
    const [lon, lat] = this.area()[corner.ring]![corner.index]!;
    if (this.take(moved(this.area(), corner, [lon + arrow[0] * east * px, lat + arrow[1] * north * px]))) this.choose(corner);
    return true;
  }
}
