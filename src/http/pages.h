// The files of web/, built and embedded into libhone.so (CMake target hone_pages; none where HONE_WEB is off).
#pragma once

#include <span>
#include <string_view>

namespace hone::http {

struct PageFile {
  std::string_view path;  // "/try.html", "/assets/try-Ab12.js"
  std::string_view content_type;
  std::string_view bytes;
  std::string_view gzip;  // empty: not worth compressing
};

// Defined by the target hone_pages, so callable only where that is linked.
std::span<const PageFile> page_files();

}  // namespace hone::http
