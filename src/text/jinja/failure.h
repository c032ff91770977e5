// What ends a rendering. Operations on values throw it without a place; Template::render adds the template's name and
// the line, and throws hone::Error.
#pragma once

#include <fmt/format.h>

#include <stdexcept>
#include <string>
#include <utility>

namespace hone::text::jinja {

struct Failure : std::runtime_error {
  using std::runtime_error::runtime_error;
};

template <typename... Arguments>
[[noreturn]] void fail(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
  throw Failure(fmt::format(format, std::forward<Arguments>(arguments)...));
}

}  // namespace hone::text::jinja
