// The values of options that are names. This header needs no torch, because the program lists and checks the names
// before it loads libtorch. The compiler compares them with the tables of implementations (optimizer.cpp,
// schedule.cpp).
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace hone::train {

// --optim
inline constexpr std::array<std::string_view, 3> kOptimizerNames = {"adamw", "adam", "sgd"};

// --lr-scheduler-type
inline constexpr std::array<std::string_view, 6> kScheduleNames = {"linear",     "cosine",   "cosine_with_restarts",
                                                                   "polynomial", "constant", "constant_with_warmup"};

// --eval-strategy and --save-strategy
inline constexpr std::array<std::string_view, 3> kStrategyNames = {"no", "steps", "epoch"};

// --report-to
inline constexpr std::array<std::string_view, 3> kReporterNames = {"none", "all", "tensorboard"};

// Returns whether the rows of a table have these names, in this order.
template <typename Table, typename Names>
consteval bool has_names(const Table& table, const Names& names) {
  if (std::size(table) != std::size(names)) return false;
  for (size_t i = 0; i < std::size(names); ++i) {
    if (std::begin(table)[i].name != names[i]) return false;
  }
  return true;
}

template <typename Names>
std::vector<std::string> choices_of(const Names& names) {
  return {std::begin(names), std::end(names)};
}

}  // namespace hone::train
