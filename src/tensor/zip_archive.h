// The members of a zip file that are stored without compression, as torch.save writes them. (PKWARE APPNOTE 6.3.10,
// with zip64.)
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace hone::tensor {

// Name -> bytes of each member, views into `file`. Errors (kInput, kUnsupported) name `source`, member and value:
// a compressed or encrypted member, a bound outside the file, a name twice.
std::map<std::string, std::string_view> read_zip(std::string_view file, const std::string& source);

}  // namespace hone::tensor
