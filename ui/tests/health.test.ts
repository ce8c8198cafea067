import { expect, test } from "vitest";
import { sensorNote } from "../src/panels/health";

test("a sensor that is well shows what the watch takes off", () => {
  expect(sensorNote("ok", "", { is_applied: true, verdict: "corrected: range 150 +- 4 m" })).toBe("corrected: range 150 +- 4 m");
});

test("a sensor in register that is well needs no note", () => {
  expect(sensorNote("ok", "", { is_applied: false, verdict: "in register as far as its targets tell" })).toBe("");
  expect(sensorNote("ok", "", undefined)).toBe("");
});

test("what is wrong comes before the correction", () => {
  const registration = { is_applied: true, verdict: "corrected: range 150 +- 4 m" };
  expect(sensorNote("late", "its reports come 9 s later than expected", registration)).toBe(
    "its reports come 9 s later than expected; corrected: range 150 +- 4 m",
  );
});

test("a misaligned sensor says so once", () => {
  const verdict = "misaligned, points 60.00 +- 1.00 deg clockwise: not used until it is turned or azimuth_bias_deg is set";
  expect(sensorNote("degraded", verdict, { is_applied: false, is_used: false, verdict })).toBe(verdict);
});
