/** What this browser remembers: theme, sound, officer, layers. Storage may be forbidden: then it lasts for the visit. */

export interface Settings {
  theme: "night" | "day";
  isMuted: boolean;
  officer: string;
  layers: Record<LayerName, boolean>;
  isKeyShown: boolean;
}
export const LAYERS = {
  cooperative: "Cooperative traffic",
  lost: "Lost tracks without an incident",
  labels: "Track labels",
  trails: "Trails",
  observations: "Bearings, sightings, cues",
  coverage: "Sensor coverage",
  zones: "Zones",
  places: "Towns",
  search: "The search, while it is open or pinned",
  warnings: "Warnings",
} as const;
export type LayerName = keyof typeof LAYERS;

const KEY = "sargas.desk";
const DEFAULTS: Settings = {
  theme: "night",
  isMuted: false,
  officer: "",
  isKeyShown: true,
  layers: {
    cooperative: true, lost: true, labels: true, trails: true, observations: true, coverage: true, zones: true, places: true, search: true, warnings: true,
  },
};

let account = "";

/** From now on the officer is the account that is signed in, whatever name this browser remembers. */
export function actAs(name: string): void {
  account = name;
}

export function loadSettings(): Settings {
  try {
    const saved = JSON.parse(localStorage.getItem(KEY) ?? "{}") as Partial<Settings>;
    return { ...DEFAULTS, ...saved, layers: { ...DEFAULTS.layers, ...saved.layers }, ...(account === "" ? {} : { officer: account }) };
  } catch {
    return { ...structuredClone(DEFAULTS), officer: account };
  }
}

export function saveSettings(settings: Settings): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(settings));
  } catch {
    // Private mode or a full store: the setting lasts until the page is closed.
  }
}
