// The embedded pages as answers: compressed where the client takes it, 304 where it has them already. Files under
// /assets/ have a hash in their name and never change; all others are asked for anew each time.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "http/pages.h"
#include "http/request.h"
#include "http/response.h"

namespace hone::http {

class StaticPages {
 public:
  StaticPages(std::span<const PageFile> files, std::string index);

  bool contains(std::string_view path) const;

  // The answer to GET of that path, or nullopt where no page has it. "/" is the index, and where there are no pages a
  // text that says so.
  std::optional<Response> find(std::string_view path, const Headers& headers) const;

 private:
  struct Page {
    PageFile file;
    std::string tag;  // without quotes
  };
  std::map<std::string, Page, std::less<>> pages_;
  std::string index_;
};

// Whether the value of Accept-Encoding takes gzip (q=0 does not).
bool accepts_gzip(std::string_view accept_encoding);

// Whether the value of If-None-Match names the tag, given with its quotes.
bool names_tag(std::string_view if_none_match, std::string_view quoted_tag);

}  // namespace hone::http
