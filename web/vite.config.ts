// Two pages out of one project. Nothing is inlined: the server's content security policy allows no inline script or
// style, and every file under assets/ has its digest in its name, so that it may be cached for ever.
import { defineConfig } from "vite";

export default defineConfig({
  // Relative: behind a proxy the pages may lie under a path of their own.
  base: "./",
  build: {
    target: "es2022",
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    rolldownOptions: {
      input: { try: "try.html", watch: "watch.html" },
      output: { entryFileNames: "assets/[name]-[hash].js", chunkFileNames: "assets/[name]-[hash].js" },
    },
  },
});
