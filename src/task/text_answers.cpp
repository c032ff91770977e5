#include "task/text_answers.h"

#include <nlohmann/json.hpp>

#include <utility>

namespace hone::task {

namespace {

class TextAnswer final : public Answer {
 public:
  TextAnswer(std::string_view member, std::string text) : member_(member), text_(std::move(text)) {}

  Json response() const override { return {{std::string(member_), text_}}; }
  Json json() const override { return response(); }
  std::string text() const override { return text_; }
  std::vector<table::Value> cells() const override { return {text_}; }

 private:
  std::string_view member_;
  std::string text_;
};

}  // namespace

std::unique_ptr<Answer> text_answer(std::string_view member, std::string text) {
  return std::make_unique<TextAnswer>(member, std::move(text));
}

}  // namespace hone::task
