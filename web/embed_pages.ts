// Writes the C++ source with the built pages, plain and compressed: http::page_files() of src/http/static_pages.h.
// usage: node embed_pages.ts DIST OUTPUT.cpp. Fails if the pages are too large.
import { readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { extname, join, relative } from "node:path";
import { constants, gzipSync } from "node:zlib";

const maxCompressedBytes = 150 * 1000;

const contentTypes: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
};

interface PageFile {
  path: string;
  contentType: string;
  bytes: Buffer;
  gzip: Buffer;
}

function readPages(folder: string): PageFile[] {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = names.map((entry) => relative(folder, join(entry.parentPath, entry.name))).sort();
  return paths.map((path) => readPage(folder, path));
}

function readPage(folder: string, path: string): PageFile {
  const contentType = contentTypes[extname(path)];
  if (contentType === undefined) throw new Error(`${path}: no content type is known for "${extname(path)}": add it here`);
  const bytes = readFileSync(join(folder, path));
  const gzip = gzipSync(bytes, { level: constants.Z_BEST_COMPRESSION });
  return { path: `/${path}`, contentType, bytes, gzip: gzip.length < bytes.length ? gzip : Buffer.alloc(0) };
}

// A text of three-digit octal escapes: any byte, and no digit that follows can become part of an escape.
function literal(bytes: Buffer): string {
  const lines: string[] = [];
  for (let start = 0; start < bytes.length; start += 64) {
    const escapes = Array.from(bytes.subarray(start, start + 64), (byte) => `\\${byte.toString(8).padStart(3, "0")}`);
    lines.push(`    "${escapes.join("")}"`);
  }
  return lines.length > 0 ? lines.join("\n") : '    ""';
}

function source(pages: PageFile[]): string {
  const arrays = pages.flatMap((page, index) => [
    `constexpr char kBytes${index}[] =\n${literal(page.bytes)};`,
    `constexpr char kGzip${index}[] =\n${literal(page.gzip)};`,
  ]);
  const rows = pages.map((page, index) =>
    `    {${JSON.stringify(page.path)}, ${JSON.stringify(page.contentType)}, {kBytes${index}, ${page.bytes.length}}, ` +
    `{kGzip${index}, ${page.gzip.length}}},`);
  return `// Made by web/embed_pages.ts out of the built pages.
#include "http/static_pages.h"

namespace hone::http {
namespace {

${arrays.join("\n")}

constexpr PageFile kPages[] = {
${rows.join("\n")}
};

}  // namespace

std::span<const PageFile> page_files() { return kPages; }

}  // namespace hone::http
`;
}

function main([folder, output]: string[]): void {
  if (folder === undefined || output === undefined) throw new Error("usage: node embed_pages.ts DIST OUTPUT.cpp");
  const pages = readPages(folder);
  const compressed = pages.reduce((sum, page) => sum + (page.gzip.length || page.bytes.length), 0);
  console.log(`pages: ${pages.length} files, ${compressed} bytes compressed (at most ${maxCompressedBytes})`);
  if (compressed > maxCompressedBytes) {
    throw new Error(`the pages are ${compressed} bytes compressed, over the limit of ${maxCompressedBytes}: see ${folder}`);
  }
  writeFileSync(`${output}.new`, source(pages));
  renameSync(`${output}.new`, output);
}

main(process.argv.slice(2));
