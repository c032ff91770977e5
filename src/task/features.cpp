// Tokenizes a split in blocks, so that only one block of encodings is in memory beside the result.
#include "task/features.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/mean.h>
#include <ATen/ops/narrow.h>
#include <ATen/ops/stack.h>

#include <algorithm>

#include "base/counted.h"
#include "base/log.h"
#include "base/progress.h"
#include "base/sha256.h"

namespace hone::task {

namespace {

constexpr uint64_t kBlockRows = 4096;

std::vector<std::string_view> texts_of(const table::Column& column, uint64_t begin, uint64_t end) {
  std::vector<std::string_view> texts;
  texts.reserve(end - begin);
  for (uint64_t row = begin; row < end; ++row) texts.push_back(column.text(row).value_or(std::string_view()));
  return texts;
}

template <typename T>
std::string digest_of(const std::vector<T>& values) {
  return sha256({reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)});
}

// Packs the tokens of the given rows.
model::Inputs tokens_of(const Features& features, std::span<const uint64_t> rows) {
  std::vector<int64_t> lengths;
  lengths.reserve(rows.size());
  for (const uint64_t row : rows) {
    for (uint64_t window = features.windows[row]; window < features.windows[row + 1]; ++window) {
      lengths.push_back(static_cast<int64_t>(features.offsets[window + 1] - features.offsets[window]));
    }
  }
  model::Inputs inputs;
  model::Tokens& tokens = inputs.text;
  tokens.packing = tensor::Packing::from_lengths(lengths);
  const int64_t num_tokens = tokens.packing.num_tokens();
  tokens.ids = at::empty({num_tokens}, at::kLong);
  tokens.type_ids = at::empty({num_tokens}, at::kLong);
  int64_t* ids = tokens.ids.mutable_data_ptr<int64_t>();
  int64_t* type_ids = tokens.type_ids.mutable_data_ptr<int64_t>();
  for (const uint64_t row : rows) {
    const auto begin = static_cast<ptrdiff_t>(features.offsets[features.windows[row]]);
    const auto end = static_cast<ptrdiff_t>(features.offsets[features.windows[row + 1]]);
    ids = std::copy(features.ids.begin() + begin, features.ids.begin() + end, ids);
    type_ids = std::copy(features.type_ids.begin() + begin, features.type_ids.begin() + end, type_ids);
  }
  return inputs;
}

}  // namespace

void Features::add(std::span<const text::Encoding> row) {
  const uint64_t num_cut_before = num_cut_tokens;
  for (const text::Encoding& window : row) {
    ids.insert(ids.end(), window.ids.begin(), window.ids.end());
    type_ids.insert(type_ids.end(), window.type_ids.begin(), window.type_ids.end());
    offsets.push_back(ids.size());
    num_cut_tokens += window.num_cut;
  }
  windows.push_back(offsets.size() - 1);
  num_cut_rows += num_cut_tokens > num_cut_before;
}

Features tokenize_rows(const text::Tokenizer& tokenizer, const table::Rows& rows, const table::TextColumns& columns,
                       const Reading& reading, const std::string& what) {
  Features features;
  features.offsets.reserve(rows.size() + 1);
  features.windows.reserve(rows.size() + 1);
  const table::Column first = rows.column(columns.text);
  std::optional<table::Column> second;
  if (columns.text_pair) second = rows.column(*columns.text_pair);
  Progress progress(what, "row", rows.size());
  for (uint64_t begin = 0; begin < rows.size(); begin += kBlockRows) {
    const uint64_t end = std::min(rows.size(), begin + kBlockRows);
    const auto texts = texts_of(first, begin, end);
    const auto pairs = second ? texts_of(*second, begin, end) : std::vector<std::string_view>();
    for (const std::vector<text::Encoding>& row : read_texts(tokenizer, texts, pairs, reading)) features.add(row);
    progress.advance(end - begin);
  }
  return features;
}

namespace {

// Of all that determines the tokens.
std::string digest_of_texts(const std::string& tokenizer_dir, const table::Rows& rows,
                            const table::TextColumns& columns, const Reading& reading) {
  const LongText& long_text = reading.long_text;
  std::string digests =
      fmt::format("{}\n{} {} {} {}\n", tokenizer_dir, reading.encode.max_length, long_text.long_text.value_or(""),
                  long_text.doc_stride.value_or(-1), long_text.max_windows.value_or(-1));
  for (const std::optional<std::string>& name : {std::optional(columns.text), columns.text_pair}) {
    if (!name) continue;
    const table::Column column = rows.column(*name);
    for (uint64_t begin = 0; begin < rows.size(); begin += kBlockRows) {
      std::string texts;
      for (const std::string_view text : texts_of(column, begin, std::min(rows.size(), begin + kBlockRows))) {
        texts += fmt::format("{} {}", text.size(), text);
      }
      digests += sha256(texts);
    }
  }
  return sha256(digests);
}

}  // namespace

Features KnownFeatures::tokenized(const text::Tokenizer& tokenizer, const std::string& tokenizer_dir,
                                  const table::Rows& rows, const table::TextColumns& columns, const Reading& reading,
                                  const std::string& what) {
  std::string digest = digest_of_texts(tokenizer_dir, rows, columns, reading);
  for (const auto& [known, features] : sets_) {
    if (known == digest) return features;
  }
  if (sets_.size() == kMaxSets) sets_.pop_front();
  sets_.emplace_back(std::move(digest), tokenize_rows(tokenizer, rows, columns, reading, what));
  return sets_.back().second;
}

text::UnknownTokens unknown_tokens(const text::Tokenizer& tokenizer, const Features& features, bool has_pairs) {
  return text::count_unknown_tokens(tokenizer, features.ids,
                                    (features.offsets.size() - 1) * tokenizer.num_special_tokens(has_pairs));
}

std::string truncation_note(uint64_t num_truncated, uint64_t num_rows, size_t max_length) {
  if (num_truncated == 0) return "";
  return fmt::format("{} of {} are longer than {} tokens and were truncated", num_truncated, counted(num_rows, "row"),
                     max_length);
}

void warn_of_unknown_tokens(const text::UnknownTokens& count, std::string_view what) {
  if (count.are_many()) log_warning("{}: {}", what, count.note());
}

std::vector<std::string> text_findings(const Features& features, uint64_t max_length, uint64_t num_special) {
  const auto percent = [](uint64_t part, uint64_t whole) {
    return whole == 0 ? 0 : 100.0 * static_cast<double>(part) / static_cast<double>(whole);
  };
  std::vector<std::string> notes;
  if (features.num_cut_rows > 0) {
    notes.push_back(
        fmt::format("{} of {} training rows ({:.1f} %) are longer than max_seq_length {} and were truncated; the model "
                    "does not see "
                    "{:.1f} % of all tokens",
                    features.num_cut_rows, features.size(), percent(features.num_cut_rows, features.size()), max_length,
                    percent(features.num_cut_tokens, features.num_tokens() + features.num_cut_tokens)));
  }
  uint64_t empty = 0;
  for (uint64_t row = 0; row < features.size(); ++row) empty += features.length(row) <= num_special;
  if (empty > 0) {
    notes.push_back(fmt::format(
        "{} of {} training rows hold special tokens only, so the model learns nothing from their text{}", empty,
        features.size(),
        max_length <= num_special ? fmt::format("; max_seq_length {} has no space for other tokens", max_length) : ""));
  }
  return notes;
}

model::Inputs make_batch(const Features& features, std::span<const uint64_t> rows) {
  model::Inputs inputs = tokens_of(features, rows);
  if (features.prefix) inputs.prefix = features.prefix->stream(rows);
  return inputs;
}

model::PrefixRows prefix_rows(const Features& features) {
  return {.offsets = features.offsets,
          .sequences = features.windows,
          .inputs = [&features](std::span<const uint64_t> rows) { return tokens_of(features, rows); },
          .digest =
              [&features] {
                return digest_of(features.ids) + digest_of(features.type_ids) + digest_of(features.offsets) +
                       digest_of(features.windows);
              }};
}

at::Tensor row_outputs(const model::Model& model, const Features& features, std::span<const uint64_t> rows,
                       const nn::ForwardContext& context) {
  const at::Tensor outputs = model.forward(make_batch(features, rows), context);  // [windows, K]
  if (outputs.size(0) == static_cast<int64_t>(rows.size())) return outputs;
  std::vector<at::Tensor> means;
  int64_t next = 0;
  for (const uint64_t row : rows) {
    const auto count = static_cast<int64_t>(features.num_windows(row));
    means.push_back(outputs.narrow(0, next, count).mean(0));
    next += count;
  }
  return at::stack(means);
}

}  // namespace hone::task
