// The fixture of the browser tests: trains the demo's recipe once into a folder, and reuses the model while recipe,
// reviews and pretrained model are the same. Exits with 77 (skipped) without the pretrained model.
// usage: node model.ts PROGRAM SOURCE_DIR OUTPUT_DIR
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const skipped = 77;

function wantedStamp(source: string, weights: string): string {
  const hash = createHash("sha256");
  for (const path of ["recipes/demo.yaml", "demo/reviews.csv"]) hash.update(readFileSync(join(source, path)));
  const { size, mtimeMs } = statSync(weights);
  return hash.update(`${size} ${mtimeMs}`).digest("hex");
}

function main([program, source, output]: string[]): number {
  if (program === undefined || source === undefined || output === undefined) throw new Error("usage: node model.ts PROGRAM SOURCE_DIR OUTPUT_DIR");
  const weights = join(source, "models/all-MiniLM-L6-v2/model.safetensors");
  if (!existsSync(weights)) {
    console.log("skipped: models/all-MiniLM-L6-v2 is missing (./dev setup fetches it)");
    return skipped;
  }
  const stampPath = `${output}.stamp`;
  const wanted = wantedStamp(source, weights);
  if (existsSync(join(output, "config.json")) && existsSync(stampPath) && readFileSync(stampPath, "utf8") === wanted) return 0;
  const args = ["train", "--config", "recipes/demo.yaml", "--output-dir", output];
  const { status } = spawnSync(program, args, { cwd: source, stdio: "inherit" });
  if (status === 0) writeFileSync(stampPath, wanted);
  return status ?? 1;
}

process.exitCode = main(process.argv.slice(2));
