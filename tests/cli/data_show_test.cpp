#include <doctest/doctest.h>

#include "cli/process.h"
#include "expect_error.h"
#include "objectives_fixture.h"
#include "temporary_folder.h"

namespace data_show_test {

using namespace hone;

TEST_CASE("show prints the named rows, and another number is an error of usage") {
  const TemporaryFolder folder;
  const std::string file = folder.write("a.csv", "text,label\none,x\ntwo,y\n").string();
  CHECK(contains(run_hone({"data", "show", file, "--rows", "1"}).output, "two"));
  CHECK(run_hone({"data", "show", file, "--rows", "2"}).exit_code == 2);
}

std::string shown(const std::string& task, const std::string& tokenizer, const std::vector<std::string>& more = {}) {
  const TemporaryFolder folder;
  const std::string file = folder.write("a.csv", "text,label\none,x\nthe old house by the river,y\n").string();
  std::vector<std::string> arguments{"data", "show", file, "--rows", "1", "--task", task};
  if (!tokenizer.empty()) arguments.insert(arguments.end(), {"--model", (objectives() / tokenizer).string()});
  arguments.insert(arguments.end(), more.begin(), more.end());
  const ProcessResult result = run_hone(arguments);
  return result.exit_code == 0 ? result.output.substr(file.size()) : result.error;
}

TEST_CASE("show says what a model reads of a text in a pretraining, and what it must write") {
  CHECK(shown("causal-lm", "causal-packed") ==
        ":3: the old house by the river\n"
        "  reads   the old house by the ri\n"
        "  writes  he old house by the river   (each token from those before it)\n");
  const std::string all =
      shown("masked-lm", "masked-token",
            {"--mlm-probability", "0.99", "--mask-replace-prob", "1", "--random-replace-prob", "0"});
  CHECK(contains(all, "reads   [CLS] [MASK] [MASK]"));
  CHECK(contains(all, "guesses t (token 1), ##h (token 2), ##e (token 3), "));
  const std::string spans = shown("denoising", "denoising-spans");
  CHECK(contains(spans, "  writes  <extra_id_0>"));
  const std::string whole = shown("denoising", "denoising-infilling");
  CHECK(contains(whole, "  writes  [CLS] the old house by the river [SEP]\n"));
}

TEST_CASE("each draw hides other tokens, and the seed chooses them") {
  const std::string two = shown("masked-lm", "masked-token", {"--draws", "2"}),
                    one = shown("masked-lm", "masked-token");
  CHECK(two.starts_with(one));
  CHECK_FALSE(contains(two.substr(one.size()), one.substr(one.find('\n'))));
  CHECK(shown("masked-lm", "masked-token", {"--seed", "7"}) != one);
}

TEST_CASE("a training that cannot be shown is an error") {
  CHECK(contains(shown("masked-lm", ""), "task masked-lm is given without a tokenizer"));
  CHECK(contains(shown("masked-lm", "causal-packed"), "mask token"));
  CHECK(contains(shown("denoising", "denoising-spans", {"--masking", "span"}),
                 "--masking does not apply to the task denoising"));
  CHECK(contains(shown("masked-lm", "masked-token", {"--output", "x.csv"}), "--output does not apply to the task"));
  CHECK(contains(shown("causal-lm", "causal-packed", {"--seed", "2"}), "--seed does not apply to the task causal-lm"));
  CHECK(contains(run_hone({"data", "show", "x.csv", "--rows", "1", "--draws", "2"}).error,
                 "--draws is given without a task"));
  CHECK(contains(shown("denoising", "masked-token", {"--noise", "spans"}), "sentinel"));
}

}  // namespace data_show_test
