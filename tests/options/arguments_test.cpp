#include "options/arguments.h"

#include <doctest/doctest.h>

#include "expect_error.h"
#include "options/sample.h"

namespace arguments_test {

using namespace hone;
using namespace hone::options;

// Returns "field=text (as typed)" for each assignment.
std::vector<std::string> matched(const std::vector<std::string>& arguments) {
  SampleOptions options;
  std::vector<std::string> lines;
  const FieldList list = fields_of(options);
  const Arguments result = match_arguments(list, "hone sample", arguments);
  for (const Assignment& assignment : result.assignments) {
    lines.push_back(assignment.field->name + "=" + assignment.text + " (" + assignment.where + ")");
  }
  return lines;
}

using Lines = std::vector<std::string>;

TEST_CASE("each flag is assigned to its field, in order, and its spelling is kept") {
  CHECK(matched({"--seed", "1", "--learning_rate=x", "--model", "m"}) ==
        Lines{"seed=1 (--seed)", "learning_rate=x (--learning_rate)", "model_name_or_path=m (--model)"});
}

TEST_CASE("only true and false are read as the value of a boolean flag") {
  CHECK(matched({"--load-best-model-at-end", "false", "--load_best_model_at_end", "no"}) ==
        Lines{"load_best_model_at_end=false (--load-best-model-at-end)",
              "load_best_model_at_end=true (--load_best_model_at_end)", "text=no (text)"});
}

TEST_CASE("a value may be empty or begin with a single hyphen") {
  CHECK(matched({"--device", "-x", "--text-column", ""}) ==
        Lines{"device=-x (--device)", "text_column= (--text-column)"});
  CHECK(matched({"--device=--x"}) == Lines{"device=--x (--device)"});
}

TEST_CASE("an old switch sets its value only if it is true") {
  CHECK(matched({"--no_cuda", "--use-cpu=false"}) == Lines{"device=cpu (--no_cuda)"});
}

TEST_CASE("--config is returned separately") {
  SampleOptions options;
  const Lines arguments{"--config", "a.yaml", "--seed=1"};
  const Arguments result = match_arguments(fields_of(options), "hone sample", arguments);
  CHECK(result.config == "a.yaml");
  CHECK(result.assignments.size() == 1);
}

TEST_CASE("unusual arguments are errors") {
  for (const char* odd : {"---seed=1", "--", "--=", "-", "-x", "--no-seed", "--seed-"}) {
    CAPTURE(odd);
    if (std::string(odd) == "--" || std::string(odd) == "-") {
      CHECK_NOTHROW(matched({odd}));
    } else {
      CHECK(expect_error([&] { matched({odd}); }).kind() == ErrorKind::kUsage);
    }
  }
}

}  // namespace arguments_test
