/** The look of the desk's pages: bars, panels, banners. */

// Imported by a module with code in it: the bundler puts a style that pages share after what a page adds to it unless
// it comes with code, and the page for phones would look as on a desk.
import "./css/layout.css";

/** Dress the document in the theme that was chosen on this machine. */
export function dress(theme: string): void {
  document.documentElement.dataset["theme"] = theme;
}
