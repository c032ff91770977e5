#include "nn/module_list.h"

#include <doctest/doctest.h>

#include "nn/linear.h"

using namespace hone;

TEST_CASE("the modules of a list are named by their indices") {
  const auto list = std::make_shared<nn::ModuleList<nn::Linear>>();
  list->append(std::make_shared<nn::Linear>(1, 1));
  list->append(std::make_shared<nn::Linear>(1, 1));
  CHECK(list->named_parameters().keys() == std::vector<std::string>{"0.weight", "0.bias", "1.weight", "1.bias"});
  CHECK(list->count() == 2);
  CHECK((*list)[1].weight.is_same(list->named_parameters()["1.weight"]));
}
