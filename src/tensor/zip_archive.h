// Reads the members of a zip file that are stored without compression, as torch.save writes them. (PKWARE APPNOTE
// 6.3.10, with zip64.)
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace hone::tensor {

// Returns name -> bytes of each member, views of `file`. Errors (kInput, kUnsupported) name `source`, member and value:
// a compressed or encrypted member, an offset outside the file, a repeated name.
std::map<std::string, std::string_view> read_zip(std::string_view file, const std::string& source);

}  // namespace hone::tensor
