/** The map's colours by theme. Meaning never rests on colour alone: shapes, dashes and words say it again. */

export interface Palette {
  outside: string;
  country: string;
  home: string;
  border: string;
  homeBorder: string;
  homeGlow: string;
  countryName: string;
  town: string;
  townHalo: string;
  zone: string;
  zoneFill: string;
  coverage: string;
  sensor: string;
  sensorOk: string;
  sensorBad: string;
  sensorOff: string;
  unknown: string;
  cooperative: string;
  friendly: string;
  suspect: string;
  hostile: string;
  lost: string;
  heard: string;
  red: string;
  yellow: string;
  label: string;
  labelDim: string;
  halo: string;
  selected: string;
  /** Of a search: the bands of probability with their opacity from 50 to 95 %, the sectors from the first to the last. */
  band: string;
  bandName: string;
  bandAlpha: readonly [number, number, number, number];
  sectors: readonly [string, string, string, string];
  searched: string;
  me: string;
}

export const PALETTES: Record<"night" | "day", Palette> = {
  night: {
    outside: "#080c11",
    country: "#0d131a",
    home: "#131d27",
    border: "#2f3d4a",
    homeBorder: "#7b9bb5",
    homeGlow: "#3f6d92",
    countryName: "#4f6274",
    town: "#8496a6",
    townHalo: "#0d141b",
    zone: "#6f8fb0",
    zoneFill: "#6f8fb0",
    coverage: "#4f8f86",
    sensor: "#9fb4b9",
    sensorOk: "#58b5a4",
    sensorBad: "#f0b429",
    sensorOff: "#ff7a59",
    unknown: "#f5e79e",
    cooperative: "#6fa8d6",
    friendly: "#80d4ff",
    suspect: "#ffb38a",
    hostile: "#ff6b57",
    lost: "#d9c77a",
    heard: "#c99be6",
    red: "#ff5c45",
    yellow: "#f4b632",
    label: "#f3f6f8",
    labelDim: "#8fb3d1",
    halo: "#080c11",
    selected: "#ffffff",
    band: "#3fb8a8",
    bandName: "#9fe6da",
    bandAlpha: [0.26, 0.16, 0.13, 0.1],
    sectors: ["#ffffff", "#d5e6ee", "#93adba", "#5f7683"],
    searched: "#a9b8c2",
    me: "#4da3ff",
  },
  day: {
    outside: "#d4dde4",
    country: "#e6ebef",
    home: "#fbfcfd",
    border: "#a9b5bf",
    homeBorder: "#33566f",
    homeGlow: "#9fc0d8",
    countryName: "#7d8c99",
    town: "#4b5965",
    townHalo: "#f6f8f9",
    zone: "#3c6a95",
    zoneFill: "#3c6a95",
    coverage: "#2f7d72",
    sensor: "#3c4b55",
    sensorOk: "#18796b",
    sensorBad: "#9a6200",
    sensorOff: "#c0321b",
    unknown: "#7a6200",
    cooperative: "#1f6aa5",
    friendly: "#0077b0",
    suspect: "#b4490f",
    hostile: "#c0240f",
    lost: "#8a6d00",
    heard: "#7a3ba6",
    red: "#cf2a14",
    yellow: "#a86a00",
    label: "#101a22",
    labelDim: "#1f5f92",
    halo: "#ffffff",
    selected: "#000000",
    band: "#00786c",
    bandName: "#00534b",
    bandAlpha: [0.24, 0.15, 0.12, 0.1],
    sectors: ["#05141c", "#22414f", "#55707d", "#8299a4"],
    searched: "#4c5c66",
    me: "#0062d6",
  },
};
