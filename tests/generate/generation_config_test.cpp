#include "generate/generation_config.h"

#include <doctest/doctest.h>

#include "expect_error.h"
#include "options/parse.h"
#include "temporary_folder.h"

namespace generation_config_test {

using namespace hone;
using namespace hone::generate;

const text::Tokenizer& tokenizer() {
  static const text::Tokenizer loaded = text::Tokenizer::load(HONE_SOURCE_DIR "/tests/fixtures/byte_level/gpt2");
  return loaded;
}

GenerationOptions applied(const std::string& json, std::vector<std::string> arguments = {}) {
  const TemporaryFolder folder;
  folder.write("generation_config.json", json);
  auto parsed = options::parse<GenerationOptions>("hone generate", arguments);
  apply_generation_config(read_generation_config(folder.path()), parsed.provenance, parsed.options);
  return parsed.options;
}

TEST_CASE("the file's values are defaults that flags override") {
  const std::string json = R"({"do_sample": true, "temperature": 0.7, "top_k": 20, "top_p": 0.8, "max_new_tokens": null,
                               "repetition_penalty": 1.05, "pad_token_id": 3, "transformers_version": "5.0"})";
  const GenerationOptions file = applied(json);
  CHECK(file.do_sample);
  CHECK(file.temperature == 0.7);
  CHECK(file.top_k == 20);
  CHECK(file.repetition_penalty == 1.05);
  CHECK(file.max_new_tokens == 512);
  const GenerationOptions flags = applied(json, {"--no-do-sample", "--top-k", "50"});
  CHECK_FALSE(flags.do_sample);
  CHECK(flags.top_k == 50);
  CHECK(flags.top_p == 0.8);
}

TEST_CASE("early_stopping is a boolean or never") {
  CHECK(beams_of(applied(R"({"early_stopping": true})")).early_stopping == EarlyStopping::kFull);
  CHECK(beams_of(applied(R"({"early_stopping": false})")).early_stopping == EarlyStopping::kHeuristic);
  CHECK(beams_of(applied(R"({"early_stopping": "never"})")).early_stopping == EarlyStopping::kNever);
}

TEST_CASE("keys that hone does not compute are refused unless they change nothing") {
  CHECK(applied(R"({"num_beam_groups": 1, "penalty_alpha": 0.0, "guidance_scale": null})").num_beams == 1);
  const Error error = expect_error([] { applied(R"({"guidance_scale": 3.0})"); });
  CHECK(error.kind() == ErrorKind::kUnsupported);
  CHECK(contains(error.what(), "generation_config.json: \"guidance_scale\" is 3.0"));
  CHECK(contains(expect_error([] { applied(R"({"top_p": 2})"); }).what(), "generation_config.json: top_p"));
  CHECK(contains(expect_error([] { applied("[1]"); }).what(), "is not a JSON object"));
}

std::vector<int32_t> stop_ids(const std::string& generation, const std::string& model) {
  const TemporaryFolder folder;
  if (!generation.empty()) folder.write("generation_config.json", generation);
  if (!model.empty()) folder.write("config.json", model);
  std::vector<int32_t> ids;
  for (const StopId& stop : read_generation_config(folder.path()).stop_ids) ids.push_back(stop.id);
  return ids;
}

TEST_CASE("the stop ids are those of generation_config.json, else of config.json") {
  CHECK(stop_ids(R"({"eos_token_id": [5, 7]})", R"({"eos_token_id": 9})") == std::vector<int32_t>{5, 7});
  CHECK(stop_ids(R"({"top_k": 3})", R"({"eos_token_id": 9})") == std::vector<int32_t>{9});
  CHECK(stop_ids("", "").empty());
  CHECK(contains(expect_error([] { stop_ids(R"({"eos_token_id": [-1]})", ""); }).what(),
                 "\"eos_token_id\" has -1, which is no token id"));
}

TEST_CASE("a request has the options, the stop ids, and bad words with and without a space before them") {
  const TemporaryFolder folder;
  folder.write("generation_config.json", R"({"eos_token_id": 5})");
  GenerationOptions options;
  options.bad_words = {"the"};
  options.max_new_tokens = 7;
  options.seed = 3;
  const Request request = request_of(options, read_generation_config(folder.path()), tokenizer(), {1, 2});
  CHECK(request.prompt == std::vector<int32_t>{1, 2});
  CHECK(request.stop_ids == std::vector<int32_t>{5});
  CHECK(request.max_new_tokens == 7);
  CHECK(request.sampling.seed == 3);
  CHECK(request.sampling.bad_words_ids.size() == 2);
}

Request request_with(const std::string& json) {
  const TemporaryFolder folder;
  folder.write("generation_config.json", json);
  return request_of({}, read_generation_config(folder.path()), tokenizer(), {1});
}

TEST_CASE("the file's tokens with rules of their own reach the request") {
  const SamplingSettings sampling = request_with(R"({"bad_words_ids": [[1], [2, 3]], "suppress_tokens": [4, 5],
                                                     "sequence_bias": [[[6, 7], -10.0]], "min_length": 8})")
                                        .sampling;
  CHECK(sampling.bad_words_ids == std::vector<std::vector<int32_t>>{{1}, {2, 3}});
  CHECK(sampling.suppress_tokens == std::vector<int32_t>{4, 5});
  REQUIRE(sampling.sequence_bias.size() == 1);
  CHECK(sampling.sequence_bias[0].first == std::vector<int32_t>{6, 7});
  CHECK(sampling.sequence_bias[0].second == -10);
  CHECK(sampling.min_length == 8);
  CHECK(request_with(R"({"bad_words_ids": null, "min_length": 0})").sampling.bad_words_ids.empty());
}

TEST_CASE("tokens of another form are an error that names the key") {
  const std::pair<const char*, const char*> cases[] = {
      {R"({"bad_words_ids": [1]})", "\"bad_words_ids\" has 1, and must be a list of lists of token ids"},
      {R"({"suppress_tokens": [-1]})", "\"suppress_tokens\" has [-1], and must be a list of token ids"},
      {R"({"sequence_bias": {"5": 1}})", "\"sequence_bias\" has {\"5\":1}, and must be a list of pairs"},
      {R"({"sequence_bias": [[[5], "x"]]})", "\"sequence_bias\" has [[5],\"x\"], and must be a list of pairs"},
      {R"({"min_length": 1.5})", "\"min_length\" has 1.5, and must be an integer"},
  };
  for (const auto& [json, message] : cases) {
    CAPTURE(json);
    const Error error = expect_error([&] { request_with(json); });
    CHECK(error.kind() == ErrorKind::kInput);
    CHECK(contains(error.what(), message));
  }
  CHECK(contains(expect_error([] { applied(R"({"max_time": 3})"); }).what(), "\"max_time\" is 3"));
  CHECK(contains(expect_error([] { applied(R"({"remove_invalid_values": true})"); }).what(), "remove_invalid_values"));
}

}  // namespace generation_config_test
