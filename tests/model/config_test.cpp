#include "model/config.h"

#include <doctest/doctest.h>

#include <array>

#include "expect_error.h"
#include "temporary_folder.h"

namespace config_test {

using namespace hone;
using model::ConfigKey;
using model::ConfigKind;
using model::ModelConfig;

constexpr ConfigKey kSize{"size", ConfigKind::kInteger, "", 1, 100, "old_size"};
constexpr ConfigKey kRate{"rate", ConfigKind::kNumber, "0.1", 0, 1};
constexpr ConfigKey kMaybe{"maybe", ConfigKind::kNumber, "null", 0, 1};
constexpr ConfigKey kAct{"act", ConfigKind::kText, "\"gelu\""};
constexpr ConfigKey kFlag{"flag", ConfigKind::kFlag, "false"};
constexpr std::array kKeys{kSize, kRate, kMaybe, kAct, kFlag};

ModelConfig config_of(const char* text) { return {parse_json(text, "config.json"), "config.json"}; }

TEST_CASE("known keys are read with HF's defaults") {
  const ModelConfig config = config_of(R"({"size": 7, "maybe": null})");
  CHECK(config.integer(kSize) == 7);
  CHECK(config.number(kRate) == 0.1);
  CHECK_FALSE(config.optional_number(kMaybe));
  CHECK(config.text(kAct) == "gelu");
  CHECK_FALSE(config.flag(kFlag));
  CHECK(config_of(R"({"old_size": 9})").integer(kSize) == 9);
  CHECK(config_of(R"({"maybe": 1})").optional_number(kMaybe) == 1.0);
  CHECK_NOTHROW(config.check(kKeys));
}

TEST_CASE("a size that is missing, of another type or out of range is an error") {
  const auto message = [](const char* text) {
    return std::string(expect_error([&] { config_of(text).check(kKeys); }).what());
  };
  CHECK(contains(message("{}"), "config.json: \"size\" is missing"));
  CHECK(contains(message(R"({"size": "7"})"), "\"size\" is \"7\", not a whole number"));
  CHECK(contains(message(R"({"size": 7.5})"), "\"size\" is 7.5, not a whole number"));
  CHECK(contains(message(R"({"size": null})"), "\"size\" is null, not a whole number"));
  CHECK(contains(message(R"({"size": 101})"), "\"size\" is 101, outside 1 to 100"));
  CHECK(contains(message(R"({"size": 1, "rate": -0.5})"), "\"rate\" is -0.5, outside 0 to 1"));
  CHECK(contains(message(R"({"size": 1, "act": 3})"), "\"act\" is 3, not a text"));
  CHECK(contains(message(R"({"size": 1, "flag": 0})"), "\"flag\" is 0, not true or false"));
}

TEST_CASE("a file that is not a configuration is an error") {
  const TemporaryFolder folder;
  CHECK(contains(expect_error([&] { ModelConfig::read(folder.path() / "none"); }).what(), "does not exist"));
  CHECK(contains(expect_error([&] { ModelConfig::read(folder.path()); }).what(), "has no config.json"));
  folder.write("config.json", "{\n  \"a\": ]\n}");
  CHECK(contains(expect_error([&] { ModelConfig::read(folder.path()); }).what(), "config.json:2:8"));
  CHECK(contains(expect_error([] { config_of("[]"); }).what(), "not a JSON object"));
  CHECK(contains(expect_error([] { (void)config_of("{}").model_type(); }).what(), "\"model_type\" is missing"));
  CHECK(config_of(R"({"model_type": "bert"})").model_type() == "bert");
}

TEST_CASE("overrides set known keys") {
  ModelConfig config = config_of(R"({"old_size": 9})");
  config.override_value(kKeys, "rate", "0.25");
  config.override_value(kKeys, "act", "relu");
  config.override_value(kKeys, "flag", "true");
  config.override_value(kKeys, "old_size", "11");
  CHECK(config.number(kRate) == 0.25);
  CHECK(config.text(kAct) == "relu");
  CHECK(config.flag(kFlag));
  CHECK(config.integer(kSize) == 11);
  CHECK_FALSE(config.json().contains("old_size"));
}

TEST_CASE("an override with an unknown key or an invalid value is an error") {
  ModelConfig config = config_of(R"({"size": 9})");
  const Error error = expect_error([&] { config.override_value(kKeys, "rat", "0"); });
  CHECK(error.kind() == ErrorKind::kUsage);
  CHECK(contains(error.what(), "unknown key in config_overrides \"rat\""));
  CHECK(contains(error.hint(), "did you mean \"rate\"?"));
  CHECK(contains(expect_error([&] { config.override_value(kKeys, "rate", "2"); }).what(),
                 "config_overrides: \"rate\" is 2"));
  CHECK(contains(expect_error([&] { config.override_value(kKeys, "rate", "much"); }).what(), "\"much\", not a number"));
}

TEST_CASE("labels come from id2label or num_labels; by default there are two") {
  CHECK(config_of("{}").labels() == std::vector<std::string>{"LABEL_0", "LABEL_1"});
  CHECK(config_of(R"({"num_labels": 3})").num_labels() == 3);
  const ModelConfig config = config_of(R"({"id2label": {"1": "POS", "0": "NEG", "2": 7}})");
  CHECK(config.labels() == std::vector<std::string>{"NEG", "POS", "7"});
  CHECK(config.notes().empty());
}

// Expected: AutoConfig.from_pretrained of transformers 5.23.
TEST_CASE("contradictory labels are read as in transformers, with a note") {
  struct Case {
    const char* text;
    std::vector<std::string> labels;
    const char* note;
  };
  const std::vector<Case> cases{
      {R"({"id2label": {"0": "A", "1": "B"}, "num_labels": 3})",
       {"LABEL_0", "LABEL_1", "LABEL_2"},
       R"(config.json: "num_labels" is 3, but "id2label" has 2 names; the labels are LABEL_0 to LABEL_2)"},
      {R"({"id2label": {"0": "A", "1": "B", "2": "C"}, "num_labels": 2})",
       {"LABEL_0", "LABEL_1"},
       R"("num_labels" is 2, but "id2label" has 3 names)"},
      {R"({"id2label": {"0": "A"}, "num_labels": 2})", {"LABEL_0", "LABEL_1"}, R"("id2label" has 1 name;)"},
      {R"({"id2label": {"0": "A", "1": "A"}})",
       {"A", "A"},
       R"(config.json: "id2label" gives the ids 0 and 1 the same name "A"; predictions do not distinguish them)"},
      {R"({"id2label": {"0": "x", "1": "y", "2": "x"}, "label2id": {"x": 2, "y": 1}})",
       {"x", "y", "x"},
       R"(the ids 0 and 2 the same name "x")"},
      {R"({"id2label": {"0": "A", "2": "C"}})",
       {"A", "LABEL_1"},
       R"(config.json: "id2label" names the id 2, but 2 ids are 0 to 1; ids without a name are called LABEL_i)"},
      {R"({"id2label": {"1": "A", "2": "C"}})", {"LABEL_0", "A"}, R"(names the id 2)"},
      {R"({"id2label": {"-1": "none", "0": "A", "1": "B"}})", {"A", "B", "LABEL_2"}, R"(names the id -1)"},
  };
  for (const Case& one : cases) {
    INFO(one.text);
    const ModelConfig config = config_of(one.text);
    CHECK(config.labels() == one.labels);
    REQUIRE(config.notes().size() == 1);
    CHECK(contains(config.notes()[0], one.note));
  }
  const ModelConfig many = config_of(R"({"id2label": {"0": "A", "1": "A", "2": "A", "3": "A", "4": "A", "5": "A"}})");
  REQUIRE(many.notes().size() == 4);
  CHECK(many.notes()[3] == R"(config.json: "id2label" has 2 further faults of this kind)");
  CHECK(config_of(R"({"id2label": {"00": "A", "01": "B"}, "num_labels": 2})").labels()[1] == "B");
  CHECK(config_of(R"({"id2label": null, "num_labels": 3})").num_labels() == 3);
}

TEST_CASE("labels that are not a list of names are errors") {
  const auto message = [](const char* text) { return std::string(expect_error([&] { config_of(text); }).what()); };
  CHECK(contains(message(R"({"id2label": []})"), "\"id2label\" is not an object of names"));
  CHECK(contains(message(R"({"id2label": {}})"), "\"id2label\" is not an object of names"));
  CHECK(
      contains(message(R"({"id2label": {"0": "a", "b": "b"}})"), "\"id2label\" has the id \"b\", not a whole number"));
  CHECK(contains(message(R"({"id2label": {"0": "a", "1.5": "b"}})"), "\"id2label\" has the id \"1.5\""));
  CHECK(contains(message(R"({"num_labels": 0})"), "\"num_labels\" is 0"));
  Json::object_t names;
  for (int i = 0; i <= 65536; ++i) names.emplace_back(std::to_string(i), "");
  const Json config = Json::object_t{{"id2label", Json(names)}};
  CHECK(contains(expect_error([&] { ModelConfig(config, "config.json"); }).what(), "has 65537 names, more than 65536"));
}

TEST_CASE("set_labels() writes id2label and label2id") {
  ModelConfig config = config_of(R"({"num_labels": 5})");
  config.set_labels({"\xE8\xB4\x9F", "\xE6\xAD\xA3"});
  CHECK(config.json()["id2label"]["1"] == "\xE6\xAD\xA3");
  CHECK(config.json()["label2id"]["\xE8\xB4\x9F"] == 0);
  CHECK_FALSE(config.json().contains("num_labels"));
  config.set_labels({"a", "b", "a"});  // of equal names the last id is used, as in transformers
  CHECK(config.json()["label2id"].dump() == R"({"b":1,"a":2})");
  CHECK(contains(expect_error([&] { config.set_labels({}); }).what(), "a classifier has labels"));
}

TEST_CASE("the problem type is optional") {
  CHECK(config_of("{}").problem_type().empty());
  CHECK(config_of(R"({"problem_type": null})").problem_type().empty());
  ModelConfig config = config_of("{}");
  config.set_class_weights({0.5, 2});
  CHECK(config.json()["class_weights"].dump() == "[0.5,2.0]");
  config.set_class_weights({});
  CHECK_FALSE(config.json().contains("class_weights"));
  config.set_problem_type("regression");
  CHECK(config.problem_type() == "regression");
  config.set_problem_type("");
  CHECK_FALSE(config.json().contains("problem_type"));
  config.set_own("target_ranges", {{0, 5}});
  CHECK(config.json()["target_ranges"].dump() == "[[0,5]]");
  config.set_own("target_ranges", nullptr);
  CHECK_FALSE(config.json().contains("target_ranges"));
}

TEST_CASE("class weights are a positive number for each label; another form is another program's, and is ignored") {
  const auto config_of = [](const char* weights) {
    return model::ModelConfig(parse_json(fmt::format("{{\"num_labels\": 2, \"class_weights\": {}}}", weights), "c"),
                              "m/config.json");
  };
  CHECK(config_of("[0.5, 2]").class_weights() == std::vector<double>{0.5, 2});
  CHECK(config_of("null").class_weights().empty());
  for (const char* other : {"[1]", "[1, 0]", "[1, \"a\"]", R"({"0": 1, "1": 3})"}) {
    CHECK(config_of(other).class_weights().empty());
  }
}

TEST_CASE("a training removes every key that only hone reads, and no other") {
  model::ModelConfig config(parse_json(R"({"num_labels": 2, "hidden_size": 8})", "c"), "m/config.json");
  for (const std::string_view key : model::kOwnKeys) config.set_own(key, {1, 2});
  CHECK(config.thresholds().empty());  // 2 is no threshold
  config.set_thresholds({0.25, 0.5});
  CHECK(config.thresholds() == std::vector<double>{0.25, 0.5});
  config.remove_own();
  CHECK(config.json() == Json({{"num_labels", 2}, {"hidden_size", 8}}));
}

}  // namespace config_test
