import { defineConfig } from "vite";
import { fixture } from "./dev/fixture.mjs";

// The pages are served with a strict content security policy: nothing may be inlined, fonts and the map's worker included.
export default defineConfig(({ command }) => ({
  base: "./",
  plugins: command === "serve" && !process.env["SARGAS_SERVER"] ? [fixture()] : [],
  // The search page is answered at search/<incident>, one step below the files that it asks for.
  experimental: {
    renderBuiltUrl: (filename: string, { hostId, hostType }: { hostId: string; hostType: string }) =>
      hostType === "html" && hostId === "search.html" ? `../${filename}` : { relative: true },
  },
  build: {
    outDir: "../src/sargas/web/page",
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: false,
    chunkSizeWarningLimit: 1_600,
    rollupOptions: {
      input: { index: "index.html", search: "search.html", wall: "wall.html", shift: "shift.html", register: "register.html", login: "login.html" },
      output: { manualChunks: (id: string) => (id.includes("maplibre-gl") && !id.includes("?worker") ? "maplibre" : undefined) },
    },
  },
  worker: { format: "es" as const },
  server: {
    host: "127.0.0.1",
    ...(process.env["SARGAS_SERVER"]
      ? { proxy: { "/api": process.env["SARGAS_SERVER"], "/health": process.env["SARGAS_SERVER"] } }
      : {}),
  },
  test: { environment: "jsdom", include: ["tests/**/*.test.ts"] },
}));
