// hone tokenize: the tokens, ids and offsets of texts, or the ids of a file's rows.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <unistd.h>

#include <nlohmann/json.hpp>

#include "base/counted.h"
#include "base/error.h"
#include "base/log.h"
#include "base/output_path.h"
#include "base/terminal.h"
#include "cli/library.h"
#include "cli/shown_tokens.h"
#include "cli/text_input.h"
#include "cli/tokenize_options.h"
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
  return out + fmt::format("{}{}\n", counted(encoding.ids.size(), "token"),
                           encoding.num_cut > 0 ? fmt::format(", {} more truncated", encoding.num_cut) : "");
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

// The offsets of a pair are relative to each text. The tokens of the first text come before those of the second.
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

void tokenize_text(const text::Tokenizer& tokenizer, const TokenizeOptions& options, const std::string& text) {
  text::EncodeOptions encode;
  encode.max_length = limit(options);
  encode.with_offsets = true;
  const std::string& pair = options.texts.text_pair;
  const text::Encoding encoding =
      pair.empty() ? tokenizer.encode(text, encode) : tokenizer.encode_pair(text, pair, encode);
  if (options.show) return print(shown_tokens(tokenizer, encoding, terminal_columns(STDOUT_FILENO).has_value()));
  const auto offsets = character_offsets(encoding, text, pair);
  print(options.json ? as_json(tokenizer, encoding, offsets).dump() + "\n" : as_table(tokenizer, encoding, offsets));
}

void decode_text(const text::Tokenizer& tokenizer, const TokenizeOptions& options, const std::string& text) {
  const std::vector<int32_t> ids = parse_ids(text);
  check_ids(tokenizer, ids);
  const std::string decoded = tokenizer.decode(ids, options.skip_special_tokens);
  print((options.json ? Json{{"text", decoded}}.dump() : decoded) + "\n");
}

// Throws for options that exclude each other.
void check_forms(const TokenizeOptions& options) {
  if (options.decode && options.show) {
    throw Error(ErrorKind::kUsage, "--decode and --show are two forms of output", "give one of them");
  }
  if ((options.decode || options.show) && !options.texts.file.empty()) {
    throw Error(ErrorKind::kUsage,
                fmt::format("{} reads texts of the command line, not --file", options.decode ? "--decode" : "--show"),
                "give the texts, or - for the lines of standard input");
  }
}

void write_ids(const Block& block, Output& output) {
  if (!output.has_begun()) output.begin({"input_ids"});
  for (uint64_t row = 0, next = 0; row < block.rows.size(); ++row) {
    if (next == block.row_of.size() || block.row_of[next] != row) {
      output.writer().write_json(R"({"input_ids": null})");
      continue;
    }
    const std::vector<int32_t>& ids = block.questions[next++].windows.front().ids;
    output.writer().write_json(fmt::format("{{\"input_ids\": [{}]}}", fmt::join(ids, ", ")));
  }
  output.end_block();
}

void tokenize_file(const text::Tokenizer& tokenizer, const TokenizeOptions& options, Output& output) {
  uint64_t num_tokens = 0;
  const BlockOptions block_options{.reading = {.encode = {.max_length = limit(options)}}, .what = "tokenizing"};
  for_each_block(options.texts, tokenizer, block_options, [&](const Block& block) {
    for (const task::Question& question : block.questions) num_tokens += question.num_tokens();
    write_ids(block, output);
  });
  output.commit();
  log_info("wrote {}, {}, to {}", counted(output.rows(), "row"), counted(num_tokens, "token"),
           output_name(options.texts.output));
}

}  // namespace

int run_tokenize(const options::Parsed<TokenizeOptions>& parsed) {
  const TokenizeOptions& options = parsed.options;
  check_forms(options);
  check_text_input(options.texts, "tokenize");
  std::optional<Output> output;
  if (!options.texts.file.empty()) output.emplace(options.texts);
  if (output && output->format() != table::RowFormat::kJsonLines) {
    throw Error(ErrorKind::kUsage, "hone tokenize cannot write csv: a row of ids is a list",
                "give --output a name that ends in .jsonl, or --output-format jsonl");
  }
  const text::Tokenizer tokenizer = text::Tokenizer::load(options.model_name_or_path);
  if (output) {
    tokenize_file(tokenizer, options, *output);
  } else {
    const auto handle = options.decode ? decode_text : tokenize_text;
    for_each_text(options.texts, [&](const std::string& text) { handle(tokenizer, options, text); });
  }
  return 0;
}

}  // namespace hone::cli
