/** Return the address of one of the server's paths: the desk stands at their root, the search page one step below it. */
export function rootUrl(path: string): string {
  return new URL(`${document.documentElement.dataset["root"] ?? "./"}${path}`, document.baseURI).href;
}
