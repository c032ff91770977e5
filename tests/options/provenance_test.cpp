#include "options/provenance.h"

#include <doctest/doctest.h>

using namespace hone::options;

TEST_CASE("an option without a record has its default") {
  const Provenance provenance;
  CHECK(provenance.source("seed") == Source::kDefault);
  CHECK_FALSE(provenance.is_set("seed"));
  CHECK(provenance.where("seed").empty());
}

TEST_CASE("the last record of an option is used") {
  Provenance provenance;
  provenance.record("seed", Source::kFile, "a.yaml:1: seed");
  CHECK(provenance.source("seed") == Source::kFile);
  provenance.record("seed", Source::kFlag, "--seed");
  CHECK(provenance.source("seed") == Source::kFlag);
  CHECK(provenance.is_set("seed"));
  CHECK(provenance.where("seed") == "--seed");
}
