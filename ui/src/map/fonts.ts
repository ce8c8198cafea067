/** The faces that the map draws its letters with; they are in css/fonts.css. */

export const FONT = ["Sargas"];
export const FONT_STRONG = ["Sargas Semibold"];
const LETTERS = "AĄČĘĖĮŠŲŪŽąčęėįšųūžāēīļņõäöüłśżșț";

/** Faces that the map draws its letters with must be there before the first label is drawn. */
export async function loadFonts(): Promise<void> {
  await Promise.all(["400 16px Sargas", "600 16px 'Sargas Semibold'"].map((face) => document.fonts.load(face, LETTERS)));
}
