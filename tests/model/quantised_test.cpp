// Folders of other programs' quantisation are named.
#include "model/quantised.h"

#include <nlohmann/json.hpp>

#include "expect_error.h"
#include "model/load.h"
#include "temporary_folder.h"

namespace hone::model::quantised_test {

TEST_CASE("the method of a quantised model is named, before anything else of it is read") {
  CHECK(quantisation_of({{"model_type", "bert"}}).empty());
  CHECK(quantisation_of({{"quantization_config", nullptr}}).empty());
  CHECK(quantisation_of({{"quantization_config", {{"quant_method", "awq"}}}}) == "awq");
  CHECK(quantisation_of({{"quantization_config", {{"bits", 4}}}}) == "an unnamed method");
  const TemporaryFolder folder;
  folder.write("config.json", R"({"model_type": "llama", "quantization_config": {"quant_method": "gptq", "bits": 4}})");
  ModelRequest request;
  request.model_dir = ModelFolder{folder.path()};
  const Error error = expect_error([&] { load_model(request); });
  CHECK(error.kind() == ErrorKind::kUnsupported);
  CHECK(contains(error.what(), "config.json: the weights are quantised with gptq"));
}

}  // namespace hone::model::quantised_test
