#include "options/old_names.h"

#include <doctest/doctest.h>

#include <set>
#include <string>

using namespace hone::options;

TEST_CASE("each old spelling has one row, whose current name is not itself old") {
  std::set<std::string_view> names;
  for (const OldOption& row : old_options()) {
    CAPTURE(std::string(row.name));
    CHECK(names.insert(row.name).second);
    CHECK(row.name.find('-') == std::string_view::npos);
    CHECK_FALSE(row.current.empty());
  }
  for (const OldOption& row : old_options()) CHECK(names.count(row.current) == 0);
}

TEST_CASE("a row that sets a value is a switch, and has an effect") {
  for (const OldOption& row : old_options()) {
    CAPTURE(std::string(row.name));
    if (!row.value.empty()) CHECK(row.is_switch);
    if (!row.value.empty()) CHECK(row.ignored.empty());
  }
}

TEST_CASE("the spellings of older transformers are known") {
  std::set<std::string_view> names;
  for (const OldOption& row : old_options()) names.insert(row.name);
  for (const char* name : {"evaluation_strategy", "do_train", "fp16", "no_cuda", "per_gpu_train_batch_size"}) {
    CAPTURE(name);
    CHECK(names.count(name) == 1);
  }
}
