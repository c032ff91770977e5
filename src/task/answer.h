// How a trained model answers. A question is one text or pair of texts; the model computes its windows, and the task
// turns the outputs into an answer. Needs no torch.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "table/columns.h"
#include "table/rows.h"
#include "table/value.h"
#include "task/reading.h"
#include "text/tokenizer.h"
#include "text/unknown_tokens.h"

namespace hone::task {

struct Question {
  std::string text;
  std::optional<std::string> text_pair;
  std::vector<text::Encoding> windows;  // what the model reads: the tokens of the text, or several parts of a long one

  size_t num_tokens() const;
  bool is_truncated() const;
};

// Errors: those of read_text.
Question make_question(const text::Tokenizer& tokenizer, std::string text, std::optional<std::string> text_pair,
                       const Reading& reading);

// The same for the rows of a file, on all cores.
std::vector<Question> make_questions(const text::Tokenizer& tokenizer, const table::Rows& rows,
                                     const table::TextColumns& columns, const Reading& reading);

text::UnknownTokens unknown_tokens(const text::Tokenizer& tokenizer, const Question& question,
                                   bool has_special_tokens = true);

// What the model computed for a question: for each window [n, K] floats, where n is 1 or the number of its tokens.
struct Outputs {
  std::vector<std::vector<float>> windows;

  bool are_finite() const;
};

// Returns the mean [K] over the windows. For models with one row of outputs for each window.
std::vector<float> pooled_outputs(const Outputs& outputs);

// What a request or the options of `hone predict` say about answers. A task reads what concerns it.
struct AnswerOptions {
  std::optional<int64_t> top_k;                    // labels of an answer; unset: all
  std::string function_to_apply;                   // a name of score_functions(); empty: the model's own
  std::string aggregation_strategy = "first";      // a name of kAggregationNames
  std::vector<std::string> ignore_labels = {"O"};  // entities of these types are omitted
  bool constrained_decoding = false;               // only sequences of tags that their scheme allows
  // For texts with several windows. True: finds the entities of each window, and merges them as transformers does.
  // False: averages the outputs of a token over the windows that hold it, as in training and evaluation.
  bool merges_windows = false;
};

// The parameters of a request for an explanation.
struct ExplainOptions {
  std::string label;                   // empty: the one with the highest score
  std::optional<uint64_t> start, end;  // code points of the part of the text that the answer is about
};

// How a variant differs from the whole text: the byte of the whole text at which it begins, and the bytes of the whole
// text that it lacks.
struct Cut {
  uint32_t begin = 0;
  text::Offset lacks;
};

// The score that an explanation of `hone serve` follows: how much it falls without each word of the text.
class FollowedScore {
 public:
  virtual ~FollowedScore() = default;
  // Takes the outputs of the whole text. They decide which score is followed if the request names none. Call it first.
  virtual void decide(const Outputs&) {}
  virtual std::string label() const = 0;
  virtual double of(const Question& variant, const Outputs& outputs, const Cut& cut) const = 0;
  // Labels that are nearly as likely, the best first.
  virtual std::vector<std::string> near_ties() const { return {}; }
};

class Answer {
 public:
  virtual ~Answer() = default;
  // An element of the response to POST /predict.
  virtual Json response() const = 0;
  // {"label", "score", ...}: what `hone predict` writes with --json, and to jsonl files beside the row's columns.
  virtual Json json() const = 0;
  // The answer in a line for people.
  virtual std::string text() const = 0;
  // The values in csv files, one for each of Task::answer_columns().
  virtual std::vector<table::Value> cells() const = 0;
  // Returns true if the scores of the best labels are nearly equal.
  virtual bool is_near_tie() const { return false; }
};

// The form of a task's answers, for the HTTP interface and its page.
struct AnswerForm {
  std::string_view widget;                               // how the page shows an answer: "scores", "entities"
  std::string_view schema;                               // JSON schema of Answer::response()
  std::span<const std::string_view> parameters;          // the AnswerOptions that have an effect
  std::span<const std::string_view> explain_parameters;  // the ExplainOptions that have an effect
  bool reads_offsets = false;                            // questions need the offsets of their tokens
  bool reads_pairs = true;
  bool is_list_of_parts = false;  // an answer lists parts of its text, such as entities
};

}  // namespace hone::task
