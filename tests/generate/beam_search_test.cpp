#include "generate/beam_search.h"

#include <ATen/ops/empty.h>
#include <doctest/doctest.h>

#include <set>

#include "expect_error.h"
#include "generate/scores_fixture.h"

namespace beam_search_test {

using namespace hone;
using namespace hone::generate;

constexpr tensor::KvShape kShape{.num_layers = 1, .num_kv_heads = 1, .head_width = 4, .dtype = at::kFloat};
constexpr int64_t kCacheTokens = 4096;

// The model of fixtures/make_generation_fixtures.py: the scores are table[id] + 0.7 * table[id before].
class TableModel {
 public:
  explicit TableModel(const Json& table) {
    for (const Json& row : table) rows_.push_back(row.get<std::vector<float>>());
  }
  // The cache knows the tokens, so the model needs no keys and values.
  LanguageModel get() const {
    const auto vocab_size = static_cast<int64_t>(rows_.size());
    return {.scores =
                [this, vocab_size](const tensor::KvBatch& batch) {
                  at::Tensor scores = at::empty({batch.packing().num_sequences(), vocab_size});
                  for (int64_t b = 0; b < batch.packing().num_sequences(); ++b) {
                    const auto tokens = batch.tokens(static_cast<size_t>(b));
                    const auto& last = rows_[static_cast<size_t>(tokens.back())];
                    const auto& before = rows_[static_cast<size_t>(tokens.size() > 1 ? tokens[tokens.size() - 2] : 0)];
                    for (int64_t id = 0; id < vocab_size; ++id) {
                      const auto at = static_cast<size_t>(id);
                      scores.mutable_data_ptr<float>()[b * vocab_size + id] = last[at] + 0.7F * before[at];
                    }
                  }
                  return scores;
                },
            .vocab_size = vocab_size,
            .max_length = 1000};
  }

 private:
  std::vector<std::vector<float>> rows_;
};

struct Case {
  Request request;
  BeamSettings beams;
};

Case case_of(const Json& json) {
  const Json& given = json["settings"];
  Case result;
  result.request.prompt = json["prompt"].get<std::vector<int32_t>>();
  result.request.stop_ids = json["stop_ids"].get<std::vector<int32_t>>();
  result.request.max_new_tokens = given["max_new_tokens"].get<int64_t>();
  result.request.sampling = settings_of(given);
  result.beams.num_beams = given["num_beams"].get<int64_t>();
  result.beams.num_return_sequences = given.value("num_return_sequences", 1);
  result.beams.length_penalty = given.value("length_penalty", 1.0);
  const Json early = given.value("early_stopping", Json(false));
  if (early == true) result.beams.early_stopping = EarlyStopping::kFull;
  if (early == "never") result.beams.early_stopping = EarlyStopping::kNever;
  return result;
}

// HF fills shorter sequences up with the first stop id.
std::vector<int32_t> without_padding(std::vector<int32_t> ids, size_t size, const Request& request) {
  for (size_t i = size; i < ids.size(); ++i) CHECK(ids[i] == request.stop_ids[0]);
  ids.resize(size);
  return ids;
}

Json fixture() { return parse_json(read_file(HONE_SOURCE_DIR "/tests/fixtures/generation/beams.json"), "beams.json"); }

TEST_CASE("beams give transformers' sequences and scores") {
  const Json wanted = fixture();
  const TableModel model(wanted["table"]);
  CHECK(wanted["cases"].size() > 30);
  for (const Json& one : wanted["cases"]) {
    CAPTURE(one.dump());
    const Case given = case_of(one);
    if (given.beams.num_beams == 1) continue;
    const auto found = beam_search(model.get(), kShape, kCacheTokens, given.request, given.beams);
    REQUIRE(found.size() == one["ids"].size());
    for (size_t i = 0; i < found.size(); ++i) {
      CHECK(found[i].ids ==
            without_padding(one["ids"][i].get<std::vector<int32_t>>(), found[i].ids.size(), given.request));
      CHECK(found[i].score == doctest::Approx(one["scores"][i].get<double>()).epsilon(1e-5));
    }
  }
}

TEST_CASE("a greedy generation gives transformers' sequence") {
  const Json wanted = fixture();
  const TableModel model(wanted["table"]);
  for (const Json& one : wanted["cases"]) {
    const Case given = case_of(one);
    if (given.beams.num_beams != 1) continue;
    CAPTURE(one.dump());
    Generation generation(model.get(), kShape, kCacheTokens);
    generation.add(0, given.request);
    std::vector<int32_t> ids;
    while (!generation.is_idle()) ids.push_back(generation.step()[0].token);
    CHECK(ids == one["ids"][0].get<std::vector<int32_t>>());
  }
}

TEST_CASE("one beam is greedy, and drawn beams are different for different seeds") {
  const Json wanted = fixture();
  const TableModel model(wanted["table"]);
  Request request;
  request.prompt = {1, 2, 7};
  request.max_new_tokens = 6;
  request.sampling.do_sample = true;
  std::set<std::vector<int32_t>> all;
  for (uint64_t seed = 0; seed < 5; ++seed) {
    request.sampling.seed = seed;
    const auto found =
        beam_search(model.get(), kShape, kCacheTokens, request, {.num_beams = 3, .num_return_sequences = 3});
    CHECK(found.size() == 3);
    CHECK(found[0].ids != found[1].ids);
    CHECK(found[0].ids == beam_search(model.get(), kShape, kCacheTokens, request, {.num_beams = 3})[0].ids);
    all.insert(found[0].ids);
  }
  CHECK(all.size() > 1);
}

TEST_CASE("wrong numbers of beams are errors") {
  const Json wanted = fixture();
  const TableModel model(wanted["table"]);
  Request request;
  request.prompt = {1};
  const auto error_of = [&](const BeamSettings& settings) {
    const Error error = expect_error([&] { beam_search(model.get(), kShape, kCacheTokens, request, settings); });
    CHECK(error.kind() == ErrorKind::kUsage);
    return std::string(error.what());
  };
  CHECK(contains(error_of({.num_beams = 0}), "num_beams is 0, not between 1 and 1024"));
  CHECK(contains(error_of({.num_beams = 2000}), "num_beams is 2000"));
  CHECK(contains(error_of({.num_beams = 2, .num_return_sequences = 3}),
                 "num_return_sequences is 3, not between 1 and num_beams, 2"));
  CHECK(contains(error_of({.num_beams = 2, .length_penalty = NAN}), "length_penalty is nan"));
}

}  // namespace beam_search_test
