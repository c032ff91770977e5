#include "model/t5.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "base/json.h"
#include "expect_error.h"
#include "parity/seq2seq_fixture.h"
#include "temporary_folder.h"

namespace t5_test {

using namespace hone;

// Loads the fixture's config.json with one key changed, without weights.
model::LoadedModel changed(const char* key, const Json& value) {
  const TemporaryFolder folder;
  Json config = read_json(seq2seq_fixtures() / "t5" / "config.json");
  config[key] = value;
  write_json(folder.path() / "config.json", config);
  return model::load_model({folder.path(), "seq2seq-lm"});
}

TEST_CASE("the feed-forward block is an activation, or a gated one") {
  for (const char* kind : {"relu", "gelu_new", "gated-gelu", "gated-silu"}) {
    CHECK(changed("feed_forward_proj", kind).report.from_config_only);
  }
  for (const char* kind : {"open-gelu", "gated-gelu-new"}) {
    const Error error = expect_error([&] { changed("feed_forward_proj", kind); });
    CHECK(error.kind() == ErrorKind::kInput);
    CHECK(contains(error.what(), fmt::format("\"feed_forward_proj\" is \"{}\"", kind)));
    CHECK(contains(error.hint(), "\"gated-\" and such a name"));
  }
}

TEST_CASE("a decoder has as many layers as its encoder unless config.json says otherwise") {
  CHECK(changed("num_decoder_layers", nullptr).model->num_layers() == 6);
  CHECK(changed("num_decoder_layers", 1).model->num_layers() == 4);
}

TEST_CASE("texts may have any length") { CHECK(changed("n_positions", 512).model->max_length() > 100000); }

TEST_CASE("heads wider than attention computes are refused") {
  CHECK(contains(expect_error([] { changed("d_kv", 300); }).what(), "heads of width 300"));
}

}  // namespace t5_test
