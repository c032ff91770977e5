#include "options/field_list.h"

#include <doctest/doctest.h>

#include "expect_error.h"
#include "options/sample.h"

using namespace hone;
using namespace hone::options;

TEST_CASE("the list has the order of declaration, including groups of shared structs") {
  SampleOptions options;
  const FieldList list = fields_of(options);
  CHECK(list.fields()[0].group == "Model");
  CHECK(list.fields()[2].name == "train_file");
  CHECK(list.fields()[2].group == "Data");
  CHECK(list.find("learning_rate")->group == "Training");
}

TEST_CASE("fields point to the struct's members") {
  SampleOptions options;
  const FieldList list = fields_of(options);
  *std::get<uint64_t*>(list.find("seed")->target) = 5;
  CHECK(options.seed == 5);
}

TEST_CASE("a field is found by name, alias, and with hyphens") {
  SampleOptions options;
  const FieldList list = fields_of(options);
  CHECK(list.find("model_name_or_path") == list.find("model"));
  CHECK(list.find("model-name-or-path") == list.find("model"));
  CHECK(list.find("learning") == nullptr);
  CHECK(list.find("") == nullptr);
}

TEST_CASE("an old name finds the current field") {
  SampleOptions options;
  const FieldList list = fields_of(options);
  CHECK(list.find_old("random-seed")->current == "seed");
  CHECK(list.find_old("evaluation_strategy")->current == "eval_strategy");
  CHECK_FALSE(list.find_old("per_gpu_train_batch_size").has_value());
  CHECK_FALSE(list.find_old("seed").has_value());
}

TEST_CASE("a suggestion is the nearest name, or the names that contain the word") {
  SampleOptions options;
  const FieldList list = fields_of(options);
  CHECK(list.suggestion("learning-rat", true) == "did you mean \"--learning-rate\"?");
  CHECK(list.suggestion("learning-rat", false) == "did you mean \"learning_rate\"?");
  CHECK(list.suggestion("scheduler", true) == "did you mean \"--lr-scheduler-type\"?");
  CHECK(list.suggestion("max", true) == "did you mean \"--max-steps\"?");
  CHECK(list.suggestion("is", true) == "did you mean \"--greater-is-better\"?");
  CHECK(list.suggestion("file", false) == "did you mean \"train_file\"?");
  CHECK(list.suggestion("model", true) == "did you mean \"--model-name-or-path\" or \"--load-best-model-at-end\"?");
  CHECK(list.suggestion("frobnicate", true).empty());
}

TEST_CASE("a name that is declared twice is an internal error") {
  int64_t value = 0;
  FieldList list;
  list("seed", value, "a seed");
  const Error error = expect_error([&] { list("seed", value, "a seed"); });
  CHECK(error.kind() == ErrorKind::kInternal);
  CHECK(contains(error.what(), "the option seed is declared twice"));
}
