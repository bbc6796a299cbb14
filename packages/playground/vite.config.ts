import { fileURLToPath } from "node:url"
import { defineConfig } from "vite"
import { mobyDick } from "./vite/mobyDick.ts"

// Threads share memory only in a page that is isolated from other origins.
const headers = { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" }

export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  // The built page works under any path.
  base: "./",
  cacheDir: fileURLToPath(new URL("../../.cache/vite-playground", import.meta.url)),
  plugins: [mobyDick()],
  worker: { format: "es", plugins: () => [mobyDick()] },
  build: {
    outDir: "dist",
    emptyOutDir: true,
    target: "es2024",
    // Almost all of a build is the worker's, which a plugin makes.
    rolldownOptions: { checks: { pluginTimings: false } }
  },
  optimizeDeps: { entries: ["index.html", "src/worker/worker.ts"] },
  server: { headers },
  preview: { headers }
})
