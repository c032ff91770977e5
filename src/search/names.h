// The names of samplers and pruners that options offer; their tables are compared with these by the compiler.
#pragma once

#include <array>
#include <string_view>

namespace hone::search {

inline constexpr std::array<std::string_view, 3> kSamplerNames = {"tpe", "random", "grid"};
inline constexpr std::array<std::string_view, 3> kPrunerNames = {"none", "median", "halving"};

}  // namespace hone::search
