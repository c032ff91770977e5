// The pages of a build without web/ (HONE_WEB=OFF): none.
#include "http/pages.h"

namespace hone::http {

std::span<const PageFile> page_files() { return {}; }

}  // namespace hone::http
