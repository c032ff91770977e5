// Shared by the browser tests: Debian's Chromium through playwright-core, pages that fail a test on any error in the
// console, axe-core, and screenshots if HONE_SCREENSHOTS names a folder.
import { strict as assert } from "node:assert";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { Browser, BrowserContext, Page } from "playwright-core";

// The packages are in web/node_modules, which is not above this folder.
const require = createRequire(new URL("../../web/package.json", import.meta.url));
const { chromium } = require("playwright-core") as typeof import("playwright-core");

const candidates = [process.env["HONE_CHROMIUM"], "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
export const chromiumPath = candidates.find((path) => path !== undefined && path !== "" && existsSync(path));

/** For node:test: false, or why browser tests are skipped. */
export const skip: string | false = chromiumPath === undefined
  ? "Chromium is missing: ./dev test installs it (Debian's package chromium), or set HONE_CHROMIUM to a program" : false;

export interface Visit {
  page: Page;
  context: BrowserContext;
  /** What went wrong in the page so far: errors of scripts and of the content security policy, requests elsewhere. */
  problems: string[];
  close(): Promise<void>;
}

export interface VisitOptions {
  locale?: "zh-CN" | "en-US";
  dark?: boolean;
  width?: number;
  height?: number;
  /** Pixels of a screenshot for one of the page. */
  scale?: number;
  /** Whether the page's timers follow page.clock. They do from the first one, since the clock is set before the page loads. */
  clock?: boolean;
  /** Runs in the page before its own scripts. */
  before?: () => void;
}

/** The windows that both pages are tested in: the smallest phone, a desk, and 4K. */
export const kSizes: readonly (readonly [string, VisitOptions])[] = [
  ["360", { width: 360, height: 740 }],
  ["desk", { width: 1440, height: 900 }],
  ["4k", { width: 3840, height: 2160 }],
];

/** Both themes in both languages. */
export const kLooks: readonly (readonly [string, VisitOptions])[] = [
  ["en-light", {}],
  ["en-dark", { dark: true }],
  ["zh-light", { locale: "zh-CN" }],
  ["zh-dark", { locale: "zh-CN", dark: true }],
];

// The browser itself must not use the network.
const quietArguments = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync", "--no-proxy-server"];

let browser: Promise<Browser> | null = null;

/** Ends the browser: for node:test's after(). */
export async function closeBrowser(): Promise<void> {
  await (await browser)?.close();
  browser = null;
}

/** Opens a page with storage of its own. The first visit starts the browser, in a fresh profile. */
export async function visit(address: string, options: VisitOptions = {}): Promise<Visit> {
  browser ??= chromium.launch({ executablePath: chromiumPath ?? "", headless: true, chromiumSandbox: false, args: quietArguments });
  const context = await (await browser).newContext({
    locale: options.locale ?? "en-US",
    colorScheme: options.dark ? "dark" : "light",
    viewport: { width: options.width ?? 1280, height: options.height ?? 900 },
    deviceScaleFactor: options.scale ?? 1,
    reducedMotion: "reduce",
    acceptDownloads: true,
  });
  context.setDefaultTimeout(20_000);
  const page = await context.newPage();
  const problems = watched(page, new URL(address).origin);
  if (options.clock === true) await page.clock.install();
  if (options.before) await page.addInitScript(options.before);
  await page.goto(address);
  return { page, context, problems, close: () => context.close() };
}

// A failed request is not a problem by itself: some tests cause it.
function watched(page: Page, origin: string): string[] {
  const problems: string[] = [];
  page.on("pageerror", (error) => problems.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error" && !message.text().startsWith("Failed to load resource")) problems.push(message.text());
  });
  page.on("request", (request) => {
    if (!/^(data|blob):/.test(request.url()) && !request.url().startsWith(`${origin}/`)) problems.push(`request to ${request.url()}`);
  });
  return problems;
}

/** Runs the test on a page, closes it, and fails on problems in it. */
export async function onPage(address: string, options: VisitOptions, test: (page: Page) => Promise<void>): Promise<void> {
  const { page, problems, close } = await visit(address, options);
  try {
    await test(page);
    assert.deepEqual(problems, []);
  } finally {
    await close();
  }
}

const axeSource = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

interface AxeFault {
  id: string;
  nodes: { html: string; failureSummary: string }[];
}

/** Fails if axe-core finds a fault. The debugger injects it, past the page's own policy. */
export async function assertAccessible(page: Page, what: string): Promise<void> {
  await page.evaluate(axeSource);
  const faults = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: { run(): Promise<{ violations: AxeFault[] }> } };
    const { violations } = await axe.run();
    return violations.map((fault) => `${fault.id}: ${fault.nodes.map((node) => `${node.html} ${node.failureSummary}`).join("; ")}`);
  });
  assert.deepEqual(faults, [], what);
}

/** Keeps a picture of the page if HONE_SCREENSHOTS names a folder. */
export async function screenshot(page: Page, name: string, fullPage = true): Promise<void> {
  const folder = process.env["HONE_SCREENSHOTS"];
  if (folder === undefined || folder === "") return;
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage });
}

/** Serves the pages of a folder, such as those that a command has written. */
export async function servedFolder(folder: string): Promise<{ address: string; close(): void }> {
  const server = createServer((request, response) => {
    if (request.url === "/favicon.ico") return void response.writeHead(204).end();
    response.writeHead(200, { "Content-Type": "text/html; charset=utf-8" }).end(readFileSync(join(folder, request.url ?? "")));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => void server.close() };
}

/** Fails if the page is wider than its window. */
export async function assertNoSideways(page: Page, what: string): Promise<void> {
  const [content, window] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
  assert.ok((content ?? 0) <= (window ?? 0), `${what}: the page is ${content} px wide in a window of ${window} px`);
}
