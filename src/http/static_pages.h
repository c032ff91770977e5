// Serves the embedded pages: compressed if the client accepts gzip, 304 if the client has the current file. Files under
// /assets/ have a hash in their name and never change; clients revalidate all others.
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

// Defined in the CMake target hone_pages.
std::span<const PageFile> page_files();

class StaticPages {
 public:
  StaticPages(std::span<const PageFile> files, std::string index);

  bool contains(std::string_view path) const;

  // Returns the response to GET of that path, or nullopt if no page has it. "/" is the index; in a build without pages,
  // a text that says so.
  std::optional<Response> find(std::string_view path, const Headers& headers) const;

 private:
  struct Page {
    PageFile file;
    std::string tag;  // without quotes
  };
  std::map<std::string, Page, std::less<>> pages_;
  std::string index_;
};

// Returns whether the value of Accept-Encoding accepts gzip (q=0 does not).
bool accepts_gzip(std::string_view accept_encoding);

// Returns whether the value of If-None-Match contains the tag; `quoted_tag` includes its quotes.
bool names_tag(std::string_view if_none_match, std::string_view quoted_tag);

}  // namespace hone::http
