/** Which alarms are new: an incident that opened, or rose to red, and that nobody has acknowledged. */

import { isAcknowledged, skyLevel, type Incident, type Level } from "./model";

export class Alarms {
  private readonly known = new Map<string, Level>();

  /** Return the incidents that must be heard now; each is returned once for each rise. */
  take(incidents: Iterable<Incident>, isReset: boolean): Incident[] {
    const before = new Map(this.known);
    if (isReset) this.known.clear();
    const fresh: Incident[] = [];
    for (const incident of incidents) {
      const level = before.get(incident.incident_id);
      this.known.set(incident.incident_id, incident.level);
      const hasRisen = level === undefined || (level !== "red" && incident.level === "red");
      if (incident.status === "open" && !isAcknowledged(incident) && hasRisen) fresh.push(incident);
    }
    return fresh;
  }
}

/** Return the highest level that waits for an acknowledgement. */
export function waitingLevel(incidents: Iterable<Incident>): Level {
  return skyLevel([...incidents].filter((incident) => !isAcknowledged(incident)));
}
