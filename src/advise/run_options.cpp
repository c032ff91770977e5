#include "advise/run_options.h"

namespace hone::advise {

std::optional<double> RunOptions::number(const char* name) const {
  const auto found = options_.find(name);
  return found != options_.end() && found->is_number() ? std::optional(found->get<double>()) : std::nullopt;
}

std::string RunOptions::text(const char* name) const {
  const auto found = options_.find(name);
  return found != options_.end() && found->is_string() ? found->get<std::string>() : std::string();
}

bool RunOptions::is_off(const char* name) const {
  const auto found = options_.find(name);
  if (found == options_.end()) return false;
  if (found->is_number()) return found->get<double>() == 0;
  if (found->is_boolean()) return !found->get<bool>();
  return found->is_string() ? found->get<std::string>().empty() : found->empty();
}

}  // namespace hone::advise
