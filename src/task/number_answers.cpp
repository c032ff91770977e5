#include "task/number_answers.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace hone::task {

namespace {

class NumberAnswer final : public Answer {
 public:
  NumberAnswer(const std::vector<std::string>& names, const Outputs& outputs)
      : names_(names), values_(pooled_outputs(outputs)) {}

  Json response() const override {
    if (values_.size() == 1) return {{"score", shortest_double(values_[0])}};
    Json scores = Json::object();
    for (size_t k = 0; k < values_.size(); ++k) append_member(scores, names_[k], shortest_double(values_[k]));
    return {{"scores", std::move(scores)}};
  }

  Json json() const override { return response(); }

  std::string text() const override {
    if (values_.size() == 1) return fmt::format("{:.4f}", values_[0]);
    std::string text;
    for (size_t k = 0; k < values_.size(); ++k) {
      text += fmt::format("{}{} {:.4f}", k == 0 ? "" : ", ", names_[k], values_[k]);
    }
    return text;
  }

  std::vector<table::Value> cells() const override {
    std::vector<table::Value> cells;
    for (const float value : values_) cells.emplace_back(shortest_double(value));
    return cells;
  }

 private:
  const std::vector<std::string>& names_;
  std::vector<float> values_;
};

class FollowedNumber final : public FollowedScore {
 public:
  std::string label() const override { return "score"; }
  double of(const Question&, const Outputs& outputs, const Cut&) const override { return pooled_outputs(outputs)[0]; }
};

}  // namespace

std::unique_ptr<FollowedScore> followed_number() { return std::make_unique<FollowedNumber>(); }

std::unique_ptr<Answer> number_answer(const std::vector<std::string>& names, const Outputs& outputs) {
  return std::make_unique<NumberAnswer>(names, outputs);
}

std::vector<std::string> number_answer_members(const std::vector<std::string>& names) {
  return {names.size() == 1 ? "score" : "scores"};
}

std::vector<std::string> number_answer_columns(const std::vector<std::string>& names) {
  if (names.size() == 1) return {"score"};
  std::vector<std::string> columns;
  for (const std::string& name : names) columns.push_back("score_" + name);
  return columns;
}

}  // namespace hone::task
