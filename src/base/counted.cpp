// The rules of regular English plurals.
#include "base/counted.h"

#include <fmt/format.h>

namespace hone {

std::string plural_of(std::string_view singular) {
  for (const std::string_view hiss : {"s", "x", "tch", "sh"}) {
    if (singular.ends_with(hiss)) return fmt::format("{}es", singular);
  }
  const bool ends_in_consonant_y = singular.size() > 1 && singular.ends_with('y') &&
                                   std::string_view("aeiou").find(singular[singular.size() - 2]) == std::string::npos;
  if (ends_in_consonant_y) return fmt::format("{}ies", singular.substr(0, singular.size() - 1));
  return fmt::format("{}s", singular);
}

std::string counted(uint64_t count, std::string_view singular) {
  return fmt::format("{} {}", count, count == 1 ? std::string(singular) : plural_of(singular));
}

}  // namespace hone
