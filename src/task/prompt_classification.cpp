#include "task/prompt_classification.h"

#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "base/counted.h"
#include "base/error.h"
#include "base/log.h"
#include "base/progress.h"
#include "base/utf8.h"
#include "task/classifier_input.h"
#include "task/label_scores.h"
#include "task/prompt.h"
#include "task/shots.h"
#include "task/text_classification.h"
#include "task/vocabulary.h"

namespace hone::task {

namespace {

struct PromptedText {
  std::string_view text;
  std::optional<std::string_view> text_pair;
};

// What is scored for a text.
struct Asked {
  PromptTokens prompt;
  std::optional<PromptTokens> empty;  // the same prompt with an empty text, if it is not that of all texts
};

class PromptInput final : public ClassifierInput {
 public:
  PromptInput(const PromptOptions& options, RowOptions columns) : options_(options), columns_(std::move(columns)) {
    check_shots(options_);
    const PromptTemplate checked(options_.prompt);
  }

  void use_model(const AskedModel& asked) override {
    model_ = asked.model;
    std::optional<text::ChatTemplate> chat;
    const text::ChatTemplateSources templates = text::ChatTemplateSources::read(asked.folder);
    if (options_.apply_chat_template) {
      chat = templates.choose(/*has_tools=*/false);
    } else if (!templates.sources().empty()) {
      log_info("the prompt is read as it is; --apply-chat-template asks in the model's chat template");
    }
    const auto longest = std::min(asked.max_length, static_cast<size_t>(model_->max_cached_length()));
    encoder_.emplace(options_, asked.tokenizer, std::move(chat), longest);
    shots_ = Shots(options_, columns_);
    for (const Shot& shot : shots_.fixed()) log_info("shot: {} -> {}", shortened_line(shot.text), shot.label);
  }

  TextRows read_rows(const table::Rows& rows, const table::TextColumns& columns, const std::string& what,
                     const ExampleOptions& options) override {
    std::vector<PromptedText> texts;
    for (uint64_t row = 0; row < rows.size(); ++row) {
      texts.push_back({rows.text(row, columns.text).value_or(""), std::nullopt});
      if (columns.text_pair) texts.back().text_pair = rows.text(row, *columns.text_pair).value_or("");
    }
    warn_of_shots_among(texts, what);
    auto asked = std::make_shared<std::vector<Asked>>(
        prompts_of(texts, what, [&rows](size_t row) { return rows.location(row); }));
    TextRows read{.rows = rows, .columns = columns, .max_length = options.max_length};
    for (const Asked& each : *asked) read.features.add(each.prompt.prompt);
    warn_of_unknown_tokens(unknown_tokens(options.tokenizer, read.features, columns.text_pair.has_value()), what);
    if (const std::string note = crossing_note(); !note.empty()) log_info("{}", note);
    read.outputs = [this, asked = std::move(asked)](const model::Model&, std::span<const uint64_t> of_batch) {
      std::vector<const Asked*> some;
      for (const uint64_t row : of_batch) some.push_back(&(*asked)[row]);
      return as_tensor(scores(some));
    };
    return read;
  }

  std::vector<Outputs> outputs(std::span<const Question* const> questions) override {
    std::vector<PromptedText> texts;
    for (const Question* question : questions) texts.push_back({question->text, question->text_pair});
    const std::vector<Asked> asked = prompts_of(texts, "texts", [](size_t) { return std::string("the text"); });
    std::vector<const Asked*> all;
    for (const Asked& each : asked) all.push_back(&each);
    std::vector<Outputs> outputs;
    for (const std::vector<double>& row : scores(all)) {
      outputs.push_back({.windows = {std::vector<float>(row.begin(), row.end())}});
    }
    return outputs;
  }

  std::vector<std::string> notes() const override {
    std::vector<std::string> notes;
    for (std::string note : {truncation_note(num_cut_, num_texts_, encoder_->max_length()), crossing_note()}) {
      if (!note.empty()) notes.push_back(std::move(note));
    }
    return notes;
  }

 private:
  static std::string shortened_line(const std::string& text) {
    std::string line = shortened(text, 60);
    std::replace(line.begin(), line.end(), '\n', ' ');
    return line;
  }

  std::string crossing_note() const {
    if (num_crossing_ == 0) return "";
    return fmt::format(
        "in {} of {} a token holds the end of the prompt and the beginning of a label: the scores of all "
        "labels begin before it",
        num_crossing_, counted(num_texts_, "prompt"));
  }

  void warn_of_shots_among(const std::vector<PromptedText>& texts, const std::string& what) const {
    const auto is_shot = [&](const PromptedText& text) {
      return std::ranges::any_of(shots_.fixed(), [&](const Shot& shot) { return shot.text == text.text; });
    };
    if (const auto count = std::ranges::count_if(texts, is_shot); count > 0) {
      log_warning("{} of the {} are shots too: the model reads their labels (take the shots from other rows)", count,
                  what);
    }
  }

  template <typename PlaceOf>
  std::vector<Asked> prompts_of(const std::vector<PromptedText>& texts, const std::string& what,
                                const PlaceOf& place_of) {
    const std::vector<std::vector<Shot>> nearest = nearest_shots(texts, what);
    const bool is_calibrated = options_.label_score == "calibrated";
    if (is_calibrated && shots_.are_fixed() && !empty_) empty_ = empty_prompt(shots_.fixed(), texts);
    std::vector<Asked> asked;
    Progress progress("tokenizing " + what, "text", texts.size());
    for (size_t i = 0; i < texts.size(); ++i) {
      const std::vector<Shot>& shots = shots_.are_fixed() ? shots_.fixed() : nearest[i];
      asked.push_back({encoder_->encode(texts[i].text, texts[i].text_pair, shots), std::nullopt});
      if (is_calibrated && !shots_.are_fixed()) asked.back().empty = empty_prompt(shots, texts);
      const PromptTokens& prompt = asked.back().prompt;
      check_ids(prompt, place_of(i));
      num_cut_ += prompt.prompt.num_cut > 0 ? 1 : 0;
      num_crossing_ += prompt.crosses_border ? 1 : 0;
      progress.advance();
    }
    num_texts_ += texts.size();
    return asked;
  }

  std::vector<std::vector<Shot>> nearest_shots(const std::vector<PromptedText>& texts, const std::string& what) {
    if (shots_.are_fixed()) return {};
    if (!embedder_) {
      embedder_ = options_.embedding_model.empty() ? TextEmbedder(model_, encoder_->tokenizer())
                                                   : TextEmbedder::load(options_.embedding_model);
    }
    std::vector<std::string_view> own;
    for (const PromptedText& text : texts) own.push_back(text.text);
    return shots_.nearest(own, *embedder_, what);
  }

  PromptTokens empty_prompt(const std::vector<Shot>& shots, const std::vector<PromptedText>& texts) const {
    const bool are_pairs = !texts.empty() && texts.front().text_pair.has_value();
    return encoder_->encode("", are_pairs ? std::optional<std::string_view>("") : std::nullopt, shots);
  }

  void check_ids(const PromptTokens& prompt, const std::string& place) const {
    const int64_t num_rows = model_->vocab_size();
    if (encoder_->tokenizer().vocab_size() <= num_rows) return;
    check_embedded(encoder_->tokenizer(), num_rows, prompt.prompt.ids, place);
    for (const std::vector<int32_t>& label : prompt.labels) {
      check_embedded(encoder_->tokenizer(), num_rows, label, place);
    }
  }

  // [B, K]
  std::vector<std::vector<double>> scores(std::span<const Asked* const> asked) {
    if (!scorer_) scorer_ = std::make_unique<LabelScorer>(model_);
    std::vector<const PromptTokens*> prompts, empty;
    for (const Asked* each : asked) {
      prompts.push_back(&each->prompt);
      if (each->empty) empty.push_back(&*each->empty);
    }
    std::vector<std::vector<double>> sums = scorer_->log_likelihoods(prompts);
    const std::vector<std::vector<double>> of_empty = scorer_->log_likelihoods(empty);
    if (empty_ && empty_sums_.empty()) {
      const PromptTokens* const only = &*empty_;
      empty_sums_ = scorer_->log_likelihoods({&only, 1}).front();
    }
    for (size_t i = 0; i < sums.size(); ++i) {
      sums[i] = label_scores(options_.label_score, sums[i], *prompts[i]);
      if (options_.label_score != "calibrated") continue;
      const std::vector<double>& base = of_empty.empty() ? empty_sums_ : of_empty[i];
      for (size_t label = 0; label < base.size(); ++label) sums[i][label] -= base[label];
    }
    return sums;
  }

  static at::Tensor as_tensor(const std::vector<std::vector<double>>& rows) {
    const auto width = static_cast<int64_t>(rows.front().size());
    at::Tensor values = at::empty({static_cast<int64_t>(rows.size()), width}, at::kFloat);
    auto* next = values.mutable_data_ptr<float>();
    for (const std::vector<double>& row : rows) next = std::copy(row.begin(), row.end(), next);
    return values;
  }

  PromptOptions options_;
  RowOptions columns_;  // of the shots
  std::shared_ptr<const model::Model> model_;
  std::optional<PromptEncoder> encoder_;
  Shots shots_;
  std::optional<TextEmbedder> embedder_;
  std::unique_ptr<LabelScorer> scorer_;  // made when the model is where it computes
  std::optional<PromptTokens> empty_;    // of all texts
  std::vector<double> empty_sums_;       // [K], computed once
  uint64_t num_texts_ = 0, num_cut_ = 0, num_crossing_ = 0;
};

}  // namespace

std::unique_ptr<Task> make_prompt_classification(const TaskOptions& options, const model::ModelConfig& config,
                                                 Purpose) {
  model::ModelConfig with_labels = config;
  auto input = std::make_shared<PromptInput>(options.prompt, options.rows);
  check_labels(options.prompt.labels);
  with_labels.set_labels(options.prompt.labels);
  with_labels.set_problem_type("single_label_classification");
  with_labels.set_class_weights({});
  return make_classification(options, with_labels, Purpose::kUseTrained, std::move(input));
}

}  // namespace hone::task
