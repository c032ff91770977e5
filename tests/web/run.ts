// Runs one test file with Node's test runner, as ctest does. Exits with 77, which ctest shows as skipped, if tests of the
// file were skipped and none failed, so that a skipped test never hides a failure.
// usage: node run.ts FILE.test.ts
import { run } from "node:test";
import { spec } from "node:test/reporters";

const file = process.argv[2];
if (file === undefined) throw new Error("usage: node run.ts FILE.test.ts");

let failed = 0;
let skipped = 0;
let ran = 0;
run({ files: [file] })
  .on("test:fail", () => ++failed)
  .on("test:pass", (event: { skip?: boolean | string }) => {
    if (event.skip === undefined || event.skip === false) ++ran;
    else ++skipped;
  })
  .on("end", () => {
    if (ran + skipped + failed === 0) console.error(`${file}: no test ran`);
    process.exitCode = failed > 0 || ran + skipped === 0 ? 1 : skipped > 0 ? 77 : 0;
  })
  .compose(spec)
  .pipe(process.stdout);
