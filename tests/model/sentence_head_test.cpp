// The vectors are compared with sentence-transformers' in tests/task/embedder_test.cpp.
#include "model/sentence_head.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/tensor.h>
#include <doctest/doctest.h>

#include "base/files.h"
#include "expect_error.h"
#include "temporary_folder.h"

namespace sentence_head_test {

using namespace hone;
using model::SentenceHead;
using model::SentenceModule;

model::SentenceConfig dense_config() {
  return model::SentenceConfig::read(std::filesystem::path(HONE_SOURCE_DIR) / "tests/fixtures/sentence/dense");
}

model::Hidden hidden_of(std::vector<int64_t> lengths) {
  model::Hidden hidden;
  hidden.packing = tensor::Packing::from_lengths(lengths);
  hidden.tokens = at::arange(hidden.packing.num_tokens() * 2, at::kFloat).view({-1, 2});
  return hidden;
}

TEST_CASE("poolings of one head are joined, and the prompt is left out if the config says so") {
  model::SentenceConfig config;
  config.poolings = {"max", "cls"};
  const SentenceHead joined(config, 2);
  CHECK(joined.width() == 4);
  CHECK(!joined.reads_first_tokens());
  CHECK(joined.vectors(hidden_of({2, 1})).equal(at::tensor({2.F, 3.F, 0.F, 1.F, 4.F, 5.F, 4.F, 5.F}).view({2, 4})));
  config.poolings = {"cls"};
  CHECK(SentenceHead(config, 2).reads_first_tokens());
  CHECK(SentenceHead(config, 2).vectors(hidden_of({2}), 1).equal(at::tensor({0.F, 1.F}).view({1, 2})));
  config.pools_prompt = false;
  const SentenceHead without(config, 2);
  CHECK(!without.reads_first_tokens());
  CHECK(without.vectors(hidden_of({2}), 1).equal(at::tensor({2.F, 3.F}).view({1, 2})));
  CHECK(expect_error([&] { without.vectors(hidden_of({2}), 2); }).what() ==
        std::string("the prompt has 2 tokens, and 2 of a text are read with it: none is left to pool"));
}

TEST_CASE("modules that do not fit are errors") {
  model::SentenceConfig config = dense_config();
  CHECK(SentenceHead(config, 32).width() == 16);
  CHECK(contains(expect_error([&] { SentenceHead(config, 30); }).what(),
                 "the module takes vectors of 32, and gets vectors of 30"));
  config.modules[0].out_features = 17;
  CHECK(contains(expect_error([&] { SentenceHead(config, 32); }).what(),
                 "\"linear.weight\" has shape [16, 32], the module needs [17, 32]"));
  config = dense_config();
  config.modules[0].activation = "Softmax";
  const Error unknown = expect_error([&] { SentenceHead(config, 32); });
  CHECK(unknown.kind() == ErrorKind::kUnsupported);
  CHECK(contains(unknown.what(), "unknown activation of a dense layer \"Softmax\""));
  const TemporaryFolder folder;
  config = dense_config();
  config.modules[0].folder = folder.path();
  CHECK(contains(expect_error([&] { SentenceHead(config, 32); }).what(), "the weights lack \"linear.weight\""));
}

}  // namespace sentence_head_test
