// Implements --open of the commands that listen.
#pragma once

#include <string>

namespace hone::http {

// Opens the address with the desktop's program xdg-open. Warns if that cannot be started.
void open_in_browser(const std::string& url);

}  // namespace hone::http
