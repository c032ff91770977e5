// Runs a function that must throw a hone::Error, and returns the error.
#pragma once

#include <doctest/doctest.h>

#include <string_view>

#include "base/error.h"

namespace hone {

template <typename Function>
Error expect_error(Function&& function) {
  try {
    function();
  } catch (const Error& error) {
    return error;
  }
  FAIL("no error was thrown");
  return Error(ErrorKind::kInternal, "");
}

inline bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

}  // namespace hone
