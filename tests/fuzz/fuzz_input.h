// What the fuzz targets share: the two parts of an input, and how a target reports a fault.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "base/error.h"

namespace hone::fuzz {

struct InputParts {
  std::string_view first, second;
};

// Divides an input at its first byte 0xFF, which UTF-8 does not have. Without one, the second part is empty.
InputParts split_input(std::string_view input);

// Returns `bytes` with each byte that is no UTF-8 as the character of that number, so that few inputs are refused.
std::string valid_utf8(std::string_view bytes);

// Throws an exception that no target catches, unless `holds`.
void require(bool holds, const std::string& what);

// Throws such an exception for an error that says nothing, or that is a bug in hone.
void check_refusal(const Error& error);

// Returns what `function` returns, or nullopt if it throws an error that a user can understand.
template <typename Function>
auto accepted(Function&& function) -> std::optional<std::invoke_result_t<Function>> {
  try {
    return std::forward<Function>(function)();
  } catch (const Error& error) {
    check_refusal(error);
    return std::nullopt;
  }
}

}  // namespace hone::fuzz

// libFuzzer and run_corpus.cpp call it once. It mutes hone's notes and warnings.
extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv);

// One run of a target. Each tests/fuzz/NAME_fuzz.cpp defines it, and libFuzzer or run_corpus.cpp calls it.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);
