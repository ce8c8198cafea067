import { describe, expect, it } from "vitest";
import { course, distance, duration, percent, stopwatch, timeZoneOf, Times, utc } from "../src/format";

// 28 July 2025 01:43:49 UTC; Lithuania keeps EEST (UTC+3) in July.
const CROSSING_S = Date.UTC(2025, 6, 28, 1, 43, 49) / 1_000;

describe("times", () => {
  it("are told in the country's own time and in UTC", () => {
    expect(new Times("LT").local(CROSSING_S)).toBe("04:43:49");
    expect(utc(CROSSING_S)).toBe("01:43:49Z");
  });
  it("use summer and winter time of the day itself", () => {
    expect(new Times("LT").local(Date.UTC(2025, 0, 28, 1, 43, 49) / 1_000)).toBe("03:43:49");
  });
  it("fall back to UTC for a country that is not known", () => {
    expect(timeZoneOf("XX")).toBe("UTC");
  });
  it("say nothing before the first picture", () => {
    expect(new Times("LT").local(NaN)).toBe("--:--:--");
    expect(utc(NaN)).toBe("--:--:--Z");
  });
});

describe("the decision clock", () => {
  it.each([[0, "00:00"], [59.9, "00:59"], [73 * 60, "1:13:00"], [-5, "00:00"]])("shows %s s as %s", (s, text) => {
    expect(stopwatch(s)).toBe(text);
  });
});

describe("figures", () => {
  it("never claim certainty", () => {
    expect(percent(1)).toBe(">99 %");
    expect(percent(0.004)).toBe("<1 %");
    expect(percent(0)).toBe("0 %");
    expect(percent(0.97)).toBe("97 %");
  });
  it("keep ages short", () => {
    expect([8, 89, 90, 3_600, 7_500].map(duration)).toEqual(["8 s", "89 s", "2 min", "60 min", "2 h 05"]);
  });
  it("turn courses into three digits", () => {
    expect([0, 7.4, 359.8].map(course)).toEqual(["000°", "007°", "000°"]);
  });
  it("give distances in metres below a kilometre", () => {
    expect([84, 3_210, 98_700].map(distance)).toEqual(["80 m", "3.2 km", "99 km"]);
  });
});
