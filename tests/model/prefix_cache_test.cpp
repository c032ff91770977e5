#include "model/prefix_cache.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/equal.h>
#include <c10/core/InferenceMode.h>
#include <doctest/doctest.h>

#include <numeric>

#include "base/files.h"
#include "expect_error.h"
#include "model/parameters.h"
#include "parity/parity_fixture.h"
#include "temporary_folder.h"

namespace prefix_cache_test {

using namespace hone;

constexpr uint64_t kNumRows = 9;

// Rows of one to three sequences with made-up tokens.
struct Rows {
  Rows() {
    for (uint64_t row = 0; row < kNumRows; ++row) {
      for (uint64_t s = 0; s <= row % 3; ++s) offsets.push_back(offsets.back() + 1 + (row * 7 + s * 5) % 19);
      sequences.push_back(offsets.size() - 1);
    }
  }

  model::Inputs inputs(std::span<const uint64_t> rows) const {
    std::vector<int64_t> lengths, ids;
    for (const uint64_t row : rows) {
      for (uint64_t s = sequences[row]; s < sequences[row + 1]; ++s) {
        lengths.push_back(static_cast<int64_t>(offsets[s + 1] - offsets[s]));
        for (uint64_t i = offsets[s]; i < offsets[s + 1]; ++i)
          ids.push_back(static_cast<int64_t>(5 + i * i * 31 % 100));
      }
    }
    model::Inputs inputs;
    inputs.text.packing = tensor::Packing::from_lengths(lengths);
    inputs.text.ids = at::empty({static_cast<int64_t>(ids.size())}, at::kLong);
    std::ranges::copy(ids, inputs.text.ids.mutable_data_ptr<int64_t>());
    return inputs;
  }

  model::PrefixRows prefix_rows(const std::string& digest = "rows") const {
    return {.offsets = offsets,
            .sequences = sequences,
            .inputs = [this](std::span<const uint64_t> rows) { return inputs(rows); },
            .digest = [digest] { return digest; }};
  }

  std::vector<uint64_t> offsets{0}, sequences{0};
};

// A model whose embeddings and first layers are frozen.
std::shared_ptr<model::Model> frozen_model(const std::string& name, int64_t num_layers) {
  const auto model = model::load_model({fixture_models() / name}).model;
  std::vector<bool> is_frozen(static_cast<size_t>(model->num_layers()) + 2);
  std::fill_n(is_frozen.begin(), num_layers + 1, true);
  model->set_frozen({is_frozen});
  CHECK(model->num_frozen_layers() == num_layers);
  return model;
}

const std::vector<uint64_t> kAllRows = [] {
  std::vector<uint64_t> rows(kNumRows);
  std::iota(rows.begin(), rows.end(), uint64_t{0});
  return rows;
}();

constexpr uint64_t kMuch = 1 << 20;

TEST_CASE("a sequence's bits after the frozen layers do not depend on its batch, in every family") {
  const Rows rows;
  for (const std::string& name : tiny_models()) {
    CAPTURE(name);
    const auto model = model::load_model({fixture_models() / name}).model;
    for (int64_t num_layers = 0; num_layers <= model->num_layers(); ++num_layers) {
      const at::Tensor together = model->prefix(rows.inputs(kAllRows), {}, num_layers).x;
      std::vector<at::Tensor> alone;
      for (const uint64_t row : kAllRows)
        alone.push_back(model->prefix(rows.inputs(std::span(&row, 1)), {}, num_layers).x);
      CHECK(at::equal(at::cat(alone), together));
    }
  }
}

TEST_CASE("a model with a kept prefix has the bits of one that computes its frozen layers") {
  const Rows rows;
  for (const std::string& name : tiny_models()) {
    if (!keeps_prefixes(name)) continue;
    const int64_t most = model::load_model({fixture_models() / name}).model->num_layers();
    for (int64_t num_layers = 1; num_layers <= most; ++num_layers) {
      CAPTURE(name);
      CAPTURE(num_layers);
      const auto model = frozen_model(name, num_layers);
      model::PrefixCache cache(model, rows.prefix_rows(), {.memory_bytes = kMuch});
      for (const bool trains : {false, true}) {
        for (const std::vector<uint64_t>& batch : {std::vector<uint64_t>{4, 1, 8}, {8, 2, 0, 4}, {3}, kAllRows}) {
          const nn::ForwardContext context{trains, 42, 3, 1};
          model::Inputs inputs = rows.inputs(batch);
          const at::Tensor expected = model->forward(inputs, context);
          inputs.prefix = cache.stream(batch);
          CHECK(at::equal(model->forward(inputs, context), expected));
        }
      }
    }
  }
}

TEST_CASE("each row is computed once, also where training and evaluation alternate") {
  const Rows rows;
  const auto model = frozen_model("tiny-bert", 1);
  model::PrefixCache cache(model, rows.prefix_rows(), {.memory_bytes = kMuch});
  CHECK(cache.facts().num_keepable == kNumRows);
  CHECK(cache.facts().bytes == rows.offsets.back() * 32 * 4);
  cache.stream(std::vector<uint64_t>{1, 2});
  {
    const c10::InferenceMode evaluation;
    cache.stream(std::vector<uint64_t>{2, 0});
  }
  const uint64_t of_three = rows.offsets[rows.sequences[3]];
  CHECK(cache.facts().num_tokens_computed == of_three);
  CHECK(cache.fill(kAllRows, {}));
  CHECK(cache.facts().num_tokens_computed == rows.offsets.back());
  CHECK(cache.facts().seconds_saved() == 0);
  model::Inputs inputs = rows.inputs(kAllRows);
  for (int epoch = 0; epoch < 2; ++epoch) inputs.prefix = cache.stream(kAllRows);
  CHECK(cache.facts().num_tokens_computed == rows.offsets.back());
  CHECK(cache.facts().seconds_saved() > cache.facts().seconds);
  const at::Tensor loss = model->forward(inputs, {true, 42, 0, 0}).square().sum();
  loss.backward();  // of values that an evaluation computed
}

TEST_CASE("if only first tokens are read behind the last layer, only these are kept") {
  const Rows rows;
  model::PrefixCache cache(frozen_model("tiny-bert", 2), rows.prefix_rows(), {.memory_bytes = kMuch});
  CHECK(cache.facts().bytes == (rows.offsets.size() - 1) * 32 * 4);
  CHECK(cache.stream(kAllRows).packing.num_tokens() == static_cast<int64_t>(rows.offsets.size()) - 1);
  model::PrefixCache of_means(frozen_model("tiny-modernbert-mean", 3), rows.prefix_rows(), {.memory_bytes = kMuch});
  CHECK(of_means.facts().bytes == rows.offsets.back() * 32 * 4);
}

TEST_CASE("rows that do not fit are computed at each use, with the same bits") {
  const Rows rows;
  const auto model = frozen_model("tiny-bert", 1);
  const TemporaryFolder folder;
  const uint64_t of_five = rows.offsets[rows.sequences[5]] * 32 * 4;
  const at::Tensor expected = model->prefix(rows.inputs(kAllRows), {}, 1).x;
  for (const uint64_t in_file : {uint64_t{0}, of_five + 3}) {
    model::PrefixCache cache(
        model, rows.prefix_rows(),
        {.memory_bytes = in_file > 0 ? 10 : of_five, .file_bytes = in_file, .file = folder.path() / "kept"});
    CHECK(cache.facts().is_in_file == (in_file > 0));
    CHECK(cache.facts().num_keepable == 5);
    CHECK(cache.facts().bytes == of_five);
    cache.fill(kAllRows, {});
    for (int epoch = 0; epoch < 2; ++epoch) CHECK(at::equal(cache.stream(kAllRows).x, expected));
    CHECK(cache.facts().num_tokens_computed == 2 * rows.offsets.back() - rows.offsets[rows.sequences[5]]);
  }
  model::PrefixCache none(model, rows.prefix_rows(), {.memory_bytes = 10});
  CHECK(none.facts().num_keepable == 0);
  CHECK(at::equal(none.stream(kAllRows).x, expected));
}

TEST_CASE("a computation ahead stops when it is asked to, and continues where it stopped") {
  const Rows rows;
  model::PrefixCache cache(frozen_model("tiny-bert", 1), rows.prefix_rows(), {.memory_bytes = kMuch});
  CHECK_FALSE(cache.fill(kAllRows, [] { return false; }));
  CHECK(cache.facts().num_tokens_computed == 0);
  CHECK(cache.fill(kAllRows, [] { return true; }));
  CHECK(cache.facts().num_tokens_computed == rows.offsets.back());
}

TEST_CASE("saved values are used again for the same model and rows, and by nobody else") {
  const Rows rows;
  const auto model = frozen_model("tiny-bert", 1);
  const TemporaryFolder folder;
  const at::Tensor expected = model->prefix(rows.inputs(kAllRows), {}, 1).x;
  for (const bool in_file : {false, true}) {
    const auto storage = [&](const std::string& model_digest) {
      return model::PrefixStorage{.memory_bytes = in_file ? 0 : kMuch,
                                  .file_bytes = kMuch,
                                  .file = folder.path() / "kept",
                                  .model_digest = [model_digest] { return model_digest; }};
    };
    const auto reused = [&](const std::string& row_digest, const std::string& model_digest) {
      {
        model::PrefixCache cache(model, rows.prefix_rows(), storage("model"));
        cache.stream(kAllRows);
        cache.save();
      }
      CHECK(std::filesystem::exists(folder.path() / "kept"));
      model::PrefixCache cache(model, rows.prefix_rows(row_digest), storage(model_digest));
      const uint64_t count = cache.facts().num_reused;
      CHECK(at::equal(cache.stream(kAllRows).x, expected));
      CHECK(cache.facts().num_tokens_computed == (count == kNumRows ? 0 : rows.offsets.back()));
      return count;
    };
    CHECK(reused("rows", "model") == kNumRows);
    CHECK(reused("other rows", "model") == 0);
    CHECK(reused("rows", "other model") == 0);
    // A process that ended without save() leaves nothing that is used.
    {
      model::PrefixCache(model, rows.prefix_rows(), storage("model")).stream(kAllRows);
    }
    CHECK(model::PrefixCache(model, rows.prefix_rows(), storage("model")).facts().num_reused == 0);
    folder.write("kept", "a file of another size");
    model::PrefixCache cache(model, rows.prefix_rows(), storage("model"));
    CHECK(cache.facts().num_reused == 0);
  }
}

TEST_CASE("a cache whose file cannot be made is an error") {
  const Rows rows;
  const Error error = expect_error([&] {
    model::PrefixCache(frozen_model("tiny-bert", 1), rows.prefix_rows(),
                       {.file_bytes = kMuch, .file = "/proc/no-folder/kept"});
  });
  CHECK(error.kind() == ErrorKind::kIo);
}

}  // namespace prefix_cache_test
