// Opening a page in the user's browser (--open).
#pragma once

#include <string>

namespace hone::http {

// Asks the desktop to open the address, and does not wait for it. False where there is nothing to ask (no xdg-open).
bool open_browser(const std::string& url);

}  // namespace hone::http
