/** A photograph of a find is kept on the phone; its fingerprint goes out with the report, so that it cannot be swapped later. */

import type { Item, Shelf } from "./shelf";

export interface Photo extends Item {
  takenMs: number;
  name: string;
  /** Empty where the browser reckons none: a page that was not opened over https. */
  sha256: string;
  file: Blob;
}

export async function keepPhoto(shelf: Shelf, file: File, nowMs: number): Promise<Photo> {
  const sha256 = await fingerprint(await file.arrayBuffer());
  const photo: Photo = { id: sha256 || `unsigned-${nowMs}`, takenMs: nowMs, name: file.name || "find.jpg", sha256, file };
  await shelf.put("photos", photo);
  return photo;
}

/** Return the SHA-256 of the bytes in hex; empty where there is none to be had. */
export async function fingerprint(bytes: BufferSource): Promise<string> {
  if (globalThis.crypto?.subtle === undefined) return "";
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
