/** What the map draws of warnings: what is in force, what is being drafted, what another officer saved, and where lost tracks can be. */

import { circle, type LonLat } from "../geo";
import { LEVEL_WORD } from "../levelwords";
import type { Level } from "../trackmodel";
import { fault, opened, shut, type Area, type Corner } from "./area";
import type { LostTrack, WarningContent } from "./types";
import { placeOfLost, reachM } from "./words";

export const WARNING_SOURCES = ["warning-areas", "warning-reaches", "warning-handles"] as const;
export type WarningSource = (typeof WARNING_SOURCES)[number];
export type WarningFeatures = Record<WarningSource, GeoJSON.Feature[]>;
/** Force is what the public was told; other is what somebody else saved. */
export type AreaRole = "force" | "draft" | "other";

export function noWarning(): WarningFeatures {
  return { "warning-areas": [], "warning-reaches": [], "warning-handles": [] };
}

/** Return an area as it is drawn; only the one in hand is filled while there is one beside it. */
export function areaFeature(area: Area, level: Level, role: AreaRole, label: string, isFilled = true): GeoJSON.Feature {
  const isBad = role === "draft" && fault(area) !== "";
  return {
    type: "Feature", geometry: { type: "MultiPolygon", coordinates: shut(area).map((ring) => [ring]) },
    properties: { level, role, isBad, isFilled, label: isBad ? fault(area) : label },
  };
}

export const contentFeature = (content: WarningContent, role: AreaRole, label: string, isFilled = true): GeoJSON.Feature =>
  areaFeature(opened(content.rings), content.level, role, label, isFilled);

export const draftLabel = (content: WarningContent): string => `draft: ${LEVEL_WORD[content.level]}`;

/** Return the circle within which a lost track can be by now. */
export function reachFeature(track: LostTrack, nowS: number): GeoJSON.Feature {
  const [lon, lat] = placeOfLost(track);
  return {
    type: "Feature", geometry: { type: "Polygon", coordinates: [circle(lon, lat, Math.max(50, reachM(track, nowS)))] },
    properties: { label: `track ${track.track_id} can be within` },
  };
}

export interface Handle {
  at: LonLat;
  corner: Corner;
  /** True for the middle of an edge: pulling at it makes a corner. */
  isMiddle: boolean;
}

export function handleFeature({ at, isMiddle, corner }: Handle, chosen: Corner | null): GeoJSON.Feature {
  const isChosen = !isMiddle && chosen?.ring === corner.ring && chosen.index === corner.index;
  return { type: "Feature", geometry: { type: "Point", coordinates: at }, properties: { isMiddle, isChosen } };
}
