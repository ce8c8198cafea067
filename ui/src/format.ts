/** Numbers as an officer reads them: times, ages, distances, speeds; unknown is said, never zero. */

const ZONES: Record<string, string> = {
  LT: "Europe/Vilnius", LV: "Europe/Riga", EE: "Europe/Tallinn", PL: "Europe/Warsaw", FI: "Europe/Helsinki",
  RO: "Europe/Bucharest", UA: "Europe/Kyiv", BY: "Europe/Minsk", RU: "Europe/Moscow", MD: "Europe/Chisinau",
  DE: "Europe/Berlin", SE: "Europe/Stockholm", NO: "Europe/Oslo", DK: "Europe/Copenhagen", CZ: "Europe/Prague",
  SK: "Europe/Bratislava", HU: "Europe/Budapest", BG: "Europe/Sofia", HR: "Europe/Zagreb", SI: "Europe/Ljubljana",
  AT: "Europe/Vienna", IT: "Europe/Rome", NL: "Europe/Amsterdam", BE: "Europe/Brussels", FR: "Europe/Paris",
  GB: "Europe/London", IE: "Europe/Dublin", CH: "Europe/Zurich", ES: "Europe/Madrid", PT: "Europe/Lisbon",
};

/** Return the IANA time zone of a country's capital; UTC for one that is not known. */
export function timeZoneOf(country: string): string {
  return ZONES[country.toUpperCase()] ?? "UTC";
}

export class Times {
  readonly zone: string;
  private readonly hms: Intl.DateTimeFormat;
  private readonly day: Intl.DateTimeFormat;
  private readonly zoneName: Intl.DateTimeFormat;

  constructor(country: string) {
    this.zone = timeZoneOf(country);
    const clock = { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" } as const;
    this.hms = new Intl.DateTimeFormat("en-GB", { timeZone: this.zone, ...clock });
    this.day = new Intl.DateTimeFormat("en-GB", { timeZone: this.zone, weekday: "short", day: "numeric", month: "short", year: "numeric" });
    this.zoneName = new Intl.DateTimeFormat("en-GB", { timeZone: this.zone, timeZoneName: "short" });
  }

  local(timeS: number): string {
    return Number.isFinite(timeS) ? this.hms.format(timeS * 1_000) : "--:--:--";
  }

  date(timeS: number): string {
    return Number.isFinite(timeS) ? this.day.format(timeS * 1_000) : "";
  }

  /** Return the newest moment until `untilS` at which the local clocks showed hh:mm; null for what is no time. */
  lastAt(hhmm: string, untilS: number): number | null {
    const found = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(hhmm);
    if (found === null || !Number.isFinite(untilS)) return null;
    const [hours = 0, minutes = 0, seconds = 0] = this.local(untilS).split(":").map(Number);
    const backS = hours * 3_600 + minutes * 60 + seconds - (Number(found[1]) * 3_600 + Number(found[2]) * 60);
    return Math.floor(untilS) - (backS < 0 ? backS + 86_400 : backS);
  }

  /** Return the first moment after `fromS` at which the local clocks show hh:mm; null for what is no time. */
  nextAt(hhmm: string, fromS: number): number | null {
    const last = this.lastAt(hhmm, fromS);
    if (last === null) return null;
    // A day on which the clocks are changed has 23 or 25 hours.
    const next = [86_400, 82_800, 90_000].map((dayS) => last + dayS).find((timeS) => this.local(timeS).startsWith(hhmm));
    return next ?? last + 86_400;
  }

  /** Return the name of the local offset at that moment, such as EEST or GMT+3. */
  offset(timeS: number): string {
    return this.zoneName.formatToParts(timeS * 1_000).find((part) => part.type === "timeZoneName")?.value ?? "";
  }
}

/** Return hh:mm:ss in UTC with its Z. */
export function utc(timeS: number): string {
  return Number.isFinite(timeS) ? `${new Date(timeS * 1_000).toISOString().slice(11, 19)}Z` : "--:--:--Z";
}

/** Return mm:ss below an hour, h:mm:ss above: a running clock. */
export function stopwatch(seconds: number): string {
  const total = Math.max(0, Math.floor(seconds));
  const [hours, minutes, rest] = [Math.floor(total / 3_600), Math.floor(total / 60) % 60, total % 60];
  const two = (value: number): string => String(value).padStart(2, "0");
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${two(minutes)}:${two(rest)}`;
}

/** Return a length of time in words short enough for a label: 8 s, 3 min, 2 h 05. */
export function duration(seconds: number): string {
  const total = Math.max(0, Math.round(seconds));
  if (total < 90) return `${total} s`;
  if (total < 5_400) return `${Math.round(total / 60)} min`;
  if (total < 172_800) return `${Math.floor(total / 3_600)} h ${String(Math.floor(total / 60) % 60).padStart(2, "0")}`;
  return `${Math.floor(total / 86_400)} d`;
}

export function distance(metres: number): string {
  if (metres < 950) return `${Math.round(metres / 10) * 10} m`;
  return `${(metres / 1_000).toFixed(metres < 9_950 ? 1 : 0)} km`;
}

export function speedKmh(mps: number): string {
  return `${Math.round(mps * 3.6)} km/h`;
}

export function speedKt(mps: number): string {
  return `${Math.round(mps / 0.514444)} kt`;
}

export function course(degrees: number): string {
  return `${String(Math.round(degrees + 360) % 360).padStart(3, "0")}°`;
}

const POINTS = ["north", "north-east", "east", "south-east", "south", "south-west", "west", "north-west"];
export function compass(degrees: number): string {
  return POINTS[Math.round(degrees / 45) % 8] ?? "north";
}

/** Return a probability in percent that never claims certainty: <1 % and >99 % are said so. */
export function percent(probability: number): string {
  if (probability > 0 && probability < 0.01) return "<1 %";
  if (probability > 0.99) return ">99 %";
  return `${Math.round(probability * 100)} %`;
}

export function position(latDeg: number, lonDeg: number): string {
  const part = (value: number, positive: string, negative: string): string =>
    `${Math.abs(value).toFixed(4)}° ${value < 0 ? negative : positive}`;
  return `${part(latDeg, "N", "S")}  ${part(lonDeg, "E", "W")}`;
}

const regions = new Intl.DisplayNames(["en"], { type: "region", fallback: "code" });
/** Return a country's English name; what is no country code stays as it is. */
export function countryName(code: string): string {
  return /^[A-Z]{2}$/.test(code) ? (regions.of(code) ?? code) : code;
}

/** Return words for a name_with_underscores. */
export function words(name: string): string {
  return name.replaceAll("_", " ");
}
