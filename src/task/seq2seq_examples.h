// Examples of texts with their targets: the loss of each target's tokens, and the measures of generated answers.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "metric/generated_text.h"
#include "task/decoder_input.h"
#include "task/task.h"
#include "task/text_generator.h"
#include "task/text_pairs.h"

namespace hone::task {

// How texts and targets become tokens.
struct Seq2SeqReading {
  std::string prefix = {};  // of each text
  size_t max_target_length = 0;
  DecoderInput decoder = {};
  std::string source_language = {}, target_language = {};  // mBART: the last token of a text or target, if one is given
};

class Seq2SeqReader {
 public:
  // The tokenizer must outlive it. Errors: kUsage for a language that the tokenizer lacks.
  Seq2SeqReader(const Seq2SeqReading& reading, const text::Tokenizer& tokenizer, size_t max_length);

  std::vector<int32_t> text_ids(std::string_view text) const;
  // The tokens of texts or targets, on all cores, and how many were truncated.
  struct Read {
    std::vector<std::vector<int32_t>> ids;
    uint64_t num_truncated = 0;
  };
  Read texts(const std::vector<std::string>& texts) const;
  Read targets(const std::vector<std::string>& texts) const;
  const DecoderInput& decoder() const { return reading_.decoder; }
  size_t max_target_length() const { return reading_.max_target_length; }
  // The first token of the decoder if it is not the one that the model names.
  std::optional<int32_t> first_of_answers() const { return target_language_; }

 private:
  Read read(const std::vector<std::string>& texts, size_t max_length, std::optional<int32_t> language) const;

  Seq2SeqReading reading_;
  const text::Tokenizer& tokenizer_;
  size_t max_length_;
  std::optional<int32_t> source_language_, target_language_;
};

// What an evaluation computes.
struct Seq2SeqMeasure {
  double label_smoothing = 0;
  std::shared_ptr<const TextGenerator> generator = {};  // null: the loss only
  metric::GeneratedTextOptions metrics = {};            // its views are of the options of the task
};

std::unique_ptr<Examples> make_seq2seq_examples(const table::Rows& rows, const PairColumns& columns,
                                                const std::string& what, const Seq2SeqReader& reader,
                                                const ExampleOptions& options, Seq2SeqMeasure measure);

}  // namespace hone::task
