// Expected averages come from torch (tests/fixtures/make_soup_fixture.py).
#include "model/average.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/full.h>
#include <ATen/ops/tensor.h>
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include <cmath>
#include <cstring>
#include <filesystem>
#include <functional>

#include "base/files.h"
#include "base/utf8.h"
#include "expect_error.h"
#include "temporary_folder.h"

namespace average_test {

using namespace hone;
using namespace hone::model;

namespace fs = std::filesystem;

const fs::path kTinyBert = fs::path(HONE_SOURCE_DIR) / "tests/fixtures/models/tiny-bert";

// Makes a folder with tiny-bert's config and tokenizer, and these tensors.
fs::path model_of(const TemporaryFolder& folder, const std::string& name, const tensor::NamedTensors& tensors) {
  const fs::path path = folder.path() / name;
  fs::create_directory(path);
  for (const char* file : {"config.json", "tokenizer.json", "tokenizer_config.json"}) {
    fs::copy(kTinyBert / file, path / file);
  }
  tensor::write_safetensors(path / "model.safetensors", tensors);
  return path;
}

at::Tensor numbers(std::vector<double> values, at::ScalarType dtype = at::kFloat) {
  return at::tensor(values, at::kDouble).to(dtype);
}

at::ScalarType type_of(const std::string& name) {
  return name == "F64" ? at::kDouble : name == "F32" ? at::kFloat : name == "BF16" ? at::kBFloat16 : at::kHalf;
}

at::Tensor from_hexadecimal(const std::string& text, at::ScalarType dtype, const std::vector<int64_t>& shape) {
  std::string bytes;
  for (size_t i = 0; i < text.size(); i += 2) {
    bytes += static_cast<char>(std::stoi(text.substr(i, 2), nullptr, 16));
  }
  at::Tensor tensor = at::empty(shape, dtype);
  REQUIRE(tensor.nbytes() == bytes.size());
  std::memcpy(tensor.mutable_data_ptr(), bytes.data(), bytes.size());
  return tensor;
}

TEST_CASE("averages have the bits of torch's in every number format") {
  const Json fixture = read_json(fs::path(HONE_SOURCE_DIR) / "tests/fixtures/soups.json");
  for (const Json& expected : fixture["cases"]) {
    INFO(expected["dtype"].get<std::string>() << " " << expected["weights"].dump());
    const TemporaryFolder folder;
    const at::ScalarType dtype = type_of(expected["dtype"]);
    const auto shape = expected["shape"].get<std::vector<int64_t>>();
    std::vector<fs::path> folders;
    for (const Json& input : expected["inputs"]) {
      folders.push_back(model_of(folder, std::to_string(folders.size()),
                                 {{"a.weight", from_hexadecimal(input, dtype, shape)},
                                  {"b.weight", numbers({static_cast<double>(folders.size())})}}));
    }
    const AverageInputs inputs(folders);
    const tensor::NamedTensors averages = inputs.average(expected["weights"].get<std::vector<double>>());
    REQUIRE(averages.size() == 2);
    for (const auto& [name, value] : averages) {
      if (name != "a.weight") continue;
      CHECK((value.scalar_type() == dtype));
      const at::Tensor right = from_hexadecimal(expected["average"], dtype, shape);
      CHECK(std::memcmp(value.const_data_ptr(), right.const_data_ptr(), right.nbytes()) == 0);
    }
  }
}

TEST_CASE("the result has the first model's number format, integers stay, and models with weight 0 do not count") {
  const TemporaryFolder folder;
  const at::Tensor positions = at::tensor({0, 1, 2}, at::kLong);
  const fs::path a = model_of(folder, "a", {{"w", numbers({1, 2}, at::kBFloat16)}, {"position_ids", positions}});
  const fs::path b = model_of(folder, "b", {{"w", numbers({3, 4})}, {"position_ids", positions.to(at::kInt)}});
  const fs::path c = model_of(folder, "c", {{"w", numbers({std::nan(""), 0})}, {"position_ids", positions}});
  const AverageInputs inputs({a, b, c});
  for (const auto& [name, value] : inputs.average(std::vector<double>{1, 1, 0})) {
    if (name == "w") CHECK(at::equal(value, numbers({2, 3}, at::kBFloat16)));
    if (name == "position_ids") CHECK(at::equal(value, positions));
  }
  const AverageInputs same({a, a, a});
  for (const auto& [name, value] : same.average(std::vector<double>{1, 1, 1})) {
    if (name == "w") CHECK(at::equal(value, numbers({1, 2}, at::kBFloat16)));
  }
}

TEST_CASE("models that differ are refused with the name of what differs") {
  const TemporaryFolder folder;
  const fs::path first = model_of(folder, "first", {{"w", numbers({1, 2})}, {"ids", at::tensor({1, 2}, at::kLong)}});
  int count = 0;
  const auto error_of = [&](
                            const tensor::NamedTensors& tensors,
                            const std::function<void(const fs::path&)>& change = [](const fs::path&) {}) {
    const fs::path other = model_of(folder, fmt::format("other{}", count++), tensors);
    change(other);
    const Error error = expect_error([&] { AverageInputs({first, other}).average(std::vector<double>{1, 1}); });
    CHECK((error.kind() == ErrorKind::kInput || error.kind() == ErrorKind::kUnsupported));
    return std::string(error.what()) + "; " + error.hint();
  };
  const at::Tensor w = numbers({1, 2}), ids = at::tensor({1, 2}, at::kLong);
  CHECK(contains(error_of({{"w", numbers({1, 2, 3})}, {"ids", ids}}), "the tensor \"w\" is [2] and [3]"));
  CHECK(contains(error_of({{"ids", ids}}), "only the first one has the tensor \"w\""));
  CHECK(contains(error_of({{"w", w}, {"ids", ids}, {"x", w}}), "only the second one has the tensor \"x\""));
  CHECK(contains(error_of({{"w", w}, {"ids", at::tensor({1, 3}, at::kLong)}}), "the integers of the tensor \"ids\""));
  const tensor::NamedTensors same = {{"w", w}, {"ids", ids}};
  const auto change_config = [](const char* key, const Json& value) {
    return [key, value](const fs::path& path) {
      Json config = read_json(path / "config.json");
      config[key] = value;
      write_json(path / "config.json", config);
    };
  };
  CHECK(contains(error_of(same, change_config("hidden_act", "relu")), "\"hidden_act\" of config.json is "));
  CHECK(contains(error_of(same, change_config("id2label", {{"0", "a"}, {"1", "b"}, {"2", "c"}})), "\"id2label\""));
  CHECK(contains(error_of(same,
                          [](const fs::path& path) {
                            std::string text = read_file(path / "tokenizer.json");
                            const size_t at = text.find("\"movie\"");
                            REQUIRE(at != std::string::npos);
                            write_file(path / "tokenizer.json", text.replace(at, 7, "\"mxvie\""));
                          }),
                 "is \"movie\" and \"mxvie\""));
  CHECK(
      contains(error_of(same, [](const fs::path& path) { fs::remove(path / "model.safetensors"); }), "has no weights"));
  CHECK(contains(error_of(same,
                          [](const fs::path& path) {
                            fs::rename(path / "config.json", path / "model_config.json");
                            write_file(path / "adapter_config.json", "{}");
                          }),
                 "hone adapter merge"));
}

TEST_CASE("an average that is not finite is an error that names folder and tensor") {
  const TemporaryFolder folder;
  const fs::path a = model_of(folder, "a", {{"v", numbers({1, 2})}, {"w", numbers({1, 2})}});
  for (const double value : {std::nan(""), HUGE_VAL}) {
    const std::string name = std::isnan(value) ? "nan" : "inf";
    const fs::path b = model_of(folder, name, {{"v", numbers({1, 2})}, {"w", numbers({1, value})}});
    const Error error = expect_error([&] { AverageInputs({a, b}).average(std::vector<double>{1, 1}); });
    CHECK(error.kind() == ErrorKind::kInput);
    CHECK(contains(error.what(), "the tensor \"w\" of " + b.string() + " has values that are not finite"));
  }
  // Each is finite, but half precision cannot hold the average.
  const fs::path half = model_of(folder, "half", {{"w", numbers({1}, at::kHalf)}});
  const fs::path large = model_of(folder, "large", {{"w", numbers({1e6})}});
  const Error error = expect_error([&] { AverageInputs({half, large}).average(std::vector<double>{1, 1}); });
  CHECK(error.kind() == ErrorKind::kInput);
  CHECK(contains(error.what(), "the average of the tensor \"w\" is beyond the number format of " + half.string()));
}

TEST_CASE("a long value of config.json is cut at a whole character") {
  const TemporaryFolder folder;
  const tensor::NamedTensors tensors = {{"w", numbers({1})}};
  const fs::path a = model_of(folder, "a", tensors), b = model_of(folder, "b", tensors);
  for (const size_t shift : {0U, 1U, 2U}) {  // in two of three cases, a character lies across the cut
    Json config = read_json(b / "config.json");
    config["note"] = std::string(shift, 'a');
    for (int i = 0; i < 40; ++i) config["note"] = config["note"].get<std::string>() + "\u5b57";
    write_json(b / "config.json", config);
    const Error error = expect_error([&] { AverageInputs({a, b}); });
    CHECK(contains(error.what(), "\u5b57..."));
    CHECK(find_invalid_utf8(error.what()) == std::string_view::npos);
  }
}

TEST_CASE("the number format and the version of transformers may differ, and the order of keys") {
  const TemporaryFolder folder;
  const fs::path a = model_of(folder, "a", {{"w", numbers({1})}}), b = model_of(folder, "b", {{"w", numbers({2})}});
  const Json config = read_json(a / "config.json");
  Json changed = Json::object();
  std::vector<std::string> keys;
  for (const auto& item : config.items()) keys.insert(keys.begin(), item.key());
  for (const std::string& key : keys) changed[key] = config[key];
  changed["dtype"] = "bfloat16";
  changed["transformers_version"] = "9.9";
  write_json(b / "config.json", changed);
  CHECK_NOTHROW(AverageInputs({a, b}));
}

}  // namespace average_test
