#include "task/fill_mask.h"

#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/log_softmax.h>
#include <c10/core/InferenceMode.h>
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/error.h"
#include "base/utf8.h"
#include "metric/language_model.h"
#include "task/classifier_input.h"
#include "task/features.h"
#include "task/objective.h"

namespace hone::task {

namespace {

struct Guess {
  int32_t id = 0;
  double score = 0;
};

// The guesses for each mask of a text, and the text with each of them.
class FilledMasks final : public Answer {
 public:
  FilledMasks(const text::Tokenizer& tokenizer, std::vector<int32_t> ids, std::vector<size_t> places,
              std::vector<std::vector<Guess>> guesses)
      : tokenizer_(tokenizer), ids_(std::move(ids)), places_(std::move(places)), guesses_(std::move(guesses)) {}

  Json response() const override { return json(); }

  Json json() const override {
    Json masks = Json::array();
    for (size_t mask = 0; mask < places_.size(); ++mask) {
      Json list = Json::array();
      for (const Guess& guess : guesses_[mask]) {
        Json entry = Json::object();
        entry["score"] = guess.score;
        entry["token"] = guess.id;
        entry["token_str"] = tokenizer_.decode(std::span(&guess.id, 1), /*skip_special_tokens=*/false);
        entry["sequence"] = sequence(mask, guess.id);
        list.push_back(std::move(entry));
      }
      masks.push_back(std::move(list));
    }
    return {{"masks", std::move(masks)}};
  }

  std::string text() const override {
    std::string text;
    for (size_t mask = 0; mask < places_.size(); ++mask) {
      if (places_.size() > 1) text += fmt::format("{}mask {}\n", mask == 0 ? "" : "\n", mask + 1);
      for (const Guess& guess : guesses_[mask]) {
        text += fmt::format("{:.4f}  {}\n", guess.score, sequence(mask, guess.id));
      }
    }
    if (text.ends_with('\n')) text.pop_back();
    return text;
  }

  std::vector<table::Value> cells() const override {
    const Guess& best = guesses_.front().front();
    return {sequence(0, best.id), best.score};
  }

 private:
  // As the pipeline: special tokens are seen if other masks are left.
  std::string sequence(size_t mask, int32_t id) const {
    std::vector<int32_t> filled = ids_;
    filled[places_[mask]] = id;
    return tokenizer_.decode(filled, /*skip_special_tokens=*/places_.size() == 1);
  }

  const text::Tokenizer& tokenizer_;
  std::vector<int32_t> ids_;
  std::vector<size_t> places_;
  std::vector<std::vector<Guess>> guesses_;
};

class FillMask final : public TextTask {
 public:
  explicit FillMask(FillMaskOptions options) : options_(std::move(options)) {}

  std::span<const metric::Metric> metrics() const override { return metric::masked_model_metrics(); }
  std::string card_phrase() const override { return "for hidden tokens"; }
  bool bounds_outputs() const override { return true; }

  void use_model(const AskedModel& model) override {
    tokenizer_ = model.tokenizer;
    const std::optional<int32_t> mask = tokenizer_->special_id("mask_token");
    if (!mask) {
      throw Error(ErrorKind::kInput, fmt::format("the tokenizer of {} has no mask token", model.folder.string()),
                  "take the folder of a masked language model, such as BERT");
    }
    mask_id_ = *mask;
    for (const std::string& target : options_.targets) targets_.push_back(target_id(target));
  }

  // For each mask of the text the log-probabilities of all tokens.
  std::vector<Outputs> outputs(const model::Model& model, std::span<const Question* const> questions) const override {
    const c10::InferenceMode no_gradients;
    Features windows;
    std::vector<int64_t> rows;
    for (const Question* question : questions) {
      const std::vector<size_t> places = mask_places(*question);
      const auto begin = static_cast<int64_t>(windows.num_tokens());
      for (const size_t place : places) rows.push_back(begin + static_cast<int64_t>(place));
      windows.add(question->windows.front());
    }
    std::vector<uint64_t> all(windows.size());
    std::iota(all.begin(), all.end(), uint64_t{0});
    const at::Tensor wanted = at::empty({static_cast<int64_t>(rows.size())}, at::kLong);
    std::ranges::copy(rows, wanted.mutable_data_ptr<int64_t>());
    const at::Tensor logits = model.logits(model.hidden(make_batch(windows, all), {}), wanted, {});
    const at::Tensor scores = at::log_softmax(logits.to(at::kCPU, at::kFloat), 1).contiguous();  // [N, V]
    const float* next = scores.const_data_ptr<float>();
    std::vector<Outputs> outputs;
    for (const Question* question : questions) {
      const auto count = static_cast<ptrdiff_t>(mask_places(*question).size()) * scores.size(1);
      outputs.push_back({{std::vector<float>(next, next + count)}});
      next += count;
    }
    return outputs;
  }

  std::unique_ptr<Answer> answer(const Question& question, const Outputs& outputs,
                                 const AnswerOptions& options) const override {
    const std::vector<size_t> places = mask_places(question);
    const std::span<const float> scores = outputs.windows.front();
    const size_t num_tokens = scores.size() / places.size();
    std::vector<std::vector<Guess>> guesses;
    for (size_t mask = 0; mask < places.size(); ++mask) {
      guesses.push_back(best(scores.subspan(mask * num_tokens, num_tokens), options));
    }
    return std::make_unique<FilledMasks>(*tokenizer_, question.windows.front().ids, places, std::move(guesses));
  }
  std::vector<std::string> answer_members() const override { return {"masks"}; }
  std::vector<std::string> answer_columns(const AnswerOptions&) const override { return {"sequence", "score"}; }

 private:
  int32_t target_id(const std::string& target) const {
    const std::vector<int32_t> ids = tokenizer_->encode(target, {.add_special_tokens = false}).ids;
    if (ids.size() == 1 && ids[0] != tokenizer_->unknown_id()) return ids[0];
    throw Error(ErrorKind::kUsage,
                fmt::format("the target \"{}\" is {}, but one token stands in the place of a mask", target,
                            ids.size() == 1 ? "not in the vocabulary" : fmt::format("{} tokens", ids.size())),
                "give targets of one token");
  }

  std::vector<size_t> mask_places(const Question& question) const {
    std::vector<size_t> places;
    const std::vector<int32_t>& ids = question.windows.front().ids;
    for (size_t i = 0; i < ids.size(); ++i) {
      if (ids[i] == mask_id_) places.push_back(i);
    }
    if (places.empty()) {
      const std::string_view mask = tokenizer_->token(mask_id_);
      throw Error(ErrorKind::kInput,
                  fmt::format("there is no {} in \"{}\"{}", mask, shortened(question.text, 60),
                              question.is_truncated() ? " up to where it is truncated" : ""),
                  fmt::format("write {} in the place of the word that the model must guess", mask));
    }
    return places;
  }

  std::vector<Guess> best(std::span<const float> scores, const AnswerOptions& options) const {
    std::vector<int32_t> ids = targets_;
    if (ids.empty()) {
      ids.resize(scores.size());
      std::iota(ids.begin(), ids.end(), 0);
    }
    const auto wanted = static_cast<size_t>(options.top_k.value_or(targets_.empty() ? kDefaultGuesses : INT64_MAX));
    const auto end = ids.begin() + static_cast<ptrdiff_t>(std::min(wanted, ids.size()));
    const auto is_better = [&](int32_t a, int32_t b) {
      const float first = scores[static_cast<size_t>(a)], second = scores[static_cast<size_t>(b)];
      return first != second ? first > second : a < b;
    };
    std::partial_sort(ids.begin(), end, ids.end(), is_better);
    std::vector<Guess> guesses;
    for (auto id = ids.begin(); id != end; ++id)
      guesses.push_back({*id, std::exp(double{scores[static_cast<size_t>(*id)]})});
    return guesses;
  }

  FillMaskOptions options_;
  std::optional<text::Tokenizer> tokenizer_;
  int32_t mask_id_ = 0;
  std::vector<int32_t> targets_;
};

}  // namespace

std::unique_ptr<Task> make_fill_mask(const TaskOptions& options, const model::ModelConfig&, Purpose) {
  return std::make_unique<FillMask>(options.fill_mask);
}

}  // namespace hone::task
