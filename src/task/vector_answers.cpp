#include "task/vector_answers.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include <algorithm>

#include "base/counted.h"

namespace hone::task {

namespace {

constexpr size_t kShownValues = 4;

class VectorAnswer final : public Answer {
 public:
  explicit VectorAnswer(const Outputs& outputs) : values_(pooled_outputs(outputs)) {}

  Json response() const override {
    Json list = Json::array();
    for (const float value : values_) list.push_back(shortest_double(value));
    return list;
  }
  Json json() const override { return {{"embedding", response()}}; }
  std::string text() const override {
    std::string text = "[";
    for (size_t i = 0; i < std::min(values_.size(), kShownValues); ++i) {
      text += fmt::format("{}{:.4f}", i == 0 ? "" : ", ", values_[i]);
    }
    return fmt::format("{}{}] ({})", text, values_.size() > kShownValues ? ", ..." : "",
                       counted(values_.size(), "value"));
  }
  std::vector<table::Value> cells() const override { return {response().dump()}; }

 private:
  std::vector<float> values_;
};

}  // namespace

std::unique_ptr<Answer> vector_answer(const Outputs& outputs) { return std::make_unique<VectorAnswer>(outputs); }

}  // namespace hone::task
