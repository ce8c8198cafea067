import "../css/fonts.css";
import "../css/themes.css";
import "../css/base.css";
import "../css/field.css";
import { h } from "../dom";
import { FieldPage } from "./fieldpage";
import { openShelf } from "./shelf";

/** Return the incident that the address names. */
function incidentId(): string {
  return decodeURIComponent(location.pathname.split("/").filter(Boolean).at(-1) ?? "");
}

const root = document.getElementById("field");
if (root !== null) {
  root.replaceChildren(h("div", { class: "starting" }, "Opening the search…"));
  void openShelf().then((shelf) => new FieldPage(incidentId(), shelf, root).start());
}
