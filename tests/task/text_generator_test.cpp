// Expected: transformers (tests/fixtures/make_seq2seq_task_fixture.py).
#include "task/text_generator.h"

#include <c10/core/InferenceMode.h>
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "expect_error.h"
#include "parity/seq2seq_fixture.h"
#include "temporary_folder.h"

namespace text_generator_test {

using namespace hone;

TEST_CASE("answers are those of transformers, greedy and by beam search, and have at most the asked tokens") {
  const Json fixture = read_json(HONE_SOURCE_DIR "/tests/fixtures/seq2seq_task.json");
  for (const auto& [name, expected] : fixture["models"].items()) {
    const std::filesystem::path folder = seq2seq_fixtures() / name;
    const text::Tokenizer tokenizer = text::Tokenizer::load(folder);
    const model::LoadedModel loaded = load_seq2seq(folder, name);
    std::vector<std::vector<int32_t>> texts;
    for (const Json& row : fixture["rows"]) texts.push_back(tokenizer.encode(row["source"].get<std::string>()).ids);
    for (const Json& answers : expected["answers"]) {
      INFO(name, " ", answers["num_beams"].dump());
      task::Seq2SeqOptions options;
      options.num_beams = answers["num_beams"].get<int64_t>();
      options.generation_max_length = fixture["max_target_length"].get<int64_t>();
      const task::TextGenerator generator(folder, tokenizer, options, std::nullopt);
      const c10::InferenceMode no_gradients;
      const auto ids = generator.generate(*loaded.model, texts);
      REQUIRE(ids.size() == texts.size());
      for (size_t i = 0; i < ids.size(); ++i) {
        CHECK(ids[i].size() <= 8);
        CHECK(generator.decode(ids[i]) == answers["texts"][i].get<std::string>());
      }
    }
  }
}

TEST_CASE("a forced first token is one of the vocabulary; something names the decoder's first token") {
  const std::filesystem::path folder = seq2seq_fixtures() / "bart";
  const text::Tokenizer tokenizer = text::Tokenizer::load(folder);
  task::Seq2SeqOptions options;
  options.forced_bos_token = "nothing";
  const Error error = expect_error([&] { task::TextGenerator(folder, tokenizer, options, std::nullopt); });
  CHECK(error.kind() == ErrorKind::kUsage);
  CHECK(contains(error.what(), "forced_bos_token: the tokenizer has no token \"nothing\""));
  options.forced_bos_token = "w17";
  options.generation_max_length = 4;
  const model::LoadedModel loaded = load_seq2seq(folder, "bart");
  const c10::InferenceMode no_gradients;
  const std::vector<std::vector<int32_t>> texts{{7, 8, 2}};
  CHECK(task::TextGenerator(folder, tokenizer, options, std::nullopt).generate(*loaded.model, texts)[0][0] == 17);
  const TemporaryFolder empty;
  CHECK(contains(expect_error([&] { task::TextGenerator(empty.path(), tokenizer, {}, std::nullopt); }).what(),
                 "no \"decoder_start_token_id\""));
}

}  // namespace text_generator_test
