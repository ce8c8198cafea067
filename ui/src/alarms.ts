/** Which alarms are new to this screen: raised for the first time, or again, and heard. */

import { byAlarm, isHeard } from "./alarm/order";
import type { Alarm } from "./alarm/types";

export class Alarms {
  private readonly known = new Map<string, string>();

  /** Return the alarms that must be heard now, the most urgent first; each is returned once for each time it is raised. */
  take(alarms: Iterable<Alarm>, isReset: boolean): Alarm[] {
    const before = new Map(this.known);
    if (isReset) this.known.clear();
    const fresh: Alarm[] = [];
    for (const alarm of alarms) {
      // One that comes back from a shelf or a suppression is heard like a new one.
      const raising = isHeard(alarm) ? `${alarm.raised_s} ${alarm.n_raised ?? 1}` : "";
      const isNew = raising !== "" && before.get(alarm.alarm_id) !== raising;
      this.known.set(alarm.alarm_id, raising);
      if (isNew) fresh.push(alarm);
    }
    return fresh.sort(byAlarm);
  }
}
