#include "task/tasks.h"

#include <doctest/doctest.h>

#include <set>

#include "expect_error.h"
#include "task/text_classification.h"

using namespace hone;

TEST_CASE("a task is found by the name that transformers' pipelines give it") {
  const task::TaskRow& found = task::find_task("text-classification");
  CHECK(found.problem_type == "single_label_classification");
  const bool is_its_function = found.make == &task::make_text_classification;
  CHECK(is_its_function);
}

TEST_CASE("every task has a unique name, a doc line, a problem type and a metric") {
  std::set<std::string_view> names;
  for (const task::TaskRow& each : task::tasks()) {
    CHECK(names.insert(each.name).second);
    CHECK_FALSE(each.doc.empty());
    CHECK_FALSE(each.problem_type.empty());
    CHECK_FALSE(each.metrics().empty());
  }
  CHECK_FALSE(names.empty());
}

TEST_CASE("an unknown task is an error that suggests the nearest name") {
  const Error error = expect_error([] { task::find_task("text-clasification"); });
  CHECK(error.kind() == ErrorKind::kUnsupported);
  CHECK(std::string(error.what()) == "unknown task \"text-clasification\"");
  CHECK(contains(error.hint(), "did you mean \"text-classification\"?"));
}
