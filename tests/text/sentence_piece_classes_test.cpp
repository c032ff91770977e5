// Compares folders with SentencePiece models and rank files with what transformers makes of them
// (tests/fixtures/make_sentence_piece_fixtures.py).
#include "text/sentence_piece_classes.h"

#include <fstream>

#include "base/files.h"
#include "base/utf8.h"
#include "expect_error.h"
#include "temporary_folder.h"
#include "text/tokenizer_class_checks.h"
#include "text/tokenizer_digests.h"
#include "text/tokenizer_fixtures.h"
#include "text/tokenizer_parts.h"
#include "text/unicode.h"

namespace hone::text::sentence_piece_classes_test {

namespace {

const std::vector<std::string> kCases = {
    "albert",     "albert_cased", "albert_json", "camembert",      "deberta_v2",       "llama",
    "llama_json", "llama_legacy", "mbart",       "no_class_bpe",   "no_class_unigram", "t5",
    "t5_few",     "t5_json",      "tiktoken",    "tiktoken_plain", "xlm_roberta",      "xlm_roberta_json"};

std::filesystem::path fixture(const std::string& name) {
  return std::filesystem::path(HONE_SOURCE_DIR) / "tests" / "fixtures" / "sentence_piece" / name;
}

}  // namespace

TEST_CASE("each folder becomes the tokenizer.json of transformers, and the saved folder has the same one") {
  for (const std::string& name : kCases) check_saved_form(fixture(name));
}

TEST_CASE("texts become transformers' ids, types, offsets and words") {
  for (const std::string& name : kCases) check_texts(fixture(name));
}

TEST_CASE("pairs and words become transformers' ids") {
  for (const std::string& name : kCases) check_pairs_and_words(fixture(name));
}

TEST_CASE("ids decode to transformers' text, at once and one by one") {
  for (const std::string& name : kCases) check_decoded(fixture(name));
}

TEST_CASE("folders whose files contradict each other are refused") {
  const auto error_of = [](const std::string& from, const std::string& file, const std::string& to,
                           const Json& config) {
    const TemporaryFolder folder;
    write_file(folder.path() / to, read_file(fixture(from) / file));
    write_json(folder.path() / "tokenizer_config.json", config);
    return expect_error([&] { Tokenizer::load(folder.path()); });
  };
  const Json t5 = {{"tokenizer_class", "T5Tokenizer"}}, llama = {{"tokenizer_class", "LlamaTokenizer"}};
  CHECK(
      contains(error_of("llama", "tokenizer.model", "spiece.model", t5).what(), "a T5Tokenizer needs a Unigram model"));
  CHECK(contains(error_of("llama_json", "tokenizer.json", "tokenizer.json", t5).what(),
                 "a T5Tokenizer needs a Unigram model"));
  for (const char* name : {"AlbertTokenizer", "CamembertTokenizer", "DebertaV2Tokenizer", "MBartTokenizer"}) {
    CHECK(contains(error_of("llama_json", "tokenizer.json", "tokenizer.json", {{"tokenizer_class", name}}).what(),
                   fmt::format("a {} needs a Unigram model", name)));
  }
  CHECK(contains(error_of("t5_json", "tokenizer.json", "tokenizer.json", llama).what(),
                 "a LlamaTokenizer needs a BPE model"));
  CHECK(contains(error_of("t5", "spiece.model", "spiece.model", Json::object()).what(), "no file names the class"));
  CHECK(contains(error_of("t5", "spiece.model", "other.model", t5).what(), "no tokenizer.json and no vocab.txt"));
  CHECK(contains(error_of("t5", "spiece.model", "spm.model", t5).what(), "a T5Tokenizer needs spiece.model"));
  const Json language = {{"tokenizer_class", "MBartTokenizer"}, {"src_lang", "xx_XX"}};
  CHECK(contains(error_of("mbart", "sentencepiece.bpe.model", "sentencepiece.bpe.model", language).what(),
                 "no token is the language \"xx_XX\""));
}

namespace {

struct RealModel {
  const char* name;    // of the folder in ../shared/tokenizers
  const char* file;    // there
  const char* target;  // the name that transformers looks for
  Json config;
};

const std::vector<RealModel>& real_models() {
  static const std::vector<RealModel> models = {
      {"llama2",
       "tokenizer.model",
       "tokenizer.model",
       {{"tokenizer_class", "LlamaTokenizer"}, {"add_bos_token", true}}},
      {"t5", "sentencepiece.model", "spiece.model", {{"tokenizer_class", "T5Tokenizer"}}},
      {"albert-v2", "spiece.model", "spiece.model", {{"tokenizer_class", "AlbertTokenizer"}}}};
  return models;
}

std::optional<Tokenizer> load_real(const RealModel& model) {
  const auto source = shared_tokenizer(model.name);
  if (!source) return std::nullopt;
  const TemporaryFolder folder;
  write_file(folder.path() / model.target, read_file(*source / model.file));
  write_json(folder.path() / "tokenizer_config.json", model.config);
  return Tokenizer::load(folder.path());
}

std::string offsets_digest(const Tokenizer& tokenizer, const std::vector<std::string>& texts) {
  EncodeOptions options;
  options.with_offsets = true;
  std::string bytes;
  for (const std::string& text : texts) {
    for (const Offset& offset : to_character_offsets(text, tokenizer.encode(text, options).offsets)) {
      const int32_t values[] = {static_cast<int32_t>(offset.begin), static_cast<int32_t>(offset.end)};
      bytes.append(reinterpret_cast<const char*>(values), sizeof(values));
    }
  }
  return sha256(bytes);
}

// The lines of the corpus that are not blank.
std::vector<std::string> wikitext() {
  std::vector<std::string> lines;
  for (const char* name : {"valid.txt", "test.txt"}) {
    const auto path = std::filesystem::path(HONE_SOURCE_DIR) / ".." / "shared" / "data" / "lm_text" / name;
    const std::string text = read_file(path);
    for (size_t begin = 0; begin < text.size();) {
      const size_t end = std::min(text.find('\n', begin), text.size());
      const NormalizedText line = to_normalized_text(std::string_view(text).substr(begin, end - begin));
      const bool is_blank = std::ranges::all_of(line, [](const auto& c) { return is_whitespace(c.code); });
      if (!is_blank) lines.push_back(text.substr(begin, end - begin));
      begin = end + 1;
    }
  }
  return lines;
}

}  // namespace

// slow/tokenizer_corpora compares the whole corpora.
TEST_CASE("with the real models, every code point and wikitext have transformers' ids and offsets") {
  const Json digests =
      read_json(std::filesystem::path(HONE_SOURCE_DIR) / "tests" / "fixtures" / "tokenizer_corpora.json");
  for (const RealModel& model : real_models()) {
    CAPTURE(model.name);
    const std::optional<Tokenizer> tokenizer = load_real(model);
    if (!tokenizer) continue;
    const Json& expected = digests["tokenizers"].at(model.name);
    CHECK(digest(*tokenizer, code_points("a", "B")) == expected["code_points_between"]["ids"].get<std::string>());
    const std::vector<std::string> lines = wikitext();
    CHECK(digest(*tokenizer, lines) == expected["wikitext"]["ids"].get<std::string>());
    CHECK(offsets_digest(*tokenizer, lines) == expected["wikitext"]["offsets"].get<std::string>());
  }
}

TEST_CASE("texts have the ids of llama.cpp's test vectors for Llama 2") {
  const std::optional<Tokenizer> model = load_real(real_models()[0]);
  const auto vectors = shared_tokenizer("vectors");
  if (!model || !vectors) return;
  // llama.cpp differs from transformers 5.23 in two points: it puts a space before every text, and it merges runs of
  // spaces last, by their scores (-1e9), where transformers has them by their ids. SentencePiece does so too.
  const TemporaryFolder folder;
  model->save(folder.path());
  Json file = read_json(folder.path() / "tokenizer.json");
  const Json prepend = {{"type", "Prepend"}, {"prepend", "\xE2\x96\x81"}};
  const Json replace = {{"type", "Replace"}, {"pattern", {{"String", " "}}}, {"content", "\xE2\x96\x81"}};
  file["normalizer"] = {{"type", "Sequence"}, {"normalizers", Json::array({prepend, replace})}};
  file["pre_tokenizer"] = nullptr;
  std::vector<Json> merges(file["model"]["merges"].begin(), file["model"]["merges"].end());
  std::stable_partition(merges.begin(), merges.end(), [](const Json& merge) {
    const std::string text = merge[0].get<std::string>() + merge[1].get<std::string>();
    return text.find_first_not_of("\xE2\x96\x81") != std::string::npos;
  });
  file["model"]["merges"] = merges;
  const TemporaryFolder plain_folder;
  write_json(plain_folder.path() / "tokenizer.json", file);
  write_json(plain_folder.path() / "tokenizer_config.json", {{"tokenizer_class", "PreTrainedTokenizerFast"}});
  const Tokenizer tokenizer = Tokenizer::load(plain_folder.path());
  const std::string input = read_file(*vectors / "ggml-vocab-llama-spm.gguf.inp");
  const std::string output = read_file(*vectors / "ggml-vocab-llama-spm.gguf.out");
  constexpr std::string_view kSeparator = "\n__ggml_vocab_test__\n";
  EncodeOptions plain;
  plain.add_special_tokens = false;
  size_t count = 0;
  for (size_t in = 0, out = 0; in < input.size(); ++count) {
    const size_t in_end = std::min(input.find(kSeparator, in), input.size()), out_end = output.find('\n', out);
    const std::string_view text = std::string_view(input).substr(in, in_end - in);
    std::string ids;
    for (const int32_t id : tokenizer.encode(text, plain).ids) ids += fmt::format(" {}", id);
    CAPTURE(text);
    CHECK(ids == output.substr(out, out_end - out));
    in = in_end + kSeparator.size();
    out = out_end + 1;
  }
  CHECK(count > 40);
}

TEST_CASE("a model file that is cut short anywhere is refused, or has fewer pieces") {
  for (const std::string name : {"t5", "albert", "xlm_roberta", "no_class_unigram", "no_class_bpe"}) {
    CAPTURE(name);
    const Tokenizer whole = Tokenizer::load(fixture(name));
    const TemporaryFolder folder;
    std::filesystem::copy(fixture(name), folder.path());
    std::filesystem::path file;
    for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
      if (entry.path().extension() == ".model") file = entry.path();
    }
    const std::string bytes = read_file(file);
    const size_t step = bytes.size() > 5'000 ? 17 : 1;  // the files of BPE are larger
    size_t num_refused = 0;
    for (size_t length = 0; length < bytes.size(); length += step) {
      // write_file waits for the disk, which takes minutes for so many files.
      std::ofstream(file, std::ios::binary) << std::string_view(bytes).substr(0, length);
      try {  // CHECK would catch the error itself
        const auto num_pieces = Tokenizer::load(folder.path()).vocab_size();
        CHECK(num_pieces <= whole.vocab_size());
      } catch (const Error& error) {
        ++num_refused;
        CHECK(contains(error.what(), folder.path().string()));
        CHECK((error.kind() == ErrorKind::kInput || error.kind() == ErrorKind::kUnsupported));
      }
    }
    CHECK(num_refused > bytes.size() / step / 2);
  }
}

}  // namespace hone::text::sentence_piece_classes_test
