import { defineConfig } from "vite";
import { fixture } from "./dev/fixture.mjs";

// The page is served with a strict content security policy: nothing may be inlined, fonts and the map's worker included.
export default defineConfig(({ command }) => ({
  base: "./",
  plugins: command === "serve" && !process.env["SARGAS_SERVER"] ? [fixture()] : [],
  build: {
    outDir: "../src/sargas/web/page",
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: false,
    chunkSizeWarningLimit: 1_600,
    rollupOptions: { output: { manualChunks: (id: string) => (id.includes("maplibre-gl") ? "maplibre" : undefined) } },
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
