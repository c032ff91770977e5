#include "options/field.h"

#include <doctest/doctest.h>

#include "options/sample.h"

using namespace hone::options;

TEST_CASE("a field describes the values that it accepts") {
  SampleOptions options;
  const FieldList list = fields_of(options);
  CHECK(expectation(*list.find("learning_rate")) == "a number of at least 0");
  CHECK(expectation(*list.find("warmup_ratio")) == "a number from 0 to 1");
  CHECK(expectation(*list.find("max_steps")) == "a whole number of at least -1");
  CHECK(expectation(*list.find("seed")) == "a whole number, 0 or more");
  CHECK(expectation(*list.find("device")) == "one of auto, cpu, cuda");
  CHECK(expectation(*list.find("train_file")) == "a list (a,b,c)");
  CHECK(expectation(*list.find("output_dir")) == "a path");
  CHECK(expectation(*list.find("greater_is_better")) == "true or false");
}

TEST_CASE("the value's name in help is the declared name or that of its type") {
  SampleOptions options;
  const FieldList list = fields_of(options);
  CHECK(value_name_of(*list.find("model")) == "DIR");
  CHECK(value_name_of(*list.find("seed")) == "N");
  CHECK(value_name_of(*list.find("learning_rate")) == "X");
  CHECK(value_name_of(*list.find("load_best_model_at_end")).empty());
}

TEST_CASE("the types inside optionals are distinguished") {
  SampleOptions options;
  const FieldList list = fields_of(options);
  CHECK(is_boolean(*list.find("greater_is_better")));
  CHECK(is_optional(*list.find("greater_is_better")));
  CHECK(is_boolean(*list.find("load_best_model_at_end")));
  CHECK_FALSE(is_optional(*list.find("load_best_model_at_end")));
  CHECK(is_list(*list.find("train_file")));
  CHECK_FALSE(is_list(*list.find("device")));
}

TEST_CASE("a flag is the option's name with hyphens") { CHECK(flag_of("learning_rate") == "--learning-rate"); }
