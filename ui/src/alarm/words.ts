/** Alarms in words: which sort is kept quiet, for how long, and what each line of the log says happened. */

import { duration, words } from "../format";
import type { Alarm, AlarmAction, AlarmSource, Suppression } from "./types";

export const SOURCE_WORDS: Record<AlarmSource, string> = { incident: "incidents", sensor: "sensors", channel: "channels", step: "overdue steps" };
export const ACTION_WORDS: Record<AlarmAction, string> = {
  raised: "raised", raised_again: "raised again", acknowledged: "acknowledged", returned: "over, not seen", ended: "over", shelved: "shelved",
  unshelved: "heard again", suppressed: "suppressed", unsuppressed: "no longer suppressed",
};

/** How long alarms may be set aside, as choices: seconds and words. */
export const SPANS: readonly (readonly [number, string])[] = [[900, "15 min"], [1_800, "30 min"], [3_600, "1 hour"], [7_200, "2 hours"], [14_400, "4 hours"], [28_800, "8 hours"]];

/** Return which sort of alarms a suppression keeps quiet. */
export function sortOf({ source, subject, kind }: Pick<Suppression, "source" | "subject" | "kind">): string {
  if (subject) return `${{ incident: "Incident", sensor: "Sensor", channel: "Channel", step: "Step" }[source]} ${subject}`;
  return kind ? `Incidents with ${words(kind)}` : `All ${SOURCE_WORDS[source]}`;
}

/** Return how long something set aside stays so. */
export const remaining = (untilS: number, nowS: number): string => `${duration(untilS - nowS)} left`;

/** Return why an alarm is not heard, "" if nothing keeps it quiet. */
export function quietLine(alarm: Alarm, suppression: Suppression | undefined, nowS: number): string {
  if (alarm.shelved != null) return `Shelved by ${alarm.shelved.officer}, ${remaining(alarm.shelved.until_s, nowS)}: ${alarm.shelved.text}`;
  if (!alarm.suppressed_by) return "";
  return suppression === undefined ? "Suppressed" : `Suppressed by ${suppression.officer}, ${remaining(suppression.until_s, nowS)}: ${suppression.text}`;
}
