#include "model/bart.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "base/json.h"
#include "expect_error.h"
#include "parity/seq2seq_fixture.h"
#include "temporary_folder.h"

namespace bart_test {

using namespace hone;

// Loads a fixture's config.json with one key changed, without weights.
model::LoadedModel changed(const char* name, const char* key, const Json& value) {
  const TemporaryFolder folder;
  Json config = read_json(seq2seq_fixtures() / name / "config.json");
  config[key] = value;
  write_json(folder.path() / "config.json", config);
  return model::load_model({folder.path(), "seq2seq-lm"});
}

TEST_CASE("layers that training would skip at random are refused") {
  const Error error = expect_error([] { changed("bart", "decoder_layerdrop", 0.25); });
  CHECK(error.kind() == ErrorKind::kUnsupported);
  CHECK(contains(error.what(), "\"decoder_layerdrop\" is 0.25"));
  CHECK(contains(error.hint(), "set \"decoder_layerdrop\" to 0"));
}

TEST_CASE("a width that the heads of one side do not divide is an error") {
  CHECK(contains(expect_error([] { changed("mbart", "encoder_attention_heads", 3); }).what(),
                 "a width of 16 does not divide into 3 heads"));
  CHECK(contains(expect_error([] { changed("mbart", "decoder_attention_heads", 5); }).what(),
                 "a width of 16 does not divide into 5 heads"));
}

TEST_CASE("Marian's tables of two languages are refused") {
  const Error error = expect_error([] { changed("marian", "share_encoder_decoder_embeddings", false); });
  CHECK(error.kind() == ErrorKind::kUnsupported);
  CHECK(contains(error.what(), "tables of words of their own"));
  CHECK(contains(error.hint(), "\"share_encoder_decoder_embeddings\""));
  CHECK(contains(expect_error([] { changed("marian", "decoder_vocab_size", 71); }).what(), "tables of words"));
}

TEST_CASE("sizes and the number of positions come from config.json") {
  const auto model = changed("bart", "max_position_embeddings", 50).model;
  CHECK(model->max_length() == 50);
  CHECK(model->kv_heads().num_heads == 4);
  CHECK(model->kv_heads().width == 4);
}

}  // namespace bart_test
