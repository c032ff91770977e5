#include "task/class_weights.h"

#include <doctest/doctest.h>

#include "captured_log.h"
#include "expect_error.h"
#include "task/class_losses_fixture.h"

namespace class_weights_test {

using namespace hone;
using namespace hone::task;

const std::vector<std::string> kNames = {"bad", "good", "a=b"};

std::vector<double> weights_of(const std::vector<std::string>& option, double imbalance = 1) {
  return class_weights(option, kNames, {.weights = {2, 0.5, 1}, .imbalance = imbalance});
}

std::string message_of(const std::vector<std::string>& option) {
  const Error error = expect_error([&] { static_cast<void>(weights_of(option)); });
  CHECK(error.kind() == ErrorKind::kUsage);
  return error.what();
}

TEST_CASE("balanced weights are scikit-learn's") {
  for (const Json& item : class_losses_fixture()["balanced"]) {
    const auto counts = item["counts"].get<std::vector<uint64_t>>();
    const BalancedWeights balanced = balanced_classes(counts);
    for (size_t id = 0; id < counts.size(); ++id) {
      CHECK(balanced.weights[id] == doctest::Approx(item["weights"][id].get<double>()).epsilon(1e-12));
    }
  }
}

TEST_CASE("a class without rows has the weight 1 and does not change the others") {
  const BalancedWeights balanced = balanced_classes(std::vector<uint64_t>{9, 0, 3});
  CHECK(balanced.weights == std::vector<double>{12.0 / 18, 1, 2});
  CHECK(balanced.imbalance == 3);
  CHECK(balanced_classes(std::vector<uint64_t>{0, 0}).imbalance == 1);
}

TEST_CASE("labels are weighted by the rows without them for each row with them") {
  const BalancedWeights balanced = balanced_labels(std::vector<uint64_t>{2, 5, 0, 10}, 10);
  CHECK(balanced.weights == std::vector<double>{4, 1, 1, 1});
  CHECK(balanced.imbalance == 4);
}

TEST_CASE("the option names weights, or a rule") {
  CHECK(weights_of({}).empty());
  CHECK(weights_of({"balanced"}) == std::vector<double>{2, 0.5, 1});
  CHECK(weights_of({"auto"}, 2.9).empty());
  CHECK(weights_of({"auto"}, 3) == std::vector<double>{2, 0.5, 1});
  CHECK(weights_of({"good=3.5"}) == std::vector<double>{1, 3.5, 1});
  CHECK(weights_of({"a=b=0.1", "bad=2"}) == std::vector<double>{2, 1, 0.1});
}

TEST_CASE("the error for each kind of bad weight names it") {
  CHECK(message_of({"ballanced"}) == "class_weights \"ballanced\": this is not NAME=W");
  CHECK(message_of({"good=0"}) == "class_weights \"good=0\": \"0\" is not a finite number above 0");
  CHECK(contains(message_of({"good=x"}), "\"x\" is not a finite number"));
  CHECK(contains(message_of({"good=inf"}), "\"inf\" is not a finite number"));
  CHECK(message_of({"good=1", "good=2"}) == "class_weights \"good=2\": \"good\" has two weights");
  CHECK(message_of({"god=1"}) == "unknown class in class_weights \"god\"");
  const Error error = expect_error([] { static_cast<void>(weights_of({"god=1"})); });
  CHECK(contains(error.hint(), "did you mean \"good\"?"));
}

TEST_CASE("a note names the weights, or says why there are none") {
  const BalancedWeights balanced{.weights = {2, 0.5, 1}, .imbalance = 2};
  CHECK(captured_log([&] { noted_class_weights({"balanced"}, kNames, balanced); }) ==
        "weights in the loss: bad 2, good 0.5, a=b 1\n");
  CHECK(captured_log([&] { noted_class_weights({"auto"}, kNames, balanced); }) ==
        "the classes have the same weight: their imbalance of rows is 2, less than 3\n");
  CHECK(captured_log([&] { noted_class_weights({}, kNames, balanced); }).empty());
}

}  // namespace class_weights_test
