#include "task/class_weights.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numeric>

#include "base/error.h"
#include "base/log.h"
#include "base/names.h"

namespace hone::task {

namespace {

Error malformed(std::string_view item, std::string_view what) {
  return Error(ErrorKind::kUsage, fmt::format("class_weights \"{}\": {}", item, what),
               "write auto, balanced, or a weight for each name, such as NEGATIVE=1,POSITIVE=3.5");
}

struct NamedWeight {
  std::string name;
  double weight = 1;
};

NamedWeight parse_weight(const std::string& item) {
  const size_t equals = item.rfind('=');
  if (equals == std::string::npos) throw malformed(item, "this is not NAME=W");
  NamedWeight parsed{item.substr(0, equals)};
  const char *begin = item.data() + equals + 1, *end = item.data() + item.size();
  const auto [stop, error] = std::from_chars(begin, end, parsed.weight);
  if (error != std::errc() || stop != end || !std::isfinite(parsed.weight) || parsed.weight <= 0) {
    throw malformed(item, fmt::format("\"{}\" is not a finite number above 0", std::string_view(begin, end)));
  }
  return parsed;
}

std::vector<double> given_weights(const std::vector<std::string>& option, const std::vector<std::string>& names) {
  std::vector<double> weights(names.size(), 1);
  std::vector<bool> is_given(names.size());
  for (const std::string& item : option) {
    const NamedWeight parsed = parse_weight(item);
    const auto found = std::ranges::find(names, parsed.name);
    if (found == names.end()) throw unknown_name(ErrorKind::kUsage, "class in class_weights", parsed.name, names);
    const auto id = static_cast<size_t>(found - names.begin());
    if (is_given[id]) throw malformed(item, fmt::format("\"{}\" has two weights", parsed.name));
    is_given[id] = true;
    weights[id] = parsed.weight;
  }
  return weights;
}

// "NEGATIVE 0.6, POSITIVE 3", of many weights the first ten.
std::string described(const std::vector<std::string>& names, const std::vector<double>& weights) {
  constexpr size_t kMaxShown = 10;
  std::string text;
  for (size_t id = 0; id < std::min(names.size(), kMaxShown); ++id) {
    text += fmt::format("{}{} {:.4g}", id == 0 ? "" : ", ", names[id], weights[id]);
  }
  return names.size() > kMaxShown ? fmt::format("{} and {} more", text, names.size() - kMaxShown) : text;
}

}  // namespace

BalancedWeights balanced_classes(std::span<const uint64_t> counts) {
  const auto num_rows = static_cast<double>(std::accumulate(counts.begin(), counts.end(), uint64_t{0}));
  const auto used = static_cast<double>(std::ranges::count_if(counts, [](uint64_t count) { return count > 0; }));
  BalancedWeights balanced{.weights = std::vector<double>(counts.size(), 1)};
  double largest = 0, smallest = num_rows;
  for (size_t id = 0; id < counts.size(); ++id) {
    if (counts[id] == 0) continue;
    const auto count = static_cast<double>(counts[id]);
    balanced.weights[id] = num_rows / (used * count);
    largest = std::max(largest, count);
    smallest = std::min(smallest, count);
  }
  if (num_rows > 0) balanced.imbalance = largest / smallest;
  return balanced;
}

BalancedWeights balanced_labels(std::span<const uint64_t> counts, uint64_t num_rows) {
  BalancedWeights balanced{.weights = std::vector<double>(counts.size(), 1)};
  for (size_t id = 0; id < counts.size(); ++id) {
    if (counts[id] == 0 || counts[id] == num_rows) continue;
    const double weight = static_cast<double>(num_rows - counts[id]) / static_cast<double>(counts[id]);
    balanced.weights[id] = weight;
    balanced.imbalance = std::max({balanced.imbalance, weight, 1 / weight});
  }
  return balanced;
}

std::vector<double> class_weights(const std::vector<std::string>& option, const std::vector<std::string>& names,
                                  const BalancedWeights& balanced) {
  if (option.empty()) return {};
  if (option == std::vector<std::string>{"balanced"}) return balanced.weights;
  if (option == std::vector<std::string>{"auto"}) {
    return balanced.imbalance >= kAutoImbalance ? balanced.weights : std::vector<double>();
  }
  return given_weights(option, names);
}

std::vector<double> noted_class_weights(const std::vector<std::string>& option, const std::vector<std::string>& names,
                                        const BalancedWeights& balanced) {
  std::vector<double> weights = class_weights(option, names, balanced);
  if (!weights.empty()) {
    log_info("weights in the loss: {}", described(names, weights));
  } else if (!option.empty()) {
    log_info("the classes have the same weight: their imbalance of rows is {:.3g}, less than {:g}", balanced.imbalance,
             kAutoImbalance);
  }
  return weights;
}

}  // namespace hone::task
