#include "task/features.h"

#include <ATen/core/Tensor.h>
#include <doctest/doctest.h>

#include "captured_log.h"
#include "eval/metrics_fixture.h"
#include "expect_error.h"
#include "model/load.h"
#include "table/read.h"

namespace features_test {

using namespace hone;

void check_features(const task::Features& features, const Json& expected) {
  uint64_t num_cut_rows = 0, num_cut_tokens = 0;
  for (const Json& num_cut : expected["num_cut"]) {
    num_cut_rows += num_cut > 0;
    num_cut_tokens += num_cut.get<uint64_t>();
  }
  CHECK(num_cut_rows == 1);
  CHECK(features.num_cut_rows == num_cut_rows);
  CHECK(features.num_cut_tokens == num_cut_tokens);
  REQUIRE(features.size() == expected["input_ids"].size());
  for (uint64_t row = 0; row < features.size(); ++row) {
    CAPTURE(row);
    const auto begin = static_cast<ptrdiff_t>(features.offsets[row]);
    const auto end = static_cast<ptrdiff_t>(features.offsets[row + 1]);
    const std::vector<int32_t> ids(features.ids.begin() + begin, features.ids.begin() + end);
    const std::vector<int32_t> types(features.type_ids.begin() + begin, features.type_ids.begin() + end);
    CHECK(ids == expected["input_ids"][row].get<std::vector<int32_t>>());
    CHECK(types == expected["token_type_ids"][row].get<std::vector<int32_t>>());
    CHECK(features.length(row) == ids.size());
  }
}

std::vector<int64_t> integers(const at::Tensor& tensor) {
  const int64_t* values = tensor.const_data_ptr<int64_t>();
  return {values, values + tensor.numel()};
}

// Returns three rows of one to three tokens.
task::Features three_rows() {
  task::Features features;
  for (const std::vector<int32_t>& ids : {std::vector<int32_t>{7}, {8, 9, 10}, {11, 12}}) {
    text::Encoding encoding;
    encoding.ids = ids;
    encoding.type_ids.assign(ids.size(), 0);
    encoding.type_ids.back() = 1;
    features.add(encoding);
  }
  return features;
}

TEST_CASE("the same texts are tokenized once; other texts, lengths and tokenizers are not the same") {
  const TemporaryFolder folder;
  const auto tokenizer = text::Tokenizer::load(fixtures() / "models" / "tiny-bert");
  const table::Rows rows = table::read_rows(folder.write("rows.csv", "text,other\nthe movie was good,a\nbad,b\n"));
  const table::Rows again = table::read_rows(folder.write("again.csv", "text\nthe movie was good\nbad\n"));
  task::KnownFeatures known;
  const auto tokenized = [&](const table::Rows& from, const char* column, size_t length, const char* name) {
    const task::Reading reading{{.max_length = length}};
    task::Features features = known.tokenized(tokenizer, name, from, {column, {}}, reading, "rows");
    CHECK(features.ids == task::tokenize_rows(tokenizer, from, {column, {}}, reading, "rows").ids);
    return features;
  };
  const task::Features first = tokenized(rows, "text", 40, "one"), second = tokenized(again, "text", 40, "one");
  CHECK(first.ids == second.ids);
  CHECK(first.offsets == second.offsets);
  CHECK(tokenized(rows, "other", 40, "one").ids != first.ids);
  CHECK(tokenized(rows, "text", 4, "one").ids != first.ids);
  for (size_t length = 5; length < 20; ++length) tokenized(rows, "text", length, "one");
}

TEST_CASE("rows have the ids of transformers, truncated at the same token") {
  const Json& model = metrics_fixture()["models"]["tiny-bert"];
  const TemporaryFolder folder;
  const auto tokenizer = text::Tokenizer::load(fixtures() / "models" / "tiny-bert");
  const table::Rows single = table::read_rows(write_text_rows(folder, model["texts"], nullptr));
  check_features(task::tokenize_rows(tokenizer, single, {"text", {}}, {{.max_length = 40}}, "rows"), model["encoded"]);
  const table::Rows pairs = table::read_rows(write_text_rows(folder, model["texts"], model["pairs"]["second"]));
  check_features(task::tokenize_rows(tokenizer, pairs, {"text", "second"}, {{.max_length = 40}}, "rows"),
                 model["pairs"]["encoded"]);
}

TEST_CASE("rows beyond the first block keep their order") {
  std::string lines;
  constexpr uint64_t kRows = 9000;
  for (uint64_t row = 0; row < kRows; ++row) lines += std::string(1 + row % 7, 'a') + " movie\n";
  const TemporaryFolder folder;
  const table::Rows rows = table::read_rows(folder.write("rows.txt", lines));
  const auto tokenizer = text::Tokenizer::load(fixtures() / "models" / "tiny-bert");
  const task::Features features = task::tokenize_rows(tokenizer, rows, {"text", {}}, {{.max_length = 40}}, "rows");
  REQUIRE(features.size() == kRows);
  bool in_order = true;
  // Each letter is a token; with [CLS], "movie" and [SEP].
  for (uint64_t row = 0; row < kRows; ++row) in_order = in_order && features.length(row) == 4 + row % 7;
  CHECK(in_order);
  CHECK(features.num_tokens() == features.offsets.back());
}

TEST_CASE("a batch holds the chosen rows one after another, in the order they were asked for") {
  const task::Features features = three_rows();
  const std::vector<uint64_t> rows = {2, 0};
  const model::Inputs batch = task::make_batch(features, rows);
  CHECK(integers(batch.text.ids) == std::vector<int64_t>{11, 12, 7});
  CHECK(integers(batch.text.type_ids) == std::vector<int64_t>{0, 1, 1});
  CHECK(batch.text.packing.offsets == std::vector<int64_t>{0, 2, 3});
}

TEST_CASE("truncated rows of a training are counted, with the share of tokens that is lost") {
  task::Features features;
  text::Encoding ten;
  ten.ids.resize(10);
  ten.type_ids.resize(10);
  for (int row = 0; row < 20; ++row) features.add(ten);
  CHECK(task::text_findings(features, 16, 2).empty());
  CHECK(task::truncation_note(0, 20, 16).empty());
  features.num_cut_rows = 5;
  features.num_cut_tokens = 50;  // beside the 200 that are left
  const auto notes = task::text_findings(features, 16, 2);
  REQUIRE(notes.size() == 1);
  for (const char* fact : {"5 of 20 ", "25.0 %", "max_seq_length 16", "20.0 %"}) CHECK(contains(notes[0], fact));
  CHECK(task::truncation_note(5, 20, 16) == "5 of 20 rows are longer than 16 tokens and were truncated");
}

TEST_CASE("training rows of special tokens only are counted, and a max_seq_length without space for others is named") {
  task::Features features = three_rows();  // 1, 3 and 2 tokens
  const auto notes = task::text_findings(features, 16, 2);
  REQUIRE(notes.size() == 1);
  CHECK(contains(notes[0], "2 of 3 "));
  CHECK_FALSE(contains(notes[0], "max_seq_length"));
  CHECK(contains(task::text_findings(features, 2, 2).at(0), "max_seq_length 2 has no space"));
}

TEST_CASE("unknown tokens of rows are counted, and many of them cause a warning") {
  const auto tokenizer = text::Tokenizer::load(fixtures() / "models" / "tiny-bert");
  task::Features pairs;
  pairs.add(tokenizer.encode_pair("good movie", "\xE9\x85\x92"));
  pairs.add(tokenizer.encode_pair("bad", "fun"));
  const text::UnknownTokens count = task::unknown_tokens(tokenizer, pairs, true);
  CHECK(count.unknown == 1);
  CHECK(count.total == 5);
  CHECK(captured_log([&] {
          task::warn_of_unknown_tokens(count, "training rows");
        }).starts_with("warning: training rows: 1 of 5 tokens (20.0 %) are unknown"));
  CHECK(captured_log([] { task::warn_of_unknown_tokens({1, 10}, "training rows"); }).empty());
}

TEST_CASE("the outputs of a row in several windows are the mean of those of its windows") {
  const model::LoadedModel loaded = model::load_model({fixtures() / "models" / "tiny-bert"});
  const task::Features alone = three_rows();
  task::Features features;
  std::vector<text::Encoding> windows(2);
  windows[0].ids = {7};
  windows[1].ids = {8, 9, 10};
  windows[1].num_cut = 3;
  for (text::Encoding& window : windows) {
    window.type_ids.assign(window.ids.size(), 0);
    window.type_ids.back() = 1;
  }
  features.add(windows);
  windows[0].ids = {11, 12};
  windows[0].type_ids = {0, 1};
  features.add(windows[0]);
  CHECK(features.size() == 2);
  CHECK(features.num_windows(0) == 2);
  CHECK(features.length(0) == 4);
  CHECK(features.num_cut_rows == 1);
  CHECK(features.num_cut_tokens == 3);
  const std::vector<uint64_t> rows = {1, 0}, of_alone = {2, 0, 1};
  const at::Tensor outputs = task::row_outputs(*loaded.model, features, rows, {});
  const at::Tensor single = task::row_outputs(*loaded.model, alone, of_alone, {});
  REQUIRE(outputs.size(0) == 2);
  for (int64_t k = 0; k < outputs.size(1); ++k) {
    const auto number = [k](const at::Tensor& of, int64_t row) {
      return of.select(0, row).select(0, k).item().toFloat();
    };
    CHECK(number(outputs, 0) == doctest::Approx(number(single, 0)).epsilon(1e-6));
    CHECK(number(outputs, 1) == doctest::Approx((number(single, 1) + number(single, 2)) / 2).epsilon(1e-6));
  }
  task::row_outputs(*loaded.model, features, rows, {true, 42, 0, 0}).sum().backward();
}

}  // namespace features_test
