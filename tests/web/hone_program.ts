// The built program for the browser tests: a server that listens on a free port, and the trained model.
import { spawn, type ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";

/** Paths that CTest names; see tests/CMakeLists.txt. */
export const program = process.env["HONE_PROGRAM"] ?? "";
export const modelDir = process.env["HONE_WEB_MODEL"] ?? "";

/** For node:test: false, or why tests with the trained model are skipped. */
export const skipWithoutModel: string | false = existsSync(join(modelDir, "config.json"))
  ? false : `no trained model in "${modelDir}": the test web/model trains it from models/all-MiniLM-L6-v2 (./dev setup fetches that)`;

export interface Running {
  address: string;
  /** All it has written to its log so far. */
  log(): string;
  /** SIGTERM; resolves to the exit code. */
  stop(): Promise<number | null>;
}

const startMilliseconds = 30_000;

/** Starts `hone COMMAND ARGS --port PORT` and waits for the line that says where it listens. */
export async function startServer(command: "serve" | "watch", args: string[], port = 0): Promise<Running> {
  const child = spawn(program, [command, ...args, "--port", String(port)], { stdio: ["ignore", "pipe", "pipe"] });
  let log = "";
  const address = await new Promise<string>((resolve, reject) => {
    const timer = setTimeout(() => fail(`did not listen within ${startMilliseconds / 1000} s`), startMilliseconds);
    const fail = (why: string) => {
      clearTimeout(timer);
      child.kill("SIGKILL");
      reject(new Error(`hone ${command} ${args.join(" ")}: ${why}\n${log}`));
    };
    const read = (part: Buffer) => {
      log += part.toString("utf8");
      const found = /listening on (http:\/\/\S+)/.exec(log);
      if (!found) return;
      clearTimeout(timer);
      resolve(`${found[1]?.replace(/\/$/, "")}/`);
    };
    child.stdout.on("data", read);
    child.stderr.on("data", read);
    child.on("error", (error) => fail(error.message));
    child.on("exit", (code) => fail(`ended with ${code}`));
  });
  return { address, log: () => log, stop: () => ended(child) };
}

function ended(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null) return Promise.resolve(child.exitCode);
  return new Promise((resolve) => {
    const timer = setTimeout(() => child.kill("SIGKILL"), 15_000);
    child.on("exit", (code) => {
      clearTimeout(timer);
      resolve(code);
    });
    child.kill("SIGTERM");
  });
}
