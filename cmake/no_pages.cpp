// Replaces the pages in a build without web/ (HONE_WEB=OFF): there are no pages.
#include "http/pages.h"

namespace hone::http {

std::span<const PageFile> page_files() { return {}; }

}  // namespace hone::http
