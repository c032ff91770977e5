#include "task/text_examples.h"

#include <doctest/doctest.h>

#include "captured_log.h"
#include "eval/metrics_fixture.h"
#include "expect_error.h"
#include "table/read.h"

using namespace hone;

TEST_CASE("rows of a file have their place and texts, others a number") {
  const TemporaryFolder folder;
  const table::Rows rows = table::read_rows(folder.write("pairs.csv", "a,b\nit rains,it is wet\n"));
  const auto tokenizer = text::Tokenizer::load(fixtures() / "models" / "tiny-bert");
  const task::TextRows texts = task::read_text_rows(rows, {"a", "b"}, "rows", {tokenizer, tokenizer.vocab_size(), 40});
  CHECK(texts.location(0).ends_with("pairs.csv:2"));
  CHECK(texts.described(0)["text_pair"] == "it is wet");
  CHECK(texts.shown(0) == "\"it rains\"");
  CHECK(texts.num_special_tokens == 3);
  const task::TextRows bare;
  CHECK(bare.location(7) == "row 7");
  CHECK(bare.described(7).dump() == R"({"location":"row 7"})");
  CHECK(bare.shown(7) == "\"\"");
}

TEST_CASE("rows without one of their texts are skipped in every split, or errors if strict") {
  const TemporaryFolder folder;
  std::vector<table::LabelledSplit> splits = {
      {"training", table::read_rows(folder.write("train.csv", "a,b\nx,y\n,y\nx,\n"))},
      {"validation", table::read_rows(folder.write("validation.csv", "a,b\n,\n"))}};
  auto strict = splits;
  const std::string log = captured_log([&] { task::skip_rows_without_text(splits, {"a", "b"}, /*strict=*/false); });
  CHECK(splits[0].rows.size() == 1);
  CHECK(splits[1].rows.empty());
  CHECK(contains(log, "skipped 2 rows without text, the first: "));
  const Error error = expect_error([&] { task::skip_rows_without_text(strict, {"a", "b"}, /*strict=*/true); });
  CHECK(contains(error.what(), "train.csv:3"));
}
