#include "generate/generation.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/zeros.h>
#include <doctest/doctest.h>

#include <map>

#include "expect_error.h"

namespace generation_test {

using namespace hone;
using namespace hone::generate;

constexpr int64_t kVocab = 50;
constexpr tensor::KvShape kShape{.num_layers = 1, .num_kv_heads = 1, .head_width = 4, .dtype = at::kFloat};

// A model without weights, whose next token depends on the last one and on the position; 49 ends a sequence. Counts
// what it computes.
class FakeModel {
 public:
  LanguageModel get(int64_t max_length = 1000) {
    return {.scores = [this](const tensor::KvBatch& batch) { return scores(batch); },
            .vocab_size = kVocab,
            .max_length = max_length};
  }
  static int32_t next(int64_t last, int64_t position) { return static_cast<int32_t>((3 * last + position) % kVocab); }

  std::vector<int64_t> num_tokens, num_sequences;  // of each step

 private:
  at::Tensor scores(const tensor::KvBatch& batch) {
    num_tokens.push_back(batch.packing().num_tokens());
    num_sequences.push_back(batch.packing().num_sequences());
    const at::Tensor result = at::zeros({batch.packing().num_sequences(), kVocab}), ids = batch.ids(),
                     positions = batch.packing().positions();
    for (int64_t b = 0; b < batch.packing().num_sequences(); ++b) {
      const auto last = static_cast<size_t>(batch.packing().offsets[static_cast<size_t>(b) + 1]) - 1;
      const int32_t token = next(ids.const_data_ptr<int64_t>()[last], positions.const_data_ptr<int64_t>()[last]);
      result.mutable_data_ptr<float>()[b * kVocab + token] = 5;
    }
    return result;
  }
};

std::vector<int32_t> expected(std::vector<int32_t> ids, int64_t max_new_tokens) {
  const size_t num_prompt = ids.size();
  while (static_cast<int64_t>(ids.size() - num_prompt) < max_new_tokens) {
    ids.push_back(FakeModel::next(ids.back(), static_cast<int64_t>(ids.size()) - 1));
    if (ids.back() == 49) break;
  }
  return {ids.begin() + static_cast<ptrdiff_t>(num_prompt), ids.end()};
}

Request request(std::vector<int32_t> prompt, int64_t max_new_tokens) {
  Request request;
  request.prompt = std::move(prompt);
  request.max_new_tokens = max_new_tokens;
  request.stop_ids = {49};
  return request;
}

struct Result {
  std::vector<int32_t> ids;
  std::optional<FinishReason> finished;
};

std::map<uint64_t, Result> run(Generation& generation) {
  std::map<uint64_t, Result> results;
  while (!generation.is_idle()) {
    for (const Generated& generated : generation.step()) {
      results[generated.id].ids.push_back(generated.token);
      results[generated.id].finished = generated.finished;
    }
  }
  return results;
}

TEST_CASE("each sequence gets its own tokens until a stop id or its length, together as alone") {
  FakeModel fake;
  Generation generation(fake.get(), kShape, 1024);
  std::map<uint64_t, std::vector<int32_t>> prompts;
  for (uint64_t id = 0; id < 7; ++id) {
    for (uint64_t i = 0; i <= 9 * id; ++i) prompts[id].push_back(static_cast<int32_t>((id * 7 + i) % 48));
    generation.add(id, request(prompts[id], static_cast<int64_t>(3 + 20 * id)));
  }
  auto results = run(generation);
  for (const auto& [id, prompt] : prompts) {
    CAPTURE(id);
    const std::vector<int32_t> wanted = expected(prompt, static_cast<int64_t>(3 + 20 * id));
    CHECK(results[id].ids == wanted);
    CHECK(results[id].finished == (wanted.back() == 49 ? FinishReason::kStop : FinishReason::kLength));
  }
  CHECK(fake.num_sequences[0] == 7);
  CHECK(fake.num_tokens.back() <= 7);
}

TEST_CASE("a prompt that begins as another one is computed once; the second waits for a step") {
  FakeModel fake;
  Generation generation(fake.get(), kShape, 1024);
  std::vector<int32_t> prompt(100, 3);
  generation.add(1, request(prompt, 4));
  prompt.back() = 4;
  generation.add(2, request(prompt, 4));
  auto results = run(generation);
  CHECK(results[2].ids == expected(prompt, 4));
  CHECK(fake.num_tokens[0] == 100);
  CHECK(fake.num_tokens[1] == 1 + 100 - 96);
}

TEST_CASE("sequences wait for room in the cache, in their order") {
  FakeModel fake;
  Generation generation(fake.get(), kShape, 128);
  for (uint64_t id = 0; id < 5; ++id) generation.add(id, request({static_cast<int32_t>(id)}, 60));
  auto results = run(generation);
  for (uint64_t id = 0; id < 5; ++id) CHECK(results[id].ids == expected({static_cast<int32_t>(id)}, 60));
  CHECK(*std::ranges::max_element(fake.num_sequences) == 2);
}

TEST_CASE("a stopped sequence gives its room back, whether it runs or waits") {
  FakeModel fake;
  Generation generation(fake.get(), kShape, 64);
  generation.add(1, request({1}, 60));
  generation.add(2, request({2}, 60));
  generation.add(3, request({3}, 5));
  CHECK(generation.step().size() == 1);
  generation.stop(1);
  generation.stop(2);
  generation.stop(77);
  CHECK(generation.step()[0].id == 3);
}

TEST_CASE("the model's longest sequence ends an answer") {
  FakeModel fake;
  Generation generation(fake.get(10), kShape, 64);
  generation.add(1, request({1, 2, 3, 4, 5, 6, 7}, INT64_MAX));
  const Result result = run(generation)[1];
  CHECK(result.ids.size() == 3);
  CHECK(result.finished == FinishReason::kLength);
}

TEST_CASE("draws depend on seed and row, not on the other sequences") {
  const auto sampled = [](std::vector<uint64_t> ids) {
    FakeModel fake;
    Generation generation(fake.get(), kShape, 4096);
    for (const uint64_t id : ids) {
      Request drawn = request({5}, 12);
      drawn.sampling.do_sample = true;
      drawn.sampling.temperature = 4;
      drawn.sampling.top_k = 0;
      drawn.row = id;
      generation.add(id, drawn);
    }
    return run(generation);
  };
  auto alone = sampled({2}), together = sampled({0, 1, 2, 3});
  CHECK(alone[2].ids == together[2].ids);
  CHECK(together[1].ids != together[2].ids);
}

TEST_CASE("the probabilities of the stop ids and of the likeliest other token are the model's") {
  FakeModel fake;
  Generation generation(fake.get(), kShape, 64);
  Request asked = request({1}, 1);
  asked.wants_stop_probability = true;
  asked.stop_ids = {48, 49};
  generation.add(1, asked);
  const Generated generated = generation.step()[0];
  CHECK(generated.stop_probability == doctest::Approx(2 / (49 + std::exp(5.0))));
  CHECK(generated.other_probability == doctest::Approx(std::exp(5.0) / (49 + std::exp(5.0))));
}

TEST_CASE("rules of tokens apply to what is generated") {
  FakeModel fake;
  Generation generation(fake.get(), kShape, 64);
  Request ruled = request({1}, 3);
  const int32_t wanted = FakeModel::next(1, 0);
  ruled.sampling.bad_words_ids = {{wanted}};
  generation.add(1, ruled);
  CHECK(generation.step()[0].token != wanted);
  Request longer = request({30}, 3);
  longer.stop_ids = {FakeModel::next(30, 0)};
  longer.sampling.min_new_tokens = 1;
  generation.add(2, longer);
  CHECK(generation.step()[1].token != longer.stop_ids[0]);
}

// A tokenizer of GPT-2's kind, whose first words are bytes.
const text::Tokenizer& gpt2() {
  static const text::Tokenizer loaded = text::Tokenizer::load(HONE_SOURCE_DIR "/tests/fixtures/byte_level/gpt2");
  return loaded;
}

TEST_CASE("an answer of a given form fits it at any length, and ends where nothing may follow") {
  const auto vocab_size = gpt2().vocab_size();
  const auto scores = [&](const tensor::KvBatch& batch) {  // words with higher numbers are more likely
    return at::arange(vocab_size, at::kFloat).expand({batch.packing().num_sequences(), vocab_size}).contiguous();
  };
  const grammar::Grammar yes_or_no{{grammar::choice({grammar::text_of("yes"), grammar::text_of("no, never")})}, "test"};
  const auto form = std::make_shared<grammar::TokenMasks>(yes_or_no, gpt2());
  Generation generation({.scores = scores, .vocab_size = vocab_size, .max_length = 100}, kShape, 256);
  for (const int64_t length : {3, 4, 50}) {
    Request asked = request({1}, length);
    asked.stop_ids = {};
    asked.form = form;
    generation.add(static_cast<uint64_t>(length), asked);
  }
  for (const auto& [length, result] : run(generation)) {
    CAPTURE(length);
    const std::string text = gpt2().decode(result.ids, true);
    CHECK((text == "yes" || text == "no, never"));
    CHECK(result.finished == FinishReason::kStop);
  }
  Request too_short = request({1}, 2);
  too_short.form = form;
  CHECK(contains(expect_error([&] { generation.add(1, too_short); }).what(),
                 "the answer has room for 2 tokens, and its shortest form has 3 bytes"));
}

TEST_CASE("requests that cannot be served are errors") {
  FakeModel fake;
  Generation generation(fake.get(100), kShape, 64);
  const auto error_of = [&](const Request& wrong) {
    const Error error = expect_error([&] { generation.add(9, wrong); });
    CHECK(error.kind() == ErrorKind::kUsage);
    return std::string(error.what());
  };
  CHECK(contains(error_of(request({}, 4)), "the prompt has no token"));
  CHECK(contains(error_of(request(std::vector<int32_t>(100, 1), 4)),
                 "the prompt has 100 tokens, and the model takes sequences of at most 100"));
  CHECK(contains(error_of(request({1}, 0)), "max_new_tokens is 0"));
  CHECK(contains(error_of(request({1}, 64)), "prompt and answer have up to 65 tokens, and the cache holds 64"));
  Request wrong = request({1}, 4);
  wrong.sampling.top_p = 0;
  CHECK(contains(error_of(wrong), "top_p is 0"));
  CHECK(generation.is_idle());
}

}  // namespace generation_test
