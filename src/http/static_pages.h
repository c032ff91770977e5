// The embedded pages as responses: compressed if the client accepts that, 304 if it has them already. Files under
// /assets/ have a hash in their name and never change; clients ask for all others each time.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "http/request.h"
#include "http/response.h"

namespace hone::http {

// The files of web/ are built and embedded into libhone.so by the CMake target hone_pages (none if HONE_WEB is off).
struct PageFile {
  std::string_view path;  // "/try.html", "/assets/try-Ab12.js"
  std::string_view content_type;
  std::string_view bytes;
  std::string_view gzip;  // empty if not worth compressing
};

// Defined by the target hone_pages, so callable only if that is linked.
std::span<const PageFile> page_files();

class StaticPages {
 public:
  StaticPages(std::span<const PageFile> files, std::string index);

  bool contains(std::string_view path) const;

  // Returns the response to GET of that path, or nullopt if no page has it. "/" is the index, or a text that says that
  // there are no pages.
  std::optional<Response> find(std::string_view path, const Headers& headers) const;

 private:
  struct Page {
    PageFile file;
    std::string tag;  // without quotes
  };
  std::map<std::string, Page, std::less<>> pages_;
  std::string index_;
};

// Whether the value of Accept-Encoding accepts gzip (q=0 does not).
bool accepts_gzip(std::string_view accept_encoding);

// Whether the value of If-None-Match names the tag, given with its quotes.
bool names_tag(std::string_view if_none_match, std::string_view quoted_tag);

}  // namespace hone::http
