// The options of a run, as a file has them: one of another type counts as unknown.
#pragma once

#include <optional>
#include <string>

#include "advise/history.h"

namespace hone::advise {

class RunOptions {
 public:
  // Keeps a reference to `options`.
  explicit RunOptions(const Json& options) : options_(options) {}

  std::optional<double> number(const char* name) const;
  std::string text(const char* name) const;  // empty if it is unknown
  // Returns whether the option is known, and 0, null, empty or false.
  bool is_off(const char* name) const;
  // Returns whether the option is known, and has another value.
  bool is_on(const char* name) const { return options_.contains(name) && !is_off(name); }

 private:
  const Json& options_;
};

}  // namespace hone::advise
