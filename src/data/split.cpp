#include "data/split.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numeric>
#include <string>

#include "base/error.h"
#include "table/permutation.h"

namespace hone::data {

namespace {

constexpr size_t kMaxSplitParts = 32;

Error wrong_shares(std::string_view text, std::string_view what) {
  return Error(ErrorKind::kUsage, fmt::format("--parts {}: {}", text, what), "for example --parts 80/10/10");
}

// Returns how many rows of each class `num_draws` rows have, as _approximate_mode of scikit-learn: proportional, and
// the rows that are left over go to the classes with the largest fractions.
std::vector<uint64_t> proportional(const std::vector<uint64_t>& counts, uint64_t num_draws) {
  const auto all = static_cast<double>(std::accumulate(counts.begin(), counts.end(), uint64_t{0}));
  std::vector<uint64_t> draws;
  std::vector<double> fractions;
  for (const uint64_t count : counts) {
    const double exact = static_cast<double>(count) / all * static_cast<double>(num_draws);
    draws.push_back(static_cast<uint64_t>(std::floor(exact)));
    fractions.push_back(exact - std::floor(exact));
  }
  std::vector<size_t> order(counts.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::ranges::stable_sort(order, std::greater(), [&](size_t c) { return fractions[c]; });
  uint64_t left = num_draws - std::accumulate(draws.begin(), draws.end(), uint64_t{0});
  for (size_t i = 0; i < order.size() && left > 0; ++i) {
    if (draws[order[i]] == counts[order[i]]) continue;
    ++draws[order[i]];
    --left;
  }
  return draws;
}

std::vector<uint64_t> class_counts(const std::vector<uint32_t>& classes) {
  std::vector<uint64_t> counts(classes.empty() ? 0 : *std::ranges::max_element(classes) + size_t{1});
  for (const uint32_t label : classes) ++counts[label];
  return counts;
}

// Returns [part][class]: how many rows of each class a part has.
std::vector<std::vector<uint64_t>> class_sizes(const std::vector<uint64_t>& counts,
                                               const std::vector<uint64_t>& sizes) {
  std::vector<std::vector<uint64_t>> result(sizes.size());
  std::vector<uint64_t> rest = counts;
  uint64_t num_rest = std::accumulate(counts.begin(), counts.end(), uint64_t{0});
  for (size_t part = sizes.size() - 1; part > 0; --part) {
    num_rest -= sizes[part];
    const std::vector<uint64_t> others = proportional(rest, num_rest);
    for (size_t c = 0; c < rest.size(); ++c) result[part].push_back(rest[c] - others[c]);
    rest = others;
  }
  result[0] = rest;
  return result;
}

using Parts = std::vector<std::vector<uint64_t>>;

// Places single rows: each part takes its rows of a class in the random order, the last part first.
Parts place_rows(const SplitPlan& plan, const std::vector<uint64_t>& order, std::vector<std::vector<uint64_t>> room) {
  Parts parts(plan.shares.size());
  for (const uint64_t row : order) {
    const uint32_t label = plan.classes.empty() ? 0 : plan.classes[row];
    size_t part = parts.size() - 1;
    while (part > 0 && room[part][label] == 0) --part;
    --room[part][label];
    parts[part].push_back(row);
  }
  return parts;
}

// Places whole groups, so that the classes of each part come near the wanted sizes.
class GroupPlacement {
 public:
  GroupPlacement(const SplitPlan& plan, const std::vector<uint64_t>& order)
      : plan_(plan), order_(order), num_parts_(plan.shares.size()) {
    const std::vector<uint64_t> counts =
        plan.classes.empty() ? std::vector<uint64_t>{plan.num_rows} : class_counts(plan.classes);
    for (const double share : plan.shares) {
      std::vector<double>& wanted = missing_.emplace_back();
      for (const uint64_t count : counts) wanted.push_back(share * static_cast<double>(count));
    }
    wanted_ = missing_;
  }

  Parts place() {
    for (const uint64_t row : order_) {
      const uint32_t group = plan_.groups[row];
      if (group >= members_.size()) members_.resize(group + size_t{1});
      if (members_[group].empty()) groups_.push_back(group);
      members_[group].push_back(row);
    }
    if (groups_.size() < num_parts_) {
      throw Error(ErrorKind::kInput, fmt::format("{} groups cannot fill {} parts", groups_.size(), num_parts_),
                  "choose another --group-column, or fewer parts");
    }
    std::ranges::stable_sort(groups_, std::greater(), [&](uint32_t group) { return members_[group].size(); });
    std::vector<size_t> part_of_group(members_.size());
    for (const uint32_t group : groups_) part_of_group[group] = take_part(members_[group]);
    Parts parts(num_parts_);
    for (const uint64_t row : order_) parts[part_of_group[plan_.groups[row]]].push_back(row);
    for (const auto& part : parts) {
      if (part.empty()) {
        throw Error(ErrorKind::kInput, "a part would be empty, because whole groups are too large for it",
                    "choose larger parts, or split without groups");
      }
    }
    return parts;
  }

 private:
  uint32_t label(uint64_t row) const { return plan_.classes.empty() ? 0 : plan_.classes[row]; }

  size_t take_part(const std::vector<uint64_t>& rows) {
    size_t best = 0;
    double best_score = -INFINITY;
    for (size_t part = 0; part < num_parts_; ++part) {
      double score = 0;
      for (const uint64_t row : rows) score += missing_[part][label(row)] / std::max(1e-9, wanted_[part][label(row)]);
      if (score > best_score + 1e-12) {
        best = part;
        best_score = score;
      }
    }
    for (const uint64_t row : rows) missing_[best][label(row)] -= 1;
    return best;
  }

  const SplitPlan& plan_;
  const std::vector<uint64_t>& order_;
  size_t num_parts_;
  std::vector<std::vector<double>> missing_, wanted_;  // [part][class]: rows
  std::vector<std::vector<uint64_t>> members_;         // of each group
  std::vector<uint32_t> groups_;
};

}  // namespace

std::vector<double> parsed_shares(std::string_view text) {
  std::vector<double> shares;
  for (size_t begin = 0; begin <= text.size();) {
    const size_t end = std::min(text.find('/', begin), text.size());
    const std::string_view number = text.substr(begin, end - begin);
    double share = 0;
    const auto [stop, error] = std::from_chars(number.data(), number.data() + number.size(), share);
    if (error != std::errc() || stop != number.data() + number.size() || !std::isfinite(share)) {
      throw wrong_shares(text, fmt::format("\"{}\" is not a number", number));
    }
    if (share <= 0) throw wrong_shares(text, "a part must be larger than 0");
    shares.push_back(share);
    begin = end + 1;
  }
  if (shares.size() < 2) throw wrong_shares(text, "there is only one part");
  if (shares.size() > kMaxSplitParts) throw wrong_shares(text, fmt::format("more than {} parts", kMaxSplitParts));
  const double all = std::accumulate(shares.begin(), shares.end(), 0.0);
  for (double& share : shares) share /= all;
  return shares;
}

std::vector<uint64_t> part_sizes(uint64_t num_rows, const std::vector<double>& shares) {
  std::vector<uint64_t> sizes = {0};
  uint64_t others = 0;
  for (size_t part = 1; part < shares.size(); ++part) {
    sizes.push_back(static_cast<uint64_t>(std::ceil(shares[part] * static_cast<double>(num_rows))));
    others += sizes.back();
  }
  if (others >= num_rows) {
    throw Error(ErrorKind::kInput, fmt::format("{} rows are too few for {} parts", num_rows, shares.size()),
                "choose fewer parts, or collect more rows");
  }
  sizes[0] = num_rows - others;
  return sizes;
}

std::vector<std::vector<uint64_t>> split_rows(const SplitPlan& plan) {
  const std::vector<uint64_t> order = table::permutation(plan.seed, plan.num_rows);
  if (!plan.groups.empty()) return GroupPlacement(plan, order).place();
  const std::vector<uint64_t> sizes = part_sizes(plan.num_rows, plan.shares);
  const std::vector<uint64_t> counts =
      plan.classes.empty() ? std::vector<uint64_t>{plan.num_rows} : class_counts(plan.classes);
  return place_rows(plan, order, class_sizes(counts, sizes));
}

}  // namespace hone::data
