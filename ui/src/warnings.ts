/** The warnings in hand at this desk: whose panel is open, and a sheet for each incident that keeps what was not saved. */

import type { Incident, Maybe } from "./model";
import type { Picture } from "./picture";
import type { Corner } from "./warn/area";
import { Sheet, type Around } from "./warn/sheet";

export class Warnings {
  /** The incident whose warning is open, "" for none. */
  incidentId = "";
  isPanelOpen = false;
  isEditingArea = false;
  corner: Corner | null = null;
  /** The language whose words are shown, "" the first. */
  language = "";
  /** What the server said to the last thing that was refused. */
  problem = "";
  isBusy = false;
  private readonly sheets = new Map<string, Sheet>();

  sheet(incidentId: string): Sheet {
    const sheet = this.sheets.get(incidentId) ?? new Sheet();
    this.sheets.set(incidentId, sheet);
    return sheet;
  }

  open(incidentId: string): void {
    if (this.incidentId !== incidentId) this.close();
    this.incidentId = incidentId;
    this.isPanelOpen = true;
  }

  /** Close the panel; what was written stays on its sheet. */
  close(): void {
    Object.assign(this, { incidentId: "", isPanelOpen: false, isEditingArea: false, corner: null, problem: "" });
  }

  /** Forget every sheet: the picture is another one. */
  forget(): void {
    this.close();
    this.sheets.clear();
  }
}

/** Return what is known of an incident's warning outside the officer's hands. */
export function aroundOf(picture: Picture, incident: Incident): Around {
  return { state: (incident.warning as Maybe<Around["state"]>) ?? {}, draft: picture.drafts.get(incident.incident_id) ?? null };
}
