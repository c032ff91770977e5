// The --open of commands that listen.
#pragma once

#include <string>

namespace hone::http {

// Has the desktop open the address, by the program xdg-open. Where that cannot be started, a warning says so.
void open_in_browser(const std::string& url);

}  // namespace hone::http
