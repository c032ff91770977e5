// Models with an encoder and a decoder. Expected answers come from transformers' generate()
// (tests/fixtures/make_seq2seq_fixtures.py).
#include "generate/source_texts.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include <map>

#include "expect_error.h"
#include "generate/beam_search.h"
#include "generate/causal_model.h"
#include "parity/seq2seq_fixture.h"
#include "temporary_folder.h"

namespace source_texts_test {

using namespace hone;

constexpr int64_t kMaxTokens = 8192;

generate::CausalModel load(const std::string& name) {
  return generate::load_causal_model(model::ModelFolder(seq2seq_fixtures() / name), {}, {},
                                     generate::EncoderUse::kAllowed);
}

// The ids of the fixture's texts.
std::vector<std::vector<int32_t>> texts_of(const std::string& name) {
  const model::Inputs inputs = packed_batch(read_tensors(seq2seq_fixtures() / name / "parity.safetensors"));
  std::vector<std::vector<int32_t>> texts;
  for (const at::Tensor& ids : inputs.text.ids.split_with_sizes(inputs.text.packing.lengths())) {
    texts.emplace_back(ids.const_data_ptr<int64_t>(), ids.const_data_ptr<int64_t>() + ids.numel());
  }
  return texts;
}

// The options that the fixture's settings and the model's generation_config.json give. The settings replace keys of the
// file; null removes one.
generate::GenerationOptions options_of(generate::CausalModel& model, const Json& settings) {
  for (const auto& [key, value] : settings.items()) model.generation.json[key] = value;
  generate::GenerationOptions options;
  generate::apply_generation_config(model.generation, {}, options);
  return options;
}

generate::Request request_of(const generate::CausalModel& model, const generate::GenerationOptions& options,
                             const std::vector<int32_t>& text, uint64_t row) {
  generate::Request request = generate::request_of(options, model.generation, model.tokenizer, text);
  generate::read_prompt_by_encoder(model, request);
  request.row = row;
  return request;
}

std::vector<std::vector<int32_t>> greedy(const generate::CausalModel& model, const generate::GenerationOptions& options,
                                         const std::vector<std::vector<int32_t>>& texts) {
  generate::Generation generation(model.language_model(), model.kv_shape(), kMaxTokens);
  for (size_t i = 0; i < texts.size(); ++i) generation.add(i, request_of(model, options, texts[i], i));
  std::vector<std::vector<int32_t>> answers(texts.size());
  while (!generation.is_idle()) {
    for (const generate::Generated& generated : generation.step()) answers[generated.id].push_back(generated.token);
  }
  return answers;
}

TEST_CASE("answers and scores are those of transformers, greedy and by beam search") {
  for (const std::string& name : seq2seq_names()) {
    const std::vector<std::vector<int32_t>> texts = texts_of(name);
    const Json fixture = read_json(seq2seq_fixtures() / name / "parity.json");
    REQUIRE(fixture["answers"].size() == 9);
    for (const Json& setting : fixture["answers"]) {
      INFO(name, " ", setting["settings"].dump());
      generate::CausalModel model = load(name);
      const generate::GenerationOptions options = options_of(model, setting["settings"]);
      const Json& wanted = setting["answers"];
      REQUIRE(wanted.size() == texts.size());
      if (options.num_beams == 1) {
        const auto answers = greedy(model, options, texts);
        for (size_t i = 0; i < texts.size(); ++i) CHECK(Json(answers[i]) == wanted[i]["sequences"][0]);
        continue;
      }
      const generate::LanguageModel language_model = model.language_model();
      for (size_t i = 0; i < texts.size(); ++i) {
        const auto beams = generate::beam_search(language_model, model.kv_shape(), kMaxTokens,
                                                 request_of(model, options, texts[i], i), beams_of(options));
        REQUIRE(beams.size() == wanted[i]["sequences"].size());
        for (size_t beam = 0; beam < beams.size(); ++beam) {
          CHECK(Json(beams[beam].ids) == wanted[i]["sequences"][beam]);
          CHECK(beams[beam].score == doctest::Approx(wanted[i]["scores"][beam].get<double>()).epsilon(1e-4));
        }
      }
    }
  }
}

TEST_CASE("each text is encoded once, several in one pass, and forks share its keys") {
  std::vector<size_t> sizes;
  generate::SourceTexts texts([&](std::span<const std::vector<int32_t>> all) {
    sizes.push_back(all.size());
    std::vector<generate::SourceTexts::Keys> keys;
    for (const auto& text : all) {
      keys.push_back(std::make_shared<tensor::SourceKeys>(tensor::KvShape{1, 1, 4, at::kFloat},
                                                          static_cast<int64_t>(text.size())));
    }
    return keys;
  });
  texts.begin(1, {5, 6});
  texts.begin(2, {7});
  texts.begin(3, {8});
  texts.end(3);
  const uint64_t both[] = {1, 2};
  CHECK(texts.batch(both).num_sequences() == 2);
  texts.fork(1, 4);
  texts.end(1);
  const uint64_t left[] = {4, 2};
  CHECK(texts.batch(left).num_sequences() == 2);
  CHECK(sizes == std::vector<size_t>{2});
  const uint64_t gone[] = {1};
  CHECK(expect_error([&] { texts.batch(gone); }).kind() == ErrorKind::kInternal);
}

TEST_CASE("an empty text, and a model that names no first token of its decoder, are errors") {
  const generate::CausalModel model = load("bart");
  generate::Request request;
  generate::read_prompt_by_encoder(model, request);
  CHECK(request.prompt == std::vector<int32_t>{2});
  generate::Generation generation(model.language_model(), model.kv_shape(), kMaxTokens);
  CHECK(contains(expect_error([&] { generation.add(0, request); }).what(), "the text has no token"));
  generate::CausalModel without = load("bart");
  without.generation.decoder_start.reset();
  const Error error = expect_error([&] { generate::read_prompt_by_encoder(without, request); });
  CHECK(error.kind() == ErrorKind::kInput);
  CHECK(contains(error.what(), "\"decoder_start_token_id\""));
  CHECK(contains(error.hint(), "add it to config.json"));
}

TEST_CASE("only callers that read texts by an encoder get a model with one") {
  const Error error =
      expect_error([] { generate::load_causal_model(model::ModelFolder(seq2seq_fixtures() / "t5"), {}); });
  CHECK(error.kind() == ErrorKind::kUnsupported);
  CHECK(contains(error.what(), "t5 has no head of the kind \"causal-lm\""));
}

TEST_CASE(
    "older models have their settings in config.json, which transformers' max_length counts from the first token") {
  const TemporaryFolder folder;
  folder.write("config.json",
               R"({"is_encoder_decoder": true, "max_length": 62, "num_beams": 4, "forced_eos_token_id": 2,
                   "decoder_start_token_id": 7, "eos_token_id": 2})");
  const generate::GenerationConfig config = generate::read_generation_config(folder.path());
  CHECK(config.decoder_start == 7);
  generate::GenerationOptions options;
  generate::apply_generation_config(config, {}, options);
  CHECK(options.num_beams == 4);
  CHECK(options.max_new_tokens == 61);
  const TemporaryFolder bos;
  bos.write("config.json", R"({"is_encoder_decoder": true, "bos_token_id": 3})");
  CHECK(generate::read_generation_config(bos.path()).decoder_start == 3);
  const TemporaryFolder bad;
  bad.write("config.json", R"({"is_encoder_decoder": true, "decoder_start_token_id": "x"})");
  CHECK(contains(expect_error([&] { generate::read_generation_config(bad.path()); }).what(), "which is no token id"));
  const TemporaryFolder forced;
  forced.write("generation_config.json", R"({"forced_bos_token_id": [1], "forced_eos_token_id": "x"})");
  const generate::GenerationConfig wrong = generate::read_generation_config(forced.path());
  CHECK(contains(expect_error([&] { generate::request_of({}, wrong, load("t5").tokenizer, {1}); }).what(),
                 "\"forced_bos_token_id\" has [1], and must be a token id"));
}

}  // namespace source_texts_test
