#include "task/label_answers.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <numeric>

#include "base/error.h"
#include "base/names.h"
#include "base/utf8.h"
#include "task/score_functions.h"

namespace hone::task {

namespace {

constexpr float kNearTie = 0.8f;  // of the highest score
constexpr int64_t kMaxShown = 10;
constexpr size_t kMaxShownTies = 3;

std::vector<float> applied(std::string_view function, std::vector<float> logits) {
  apply_score_function(find_score_function(function), logits, logits.size());
  return logits;
}

class LabelAnswer : public Answer {
 public:
  LabelAnswer(const LabelScoring& scoring, const Outputs& outputs, const AnswerOptions& options)
      : labels_(scoring.labels), scores_(scoring.scores(outputs, options)), top_k_(options.top_k) {}

  Json response() const override {
    Json list = Json::array();
    for (const size_t id : ranked_labels(scores_, top_k_)) {
      list.push_back({{"label", labels_[id]}, {"score", shortest_double(scores_[id])}});
    }
    return list;
  }

 protected:
  // {"NEGATIVE": 0.01, "POSITIVE": 0.99}.
  Json by_label() const {
    Json json = Json::object();
    const auto add = [&](size_t id) { append_member(json, labels_[id], shortest_double(scores_[id])); };
    if (top_k_) {
      for (const size_t id : ranked_labels(scores_, top_k_)) add(id);
    } else {
      for (size_t id = 0; id < labels_.size(); ++id) add(id);
    }
    return json;
  }
  std::string shown(size_t id) const { return fmt::format("{} {:.4f}", labels_[id], scores_[id]); }
  // "  (NEUTRAL 0.0100, NEGATIVE 0.0050, ...)": the labels that `is_shown` allows, without those beyond top_k.
  template <typename IsShown>
  std::string others(IsShown is_shown) const {
    const int64_t most = top_k_.value_or(static_cast<int64_t>(labels_.size()));
    std::string text;
    const std::vector<size_t> ranked = ranked_labels(scores_, std::min(most, kMaxShown + 1));
    for (const size_t id : ranked) {
      if (is_shown(id)) text += (text.empty() ? "  (" : ", ") + shown(id);
    }
    if (text.empty()) return "";
    return text + (static_cast<int64_t>(ranked.size()) < std::min<int64_t>(most, static_cast<int64_t>(labels_.size()))
                       ? ", ...)"
                       : ")");
  }
  void add_scores(std::vector<table::Value>& cells) const {
    for (const float score : scores_) cells.emplace_back(shortest_double(score));
  }
  void add_ranked(std::vector<table::Value>& cells, int64_t count) const {
    for (const size_t id : ranked_labels(scores_, count)) {
      cells.emplace_back(labels_[id]);
      cells.emplace_back(shortest_double(scores_[id]));
    }
  }

  const std::vector<std::string>& labels_;
  std::vector<float> scores_;
  std::optional<int64_t> top_k_;
};

class BestLabel final : public LabelAnswer {
 public:
  BestLabel(const LabelScoring& scoring, const Outputs& outputs, const AnswerOptions& options)
      : LabelAnswer(scoring, outputs, options),
        best_(ranked_labels(scores_, 1).front()),
        near_(near_ties(scores_, scoring.function_of(options))) {}

  Json json() const override {
    Json json = {{"label", labels_[best_]}, {"score", shortest_double(scores_[best_])}};
    json["scores"] = by_label();
    for (const size_t id : near_) json["near_ties"].push_back(labels_[id]);
    return json;
  }

  std::string text() const override {
    std::string text = fmt::format("{}  {:.4f}", labels_[best_], scores_[best_]);
    text += others([&](size_t id) { return id != best_; });
    for (size_t i = 0; i < std::min(near_.size(), kMaxShownTies); ++i) {
      text += fmt::format("{}{}", i == 0 ? "  not sure: " : " or ", labels_[near_[i]]);
    }
    return near_.size() > kMaxShownTies ? text + " or another" : text;
  }

  std::vector<table::Value> cells() const override {
    std::vector<table::Value> cells;
    add_ranked(cells, top_k_.value_or(1));
    if (!top_k_) add_scores(cells);
    return cells;
  }

  bool is_near_tie() const override { return !near_.empty(); }

 private:
  size_t best_;
  std::vector<size_t> near_;
};

class ChosenLabels final : public LabelAnswer {
 public:
  ChosenLabels(const LabelScoring& scoring, const Outputs& outputs, const AnswerOptions& options)
      : LabelAnswer(scoring, outputs, options), separator_(scoring.separator) {
    const std::vector<float> probabilities = applied("sigmoid", pooled_outputs(outputs));
    for (size_t id = 0; id < probabilities.size(); ++id) {
      if (probabilities[id] > scoring.thresholds[id]) chosen_.push_back(id);
    }
  }

  Json json() const override { return {{"labels", names()}, {"scores", by_label()}}; }

  std::string text() const override {
    std::string text = chosen_.empty() ? "no label" : "";
    for (const size_t id : chosen_) text += (text.empty() ? "" : ", ") + shown(id);
    return text + others([&](size_t id) { return !std::ranges::binary_search(chosen_, id); });
  }

  std::vector<table::Value> cells() const override {
    std::vector<table::Value> cells = {fmt::format("{}", fmt::join(names(), separator_))};
    if (top_k_) {
      add_ranked(cells, *top_k_);
    } else {
      add_scores(cells);
    }
    return cells;
  }

 private:
  std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const size_t id : chosen_) names.push_back(labels_[id]);
    return names;
  }

  std::string_view separator_;
  std::vector<size_t> chosen_;  // ids, ascending
};

class FollowedLabel final : public FollowedScore {
 public:
  FollowedLabel(const LabelScoring& scoring, const std::string& label) : scoring_(scoring) {
    if (label.empty()) return;
    const auto found = std::ranges::find(scoring.labels, label);
    if (found == scoring.labels.end()) {
      throw unknown_name(ErrorKind::kUsage, "label", shortened(label, 64), scoring.labels);
    }
    id_ = static_cast<size_t>(found - scoring.labels.begin());
  }

  void decide(const Outputs& whole) override {
    const std::vector<float> scores = scoring_.scores(whole);
    if (!id_) id_ = ranked_labels(scores, 1).front();
    near_ = hone::task::near_ties(scores, scoring_.function);
  }

  std::string label() const override { return scoring_.labels[id_.value()]; }
  double of(const Question&, const Outputs& outputs, const Cut&) const override {
    return scoring_.scores(outputs)[id_.value()];
  }
  std::vector<std::string> near_ties() const override {
    std::vector<std::string> names;
    for (const size_t id : near_) names.push_back(scoring_.labels[id]);
    return names;
  }

 private:
  const LabelScoring& scoring_;
  std::optional<size_t> id_;  // set by decide(), unless the label was given
  std::vector<size_t> near_;
};

}  // namespace

std::string_view LabelScoring::function_of(const AnswerOptions& options) const {
  return options.function_to_apply.empty() ? std::string_view(function) : std::string_view(options.function_to_apply);
}

std::vector<float> LabelScoring::scores(const Outputs& outputs, const AnswerOptions& options) const {
  return applied(function_of(options), pooled_outputs(outputs));
}

std::unique_ptr<Answer> label_answer(const LabelScoring& scoring, const Outputs& outputs,
                                     const AnswerOptions& options) {
  if (scoring.thresholds.empty()) return std::make_unique<BestLabel>(scoring, outputs, options);
  return std::make_unique<ChosenLabels>(scoring, outputs, options);
}

std::vector<std::string> label_answer_members(const LabelScoring& scoring) {
  if (scoring.thresholds.empty()) return {"label", "score", "scores", "near_ties"};
  return {"labels", "scores"};
}

std::vector<std::string> label_answer_columns(const LabelScoring& scoring, const AnswerOptions& options) {
  const bool has_best = scoring.thresholds.empty();
  std::vector<std::string> names;
  if (has_best) {
    names = {"label", "score"};
  } else {
    names = {"labels"};
  }
  if (!options.top_k) {
    for (const std::string& label : scoring.labels) names.push_back("score_" + label);
    return names;
  }
  const int64_t count = std::min(*options.top_k, static_cast<int64_t>(scoring.labels.size()));
  for (int64_t place = has_best ? 2 : 1; place <= count; ++place) {
    names.insert(names.end(), {fmt::format("label_{}", place), fmt::format("score_{}", place)});
  }
  return names;
}

std::unique_ptr<FollowedScore> followed_label(const LabelScoring& scoring, const std::string& label) {
  return std::make_unique<FollowedLabel>(scoring, label);
}

std::vector<size_t> ranked_labels(std::span<const float> scores, std::optional<int64_t> top_k) {
  std::vector<size_t> order(scores.size());
  std::iota(order.begin(), order.end(), size_t{0});
  const auto all = static_cast<ptrdiff_t>(order.size());
  const ptrdiff_t count = std::min<ptrdiff_t>(all, top_k.value_or(all));
  std::partial_sort(order.begin(), order.begin() + count, order.end(),
                    [&](size_t a, size_t b) { return scores[a] != scores[b] ? scores[a] > scores[b] : a < b; });
  order.resize(static_cast<size_t>(count));
  return order;
}

std::vector<size_t> near_ties(std::span<const float> scores, std::string_view function) {
  if (function != "softmax" || scores.size() < 2) return {};
  const float least = kNearTie * *std::max_element(scores.begin(), scores.end());
  const auto count = std::count_if(scores.begin(), scores.end(), [&](float s) { return s >= least; });
  return count < 2 ? std::vector<size_t>() : ranked_labels(scores, std::min<int64_t>(count, kMaxNearTies));
}

}  // namespace hone::task
