#include "options/json.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "expect_error.h"
#include "options/sample.h"
#include "temporary_folder.h"

using namespace hone;
using namespace hone::options;

TEST_CASE("the saved configuration holds every option in order") {
  const Json saved = to_json(SampleOptions{});
  CHECK(saved.begin().key() == "model_name_or_path");
  CHECK(saved["learning_rate"] == 5e-5);
  CHECK(saved["max_steps"] == -1);
  CHECK(saved["load_best_model_at_end"] == false);
  CHECK(saved["warmup_ratio"].is_null());
  CHECK(saved["train_file"].is_array());
}

TEST_CASE("the defaults survive saving and reading") {
  const TemporaryFolder folder;
  SampleOptions options;
  options.model_name_or_path = "m";
  auto read = read_options<SampleOptions>(folder.write("a.json", to_json(options).dump()));
  CHECK(differing(fields_of(options), fields_of(read.options)).empty());
}

TEST_CASE("all values survive saving and reading") {
  SampleOptions options;
  options.model_name_or_path = "m";
  options.data.train_file = {"a,b", "\xE6\xAD\xA3"};
  options.learning_rate = 0.1 + 0.2;
  options.seed = 18446744073709551615u;
  options.greater_is_better = false;
  options.output_dir = "out dir";
  options.id2label = R"({"0": "x"})";
  const TemporaryFolder folder;
  const auto path = folder.write("training_args.json", to_json(options).dump(2));
  auto read = read_options<SampleOptions>(path);
  CHECK(differing(fields_of(options), fields_of(read.options)).empty());
  CHECK(read.options.learning_rate == 0.1 + 0.2);
}

TEST_CASE("the names of differing options are returned") {
  SampleOptions one, other;
  other.seed = 1;
  other.warmup_ratio = 0.5;
  CHECK(differing(fields_of(one), fields_of(other)) == std::vector<std::string>{"warmup_ratio", "seed"});
}
