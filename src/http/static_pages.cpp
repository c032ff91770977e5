// Finds pages in memory.
#include "http/static_pages.h"

#include "base/sha256.h"
#include "http/ascii.h"

namespace hone::http {

namespace {

constexpr const char* kNoPages =
    "This hone was built without its pages (HONE_WEB=OFF).\n/openapi.json describes its routes.\n";

bool is_zero(std::string_view quality) { return quality.find_first_not_of("0.") == std::string_view::npos; }

}  // namespace

StaticPages::StaticPages(std::span<const PageFile> files, std::string index) : index_(std::move(index)) {
  for (const PageFile& file : files) {
    pages_.emplace(file.path, Page{file, sha256(file.bytes).substr(0, 20)});
  }
}

bool StaticPages::contains(std::string_view path) const { return path == "/" || pages_.find(path) != pages_.end(); }

std::optional<Response> StaticPages::find(std::string_view path, const Headers& headers) const {
  if (path == "/" && pages_.find(index_) == pages_.end()) return text_response(kNoPages);
  const auto found = pages_.find(path == "/" ? std::string_view(index_) : path);
  if (found == pages_.end()) return std::nullopt;
  const auto& [file, tag] = found->second;
  const bool is_compressed = !file.gzip.empty() && accepts_gzip(headers.find("Accept-Encoding"));
  const std::string quoted = fmt::format("\"{}{}\"", tag, is_compressed ? "-gzip" : "");
  const bool never_changes = file.path.starts_with("/assets/");
  Response response{.content_type = std::string(file.content_type),
                    .headers = {{"ETag", quoted},
                                {"Cache-Control", never_changes ? "public, max-age=31536000, immutable" : "no-cache"}}};
  if (!file.gzip.empty()) response.headers.emplace_back("Vary", "Accept-Encoding");
  if (names_tag(headers.find("If-None-Match"), quoted)) {
    response.status = 304;
    return response;
  }
  if (is_compressed) response.headers.emplace_back("Content-Encoding", "gzip");
  response.body = is_compressed ? file.gzip : file.bytes;
  return response;
}

bool accepts_gzip(std::string_view accept_encoding) {
  bool any = false;
  while (!accept_encoding.empty()) {
    std::string_view item = take_until(accept_encoding, ',');
    const std::string_view coding = trim(take_until(item, ';'));
    const std::string_view weight = trim(item);
    const bool is_refused =
        weight.size() > 2 && equal_ignoring_case(weight.substr(0, 2), "q=") && is_zero(weight.substr(2));
    if (equal_ignoring_case(coding, "gzip") || equal_ignoring_case(coding, "x-gzip")) return !is_refused;
    if (coding == "*") any = !is_refused;
  }
  return any;
}

bool names_tag(std::string_view if_none_match, std::string_view quoted_tag) {
  while (!if_none_match.empty()) {
    std::string_view tag = trim(take_until(if_none_match, ','));
    if (tag.starts_with("W/")) tag.remove_prefix(2);
    if (tag == quoted_tag || tag == "*") return true;
  }
  return false;
}

}  // namespace hone::http
