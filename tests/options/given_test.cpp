#include "options/given.h"

#include <doctest/doctest.h>

#include "options/sample.h"
#include "temporary_folder.h"

using namespace hone;
using namespace hone::options;

TEST_CASE("flags count always, values of a file only if they are not the default") {
  const TemporaryFolder folder;
  const std::string file = folder.write("run.yaml", "model: m\nseed: 42\nmax_steps: 7\nlearning_rate: 5e-5\n").string();
  const auto parsed =
      parse<SampleOptions>("hone sample", std::vector<std::string>{"--config", file, "--learning-rate", "5e-5"});
  const std::vector<GivenOption> given = given_options(parsed);
  REQUIRE(given.size() == 3);
  CHECK(given[0].name == "model_name_or_path");
  CHECK(given[1].name == "learning_rate");
  CHECK(given[1].where == "--learning-rate");
  CHECK(given[2].name == "max_steps");
  CHECK(given[2].where == file + ":3: max_steps");
}
