#include "options/parse.h"

#include <doctest/doctest.h>

#include <cstdlib>

#include "expect_error.h"
#include "options/sample.h"
#include "temporary_folder.h"

namespace parse_test {

using namespace hone;
using namespace hone::options;

// Parses the arguments after --model m, which is required.
Parsed<SampleOptions> parse_sample(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {"--model", "m"});
  return parse<SampleOptions>("hone sample", arguments);
}

Error sample_error(const std::vector<std::string>& arguments) {
  return expect_error([&] { parse_sample(arguments); });
}

// Parses a config file with this content.
Parsed<SampleOptions> parse_config(const std::string& content, std::vector<std::string> more = {}) {
  const TemporaryFolder folder;
  more.insert(more.begin(), "--config=" + folder.write("run.yaml", content).string());
  return parse_sample(more);
}

// Returns the error for a config file, without its folder's name.
std::string config_error(const std::string& content) {
  const Error error = expect_error([&] { parse_config(content); });
  CHECK(error.kind() == ErrorKind::kUsage);
  const std::string message = error.what();
  return message.substr(message.find("run.yaml"));
}

TEST_CASE("hyphens and underscores are equivalent, and so are '=' and the next argument") {
  for (const std::vector<std::string>& arguments : {std::vector<std::string>{"--learning-rate", "2e-5"},
                                                    {"--learning_rate", "2e-5"},
                                                    {"--learning-rate=2e-5"},
                                                    {"--learning_rate=2e-5"}}) {
    CHECK(parse_sample(arguments).options.learning_rate == 2e-5);
  }
}

TEST_CASE("values of every type are read") {
  const auto options = parse_sample({"--max-steps", "-1", "--seed=18446744073709551615", "--warmup-ratio=0.1",
                                     "--text-column", "body", "--output-dir", "out dir", "--device", "cpu"})
                           .options;
  CHECK(options.model_name_or_path == "m");
  CHECK(options.max_steps == -1);
  CHECK(options.seed == 18446744073709551615u);
  CHECK(options.warmup_ratio == 0.1);
  CHECK(options.data.text_column == "body");
  CHECK(options.output_dir == "out dir");
  CHECK(options.device == "cpu");
  CHECK_FALSE(options.greater_is_better.has_value());
}

TEST_CASE("a boolean is set by its flag, its negation or a word") {
  CHECK(parse_sample({"--load-best-model-at-end"}).options.load_best_model_at_end);
  CHECK(parse_sample({"--load_best_model_at_end", "true"}).options.load_best_model_at_end);
  CHECK(parse_sample({"--load_best_model_at_end", "True"}).options.load_best_model_at_end);
  CHECK_FALSE(parse_sample({"--load-best-model-at-end=false"}).options.load_best_model_at_end);
  CHECK_FALSE(parse_sample({"--load-best-model-at-end", "--no-load-best-model-at-end"}).options.load_best_model_at_end);
  CHECK(parse_sample({"--no_greater_is_better"}).options.greater_is_better == false);
  CHECK(parse_sample({"--greater-is-better", "a text"}).options.text == std::vector<std::string>{"a text"});
}

TEST_CASE("a list grows with commas and repeated flags; positional arguments are not split") {
  const auto options = parse_sample({"--train-file", "a,b", "x, y", "--train-file=c", "z"}).options;
  CHECK(options.data.train_file == std::vector<std::string>{"a", "b", "c"});
  CHECK(options.text == std::vector<std::string>{"x, y", "z"});
}

TEST_CASE("every argument after -- is positional, and a negative number is not a flag") {
  CHECK(parse_sample({"--", "--seed"}).options.text == std::vector<std::string>{"--seed"});
  CHECK(parse_sample({"-5"}).options.text == std::vector<std::string>{"-5"});
}

TEST_CASE("--help is recognised at any position, even among invalid arguments") {
  CHECK(parse_sample({"--sed", "3", "--help"}).wants_help);
  CHECK(parse<SampleOptions>("hone sample", std::vector<std::string>{"-h"}).wants_help);
  CHECK_FALSE(parse_sample({"--", "--help"}).wants_help);
}

TEST_CASE("the word after --help is its topic") {
  CHECK(parse_sample({"--help", "training"}).help_topic == "training");
  CHECK(parse_sample({"--help=all"}).help_topic == "all");
  CHECK(parse_sample({"--help", "--seed", "3"}).help_topic.empty());
  CHECK(parse_sample({"-h"}).help_topic.empty());
}

TEST_CASE("a leading ~/ is expanded in every path, for every way to set it") {
  const char* const before = std::getenv("HOME");
  const std::string kept = before == nullptr ? "" : before;
  setenv("HOME", "/home/ada", 1);
  CHECK(parse_sample({"--output-dir=~/x"}).options.output_dir == "/home/ada/x");
  CHECK(parse_sample({"--output-dir", "~"}).options.output_dir == "/home/ada");
  CHECK(parse_config("output_dir: ~/runs/first").options.output_dir == "/home/ada/runs/first");
  CHECK(parse_sample({"--train-file=~/a.csv,b/~/c.csv", "--train-file", "~/d"}).options.data.train_file ==
        std::vector<std::string>{"/home/ada/a.csv", "b/~/c.csv", "/home/ada/d"});
  CHECK(parse_config("train_file: ['~/a, b.csv', '~ada/c']").options.data.train_file ==
        std::vector<std::string>{"/home/ada/a, b.csv", "~ada/c"});
  CHECK(parse_sample({"--text-column=~/x", "~/y"}).options.data.text_column == "~/x");  // not a path
  CHECK(parse_sample({"~/y"}).options.text == std::vector<std::string>{"~/y"});
  const TemporaryFolder folder;
  CHECK(read_options<SampleOptions>(folder.write("a.json", R"({"output_dir": "~/j", "train_file": ["~/k"]})"))
            .options.output_dir == "/home/ada/j");
  unsetenv("HOME");
  CHECK(std::string(sample_error({"--output-dir=~/x"}).what()) == "--output-dir: \"~/x\": HOME is not set");
  if (before != nullptr) setenv("HOME", kept.c_str(), 1);
}

TEST_CASE("an item with a comma is quoted or escaped") {
  const auto files = [](const std::string& text) {
    return parse_sample({"--train-file", text}).options.data.train_file;
  };
  CHECK(files("\"data, 2024/r.csv\",b.csv") == std::vector<std::string>{"data, 2024/r.csv", "b.csv"});
  CHECK(files("data\\, 2024/r.csv,b.csv") == std::vector<std::string>{"data, 2024/r.csv", "b.csv"});
  CHECK(files("a\\b,c") == std::vector<std::string>{"a\\b", "c"});
  CHECK(files("a\"b,c") == std::vector<std::string>{"a\"b", "c"});
  CHECK(contains(sample_error({"--train-file", "\"a,b"}).what(), "has a quote that is never closed"));
  CHECK(contains(sample_error({"--train-file", "a,,b"}).what(), "has an empty item"));
  CHECK(contains(sample_error({"--train-file", "a,"}).what(), "has an empty item"));
}

TEST_CASE("booleans in spellings of YAML 1.1 are errors that show the valid spelling") {
  const auto hint = [](const std::string& content) { return expect_error([&] { parse_config(content); }).hint(); };
  for (const char* yes : {"yes", "Yes", "on", "ON", "y", "1"}) {
    CHECK(hint(std::string("load_best_model_at_end: ") + yes) == "write true");
  }
  for (const char* no : {"no", "off", "N", "0"}) {
    CHECK(hint(std::string("load_best_model_at_end: ") + no) == "write false");
  }
  CHECK(hint("max_steps: 1_0") == "write 10");
  CHECK(hint("max_steps: 0x2A") == "write 42");
  CHECK(hint("max_steps: -0x2a") == "write -42");
  CHECK(hint("seed: 0b101") == "write 5");
  CHECK(hint("seed: +7") == "write 7");
  CHECK(hint("max_steps: 1e3") == "write 1000");
  CHECK(hint("max_steps: 010") == "write 10 (or 8, if you mean the octal number)");
  CHECK(config_error("max_steps: 010") ==
        "run.yaml:1: max_steps: 010 begins with a zero, so YAML 1.1 reads it as an octal number");
  CHECK(hint("load_best_model_at_end: maybe") == "--load-best-model-at-end takes true or false");
  CHECK(parse_config("text_column: yes").options.data.text_column == "yes");
  CHECK(parse_config("text_column: 010").options.data.text_column == "010");
  CHECK(parse_config("max_steps: 0").options.max_steps == 0);
}

TEST_CASE("a flag that begins with no- has no negation") {
  struct Negation {
    bool no_auth = false;
    static void fields(Negation& self, FieldList& visit) { visit("no_auth", self.no_auth, "no keys"); }
  };
  CHECK(parse<Negation>("hone n", std::vector<std::string>{"--no-auth"}).options.no_auth);
  CHECK_FALSE(parse<Negation>("hone n", std::vector<std::string>{"--no-auth=false"}).options.no_auth);
  const Error error = expect_error([] { parse<Negation>("hone n", std::vector<std::string>{"--no-no-auth"}); });
  CHECK(std::string(error.what()) == "unknown option \"--no-no-auth\"");
}

TEST_CASE("short names of other tools are accepted with a note") {
  const auto parsed = parse_sample({"--lr", "2e-5"});
  CHECK(parsed.options.learning_rate == 2e-5);
  CHECK(parsed.notes == std::vector<std::string>{"--lr is now --learning-rate"});
}

TEST_CASE("a note for --fp16 names the precision that hone uses") {
  struct Precision {
    std::string precision = "auto";
    static void fields(Precision& self, FieldList& visit) {
      visit("precision", self.precision, "format").choices({"auto", "fp32", "bf16"});
    }
  };
  const auto note = [](const char* flag) {
    return parse<Precision>("hone p", std::vector<std::string>{flag}).notes.at(0);
  };
  CHECK(
      note("--fp16") ==
      "--fp16 is now --precision auto: hone does not compute in fp16, but in bf16 if the machine has instructions for "
      "it and in fp32 otherwise");
  CHECK(note("--bf16") ==
        "--bf16 is now --precision auto: bf16 if the machine has instructions for it, fp32 otherwise");
  CHECK(parse<Precision>("hone p", std::vector<std::string>{"--fp16=false"}).notes.empty());
}

TEST_CASE("the error for an unknown flag names only the nearest flag") {
  const Error error = sample_error({"--learning-rat", "1"});
  CHECK(error.kind() == ErrorKind::kUsage);
  CHECK(std::string(error.what()) == "unknown option \"--learning-rat\"");
  CHECK(error.hint() ==
        "did you mean \"--learning-rate\"? write -- before a text that begins with a hyphen; "
        "hone sample --help lists all options");
  CHECK(contains(sample_error({"--best"}).hint(), "--load-best-model-at-end"));
  CHECK_FALSE(contains(sample_error({"--frobnicate"}).hint(), "did you mean"));
  CHECK(std::string(sample_error({"-seed", "3"}).what()) == "unknown option \"-seed\"");
  CHECK(contains(sample_error({"-seed", "3"}).hint(), "\"--seed\""));
}

TEST_CASE("a missing value, a value for a negation and an unexpected argument are errors") {
  CHECK(std::string(sample_error({"--seed"}).what()) == "--seed needs a value");
  CHECK(std::string(sample_error({"--device", "--seed", "1"}).what()) == "--device needs a value");
  CHECK(contains(sample_error({"--device", "--seed"}).hint(), "--device=TEXT"));
  CHECK(std::string(sample_error({"--no-load-best-model-at-end=1"}).what()) ==
        "--no-load-best-model-at-end takes no value");
  const Error stray = expect_error([] {
    struct NoPositional {
      int64_t seed = 0;
      static void fields(NoPositional& self, FieldList& visit) { visit("seed", self.seed, "seed"); }
    };
    parse<NoPositional>("hone x", std::vector<std::string>{"seed=3"});
  });
  CHECK(std::string(stray.what()) == "unexpected argument \"seed=3\"");
  CHECK(stray.hint() == "did you mean \"--seed\"?");
}

TEST_CASE("the error for an invalid value names the flag, the value and the accepted values") {
  const Error range = sample_error({"--warmup-ratio", "2"});
  CHECK(std::string(range.what()) == "--warmup-ratio: 2 is out of range: it must be a number from 0 to 1");
  CHECK(std::string(sample_error({"--learning_rate=-1"}).what()) ==
        "--learning_rate: -1 is out of range: it must be a number of at least 0");
  CHECK(std::string(sample_error({"--max-steps", "1e3"}).what()) == "--max-steps: \"1e3\" is not a whole number");
  CHECK(sample_error({"--max-steps", "x"}).hint() == "--max-steps takes a whole number of at least -1");
  const Error choice = sample_error({"--lr-scheduler-type", "cosin"});
  CHECK(std::string(choice.what()) == "--lr-scheduler-type: \"cosin\" is not one of linear, cosine");
  CHECK(choice.hint() == "did you mean \"cosine\"?");
}

TEST_CASE("the error for a missing required option names it") {
  const Error error = expect_error([] { parse<SampleOptions>("hone sample", std::vector<std::string>{"--seed=1"}); });
  CHECK(std::string(error.what()) == "hone sample needs --model DIR");
}

TEST_CASE("precedence is default < config file < flag, and the source of each value is recorded") {
  const auto parsed = parse_config("learning_rate: 2e-5\nseed: 7\n", {"--seed", "8"});
  CHECK(parsed.options.learning_rate == 2e-5);
  CHECK(parsed.options.seed == 8);
  CHECK(parsed.provenance.source("learning_rate") == Source::kFile);
  CHECK(parsed.provenance.where("learning_rate").ends_with("run.yaml:1: learning_rate"));
  CHECK(parsed.provenance.source("seed") == Source::kFlag);
  CHECK(parsed.provenance.source("model_name_or_path") == Source::kFlag);
  CHECK(parsed.provenance.source("max_steps") == Source::kDefault);
  CHECK_FALSE(parsed.provenance.is_set("max_steps"));
}

TEST_CASE("a config file sets values of every type") {
  const auto options = parse_config(
                           "train_file: [a, 'b,c']\ntext_column: ~\nload_best_model_at_end: true\neval_strategy: no\n"
                           "warmup_ratio: 1e-1\nseed: 3\noutput-dir: out\nid2label: {0: NEG, 1: POS}\n")
                           .options;
  CHECK(options.data.train_file == std::vector<std::string>{"a", "b,c"});
  CHECK_FALSE(options.data.text_column.has_value());
  CHECK(options.load_best_model_at_end);
  CHECK(options.eval_strategy == "no");
  CHECK(options.warmup_ratio == 0.1);
  CHECK(options.output_dir == "out");
  CHECK(options.id2label == R"({"0":"NEG","1":"POS"})");
  CHECK(parse_config("id2label: [NEG, POS]").options.id2label == R"(["NEG","POS"])");
}

TEST_CASE("a flag replaces a config file's list") {
  CHECK(parse_config("train_file: [a, b]", {"--train-file=c"}).options.data.train_file ==
        std::vector<std::string>{"c"});
}

TEST_CASE("an old switch must be true or false") {
  CHECK(std::string(sample_error({"--no_cuda=maybe"}).what()) == "--no_cuda: \"maybe\" is neither true nor false");
  CHECK(config_error("no_cuda: 1") == "run.yaml:1: no_cuda: 1 is neither true nor false");
}

TEST_CASE("errors in a config file name file, line, key and value") {
  CHECK(config_error("seed: 1\nlearning_rat: 2\n") == "run.yaml:2: unknown option \"learning_rat\"");
  CHECK(config_error("\nseed: many") == "run.yaml:2: seed: \"many\" is not a whole number, 0 or more");
  CHECK(config_error("warmup_ratio: 1.5") ==
        "run.yaml:1: warmup_ratio: 1.5 is out of range: it must be a number from 0 to 1");
  CHECK(config_error("seed: [1, 2]") == "run.yaml:1: seed: expected a whole number, 0 or more, found a list");
  CHECK(config_error("train_file: {a: b}") == "run.yaml:1: train_file: expected a list (a,b,c), found a mapping");
  CHECK(config_error("train_file: [[a]]") == "run.yaml:1: train_file: an item of the list is not text");
  CHECK(config_error("seed:") == "run.yaml:1: seed: has no value");
  CHECK(config_error("model: a\nmodel_name_or_path: b") ==
        "run.yaml:2: \"model\" and \"model_name_or_path\" are the same option");
  const Error unknown = expect_error([] { parse_config("learning_rat: 2\n"); });
  CHECK(unknown.hint() == "did you mean \"learning_rate\"?");
  CHECK(std::string(sample_error({"--config", "a.yaml", "--config", "b.yaml"}).what()) == "--config is given twice");
}

TEST_CASE("old names are accepted with a note, on the command line and in a file") {
  const auto flags = parse_sample({"--evaluation_strategy", "steps", "--random-seed", "5", "--no_cuda"});
  CHECK(flags.options.eval_strategy == "steps");
  CHECK(flags.options.seed == 5);
  CHECK(flags.options.device == "cpu");
  CHECK(flags.notes == std::vector<std::string>{"--evaluation_strategy is now --eval-strategy",
                                                "--random-seed is now --seed", "--no_cuda is now --device cpu"});
  const auto file = parse_config("evaluation_strategy: epoch\nuse_cpu: true\nno_cuda: false\n");
  CHECK(file.options.eval_strategy == "epoch");
  CHECK(file.options.device == "cpu");
  REQUIRE(file.notes.size() == 2);
  CHECK(file.notes[0].ends_with("run.yaml:1: evaluation_strategy is now eval_strategy"));
}

TEST_CASE("an old option without effect is reported") {
  const auto parsed = parse_sample({"--do_predict", "--do_train", "--seed", "2"});
  CHECK(parsed.options.seed == 2);
  REQUIRE(parsed.notes.size() == 2);
  CHECK(parsed.notes[0].starts_with("--do_predict has no effect: "));
}

TEST_CASE("the last value of a repeated flag is used, with a note") {
  const auto parsed = parse_sample({"--seed", "1", "--seed", "2"});
  CHECK(parsed.options.seed == 2);
  CHECK(parsed.notes == std::vector<std::string>{"--seed is given twice: 2 is used"});
}

TEST_CASE("reading only a config file does not require the required options") {
  const TemporaryFolder folder;
  const auto parsed = read_options<SampleOptions>(folder.write("a.json", "{\n \"seed\": 9}"));
  CHECK(parsed.options.seed == 9);
  CHECK(parsed.provenance.where("seed").ends_with("a.json:2: seed"));
}

}  // namespace parse_test
