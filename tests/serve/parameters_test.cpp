#include "serve/parameters.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "expect_error.h"

namespace parameters_test {

using namespace hone;

serve::PredictParameters read(const std::string& parameters, std::string_view task) {
  const http::BodyJson body = http::json_body("{\"parameters\": " + parameters + "}");
  return serve::read_predict_parameters(http::Fields(body, "", {"parameters"}), task::find_task(task));
}

task::ExplainOptions read_explain(const std::string& parameters, std::string_view task) {
  const http::BodyJson body = http::json_body("{\"parameters\": " + parameters + "}");
  return serve::read_explain_parameters(http::Fields(body, "", {"parameters"}), task::find_task(task));
}

std::string refused(const std::string& parameters, std::string_view task) {
  return expect_error([&] { read(parameters, task); }).what();
}

TEST_CASE("the parameters of entities have their effect, and null means the default") {
  const auto given = read(R"({"aggregation_strategy": "max", "ignore_labels": ["x", "y"], "stride": 0,
                              "constrained_decoding": true})",
                          "token-classification");
  CHECK(given.answers.aggregation_strategy == "max");
  CHECK(given.answers.ignore_labels == std::vector<std::string>{"x", "y"});
  CHECK(given.answers.constrained_decoding);
  CHECK(given.stride == 0);
  const auto none =
      read(R"({"aggregation_strategy": null, "ignore_labels": null, "stride": null})", "token-classification");
  CHECK(none.answers.aggregation_strategy == "first");
  CHECK(none.answers.ignore_labels == std::vector<std::string>{"O"});
  CHECK_FALSE(none.stride);
}

TEST_CASE("wrong values of the parameters of entities are errors with their field") {
  const char* const task = "token-classification";
  CHECK(refused(R"({"aggregation_strategy": "frist"})", task) == "unknown aggregation_strategy \"frist\"");
  CHECK(refused(R"({"ignore_labels": "O"})", task) == "parameters.ignore_labels must be a list of strings");
  CHECK(refused(R"({"ignore_labels": [1]})", task) == "parameters.ignore_labels must be a list of strings");
  CHECK(refused(R"({"stride": -1})", task) == "parameters.stride must be a whole number >= 0");
  CHECK(refused(R"({"constrained_decoding": 1})", task) == "parameters.constrained_decoding must be true or false");
}

TEST_CASE("an explanation of an entity reads its label and place; one of a label reads no place") {
  const auto entity = read_explain(R"({"label": "x", "start": 0, "end": 5})", "token-classification");
  CHECK(entity.label == "x");
  CHECK(entity.start == 0u);
  CHECK(entity.end == 5u);
  CHECK(contains(expect_error([] { read_explain(R"({"start": 0})", "text-classification"); }).what(),
                 "unknown field \"start\""));
  CHECK(contains(expect_error([] { read_explain(R"({"label": "x"})", "regression"); }).what(), "unknown field"));
}

TEST_CASE("the schema of a task has its parameters and no others") {
  for (const task::TaskRow& task : task::tasks()) {
    CAPTURE(task.name);
    const std::string schema = serve::predict_parameters_schema(task);
    for (const char* name : {"top_k", "function_to_apply", "aggregation_strategy", "ignore_labels"}) {
      const bool is_read = std::ranges::find(task.form.parameters, name) != task.form.parameters.end();
      CHECK(contains(schema, fmt::format("\"{}\": ", name)) == is_read);
    }
    CHECK(contains(schema, "\"max_length\": "));
  }
  CHECK(serve::explain_parameters_schema(task::find_task("regression")).empty());
}

}  // namespace parameters_test
