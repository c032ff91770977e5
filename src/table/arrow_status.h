// Converts Arrow's Status and Result to hone::Error.
#pragma once

#include <arrow/result.h>
#include <arrow/status.h>

#include <string_view>
#include <utility>

#include "base/error.h"

namespace hone::table {

inline Error arrow_error(const arrow::Status& status, std::string_view source) {
  const ErrorKind kind = status.IsIOError()          ? ErrorKind::kIo
                         : status.IsNotImplemented() ? ErrorKind::kUnsupported
                                                     : ErrorKind::kInput;
  return Error(kind, fmt::format("{}: {}", source, status.message()));
}

inline void check_arrow(const arrow::Status& status, std::string_view source) {
  if (!status.ok()) throw arrow_error(status, source);
}

template <typename T>
T take_arrow(arrow::Result<T> result, std::string_view source) {
  check_arrow(result.status(), source);
  return std::move(result).ValueUnsafe();
}

}  // namespace hone::table
