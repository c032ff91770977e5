// hone tokenize: the tokens, ids and places of texts, or the ids of a file's rows.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/log.h"
#include "cli/library.h"
#include "cli/text_input.h"
#include "cli/tokenize_options.h"
#include "table/writer.h"
#include "task/features.h"
#include "text/tokenizer.h"

namespace hone::cli {

namespace {

size_t limit(const TokenizeOptions& options) {
  return options.max_seq_length ? static_cast<size_t>(*options.max_seq_length) : text::kNoLimit;
}

std::string as_table(const text::Tokenizer& tokenizer, const text::Encoding& encoding,
                     const std::vector<text::Offset>& offsets) {
  std::string out = fmt::format("{:>4}  {:>7}  {:>11}  token\n", "", "id", "characters");
  for (size_t i = 0; i < encoding.ids.size(); ++i) {
    const bool special = offsets[i].begin == offsets[i].end;
    out += fmt::format("{:>4}  {:>7}  {:>11}  {}\n", i, encoding.ids[i],
                       special ? "" : fmt::format("{}-{}", offsets[i].begin, offsets[i].end),
                       tokenizer.token(encoding.ids[i]));
  }
  return out + fmt::format("{} tokens{}\n", encoding.ids.size(),
                           encoding.num_cut > 0 ? fmt::format(", {} more were cut", encoding.num_cut) : "");
}

Json as_json(const text::Tokenizer& tokenizer, const text::Encoding& encoding,
             const std::vector<text::Offset>& offsets) {
  Json tokens = Json::array(), places = Json::array();
  for (size_t i = 0; i < encoding.ids.size(); ++i) {
    tokens.push_back(std::string(tokenizer.token(encoding.ids[i])));
    places.push_back({offsets[i].begin, offsets[i].end});
  }
  return {{"tokens", tokens}, {"input_ids", encoding.ids}, {"token_type_ids", encoding.type_ids}, {"offsets", places}};
}

// Offsets of a pair count in each text's own characters: those of the first come before those of the second.
std::vector<text::Offset> character_offsets(const text::Encoding& encoding, const std::string& first,
                                            const std::string& second) {
  size_t split = encoding.type_ids.size();
  for (size_t i = 0; i < encoding.type_ids.size() && !second.empty(); ++i) {
    if (encoding.type_ids[i] == 1) {
      split = i;
      break;
    }
  }
  const std::span<const text::Offset> all = encoding.offsets;
  std::vector<text::Offset> offsets = text::to_character_offsets(first, all.first(split));
  const std::vector<text::Offset> rest = text::to_character_offsets(second, all.subspan(split));
  offsets.insert(offsets.end(), rest.begin(), rest.end());
  return offsets;
}

void tokenize_texts(const text::Tokenizer& tokenizer, const TokenizeOptions& options) {
  text::EncodeOptions encode;
  encode.max_length = limit(options);
  encode.with_offsets = true;
  for (const std::string& text : options.texts.text) {
    const text::Encoding encoding = options.texts.text_pair.empty()
                                        ? tokenizer.encode(text, encode)
                                        : tokenizer.encode_pair(text, options.texts.text_pair, encode);
    const auto offsets = character_offsets(encoding, text, options.texts.text_pair);
    print(options.json ? as_json(tokenizer, encoding, offsets).dump() + "\n" : as_table(tokenizer, encoding, offsets));
  }
}

void tokenize_file(const text::Tokenizer& tokenizer, const TokenizeOptions& options) {
  table::RowWriter writer(options.texts.output, table::RowFormat::kJsonLines, {"input_ids"});
  uint64_t num_cut_rows = 0, num_tokens = 0;
  for_each_block(options.texts, tokenizer, {limit(options), "tokenizing"}, [&](const task::Features& features) {
    num_cut_rows += features.num_cut_rows;
    num_tokens += features.num_tokens();
    for (uint64_t row = 0; row < features.size(); ++row) {
      const auto begin = features.ids.begin() + static_cast<std::ptrdiff_t>(features.offsets[row]);
      const auto end = features.ids.begin() + static_cast<std::ptrdiff_t>(features.offsets[row + 1]);
      writer.write_json(fmt::format("{{\"input_ids\": [{}]}}", fmt::join(begin, end, ", ")));
    }
  });
  writer.commit();
  if (num_cut_rows > 0) {
    log_warning("{} of {} rows are longer than {} tokens and were cut", num_cut_rows, writer.rows(), limit(options));
  }
  log_info("wrote {} rows, {} tokens, to {}", writer.rows(), num_tokens, options.texts.output.string());
}

}  // namespace

int run_tokenize(const options::Parsed<TokenizeOptions>& parsed) {
  const TokenizeOptions& options = parsed.options;
  check_text_input(options.texts, "tokenize");
  const text::Tokenizer tokenizer = text::Tokenizer::load(options.model_name_or_path);
  if (options.texts.file.empty()) {
    tokenize_texts(tokenizer, options);
  } else {
    tokenize_file(tokenizer, options);
  }
  return 0;
}

}  // namespace hone::cli
