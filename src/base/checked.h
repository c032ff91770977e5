// Arithmetic on sizes from files. Overflow is an error, never a wrapped number.
#pragma once

#include <concepts>

#include "base/error.h"

namespace hone {

// Returns a * b. `what` names the quantity in the error.
template <std::integral T>
T checked_multiply(T a, T b, const char* what) {
  T result;
  if (__builtin_mul_overflow(a, b, &result)) {
    throw Error(ErrorKind::kInput, fmt::format("{} is too large: {} x {}", what, a, b));
  }
  return result;
}

// Returns a + b. `what` names the quantity in the error.
template <std::integral T>
T checked_add(T a, T b, const char* what) {
  T result;
  if (__builtin_add_overflow(a, b, &result)) {
    throw Error(ErrorKind::kInput, fmt::format("{} is too large: {} + {}", what, a, b));
  }
  return result;
}

}  // namespace hone
