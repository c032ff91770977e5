#include "table/split_names.h"

#include <doctest/doctest.h>

using namespace hone::table;

TEST_CASE("the name before the shard numbers is the split") {
  CHECK(split_of_shard("train-00000-of-00001.parquet") == "train");
  CHECK(split_of_shard("unsupervised-00003-of-00010.parquet") == "unsupervised");
  CHECK(split_of_shard("train_clean-00000-of-00001-abc123.parquet") == "train_clean");
  for (const char* name :
       {"train.parquet", "-00000-of-00001.csv", "train-0-of-1.csv", "train-00000-of-1.csv", "-of-"}) {
    CAPTURE(name);
    CHECK(split_of_shard(name) == std::nullopt);
  }
}

TEST_CASE("a keyword must be at an end or beside a separator, as in datasets") {
  CHECK(split_of_word("train.csv") == "train");
  CHECK(split_of_word("my_training-set.csv") == "train");
  CHECK(split_of_word("dev.tsv") == "validation");
  CHECK(split_of_word("valid.txt") == "validation");
  CHECK(split_of_word("val2.csv") == "validation");
  CHECK(split_of_word("validation_matched.csv") == "validation");
  CHECK(split_of_word("TREC.test.all") == "test");
  CHECK(split_of_word("Eval.csv") == "test");
  CHECK(split_of_word("unsupervised.csv") == "unsupervised");
  for (const char* name : {"constrain.csv", "latest.csv", "values.csv", "device.csv", "retrieval.csv"}) {
    CAPTURE(name);
    CHECK(split_of_word(name) == std::nullopt);
  }
}

TEST_CASE("the leftmost of several keywords decides") {
  CHECK(split_of_word("test_of_train.csv") == "test");
  CHECK(split_of_word("train-dev.csv") == "train");
}
