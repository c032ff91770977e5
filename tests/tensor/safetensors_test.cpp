#include "tensor/safetensors.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <doctest/doctest.h>

#include "expect_error.h"
#include "temporary_folder.h"

namespace safetensors_test {

using namespace hone;

std::filesystem::path fixture() {
  return std::filesystem::path(HONE_SOURCE_DIR) / "tests/fixtures/models/tiny-bert/model.safetensors";
}

TEST_CASE("a file that transformers saved is byte-identical after reading and writing") {
  const tensor::SafetensorsFile file(fixture());
  tensor::NamedTensors tensors;
  for (const auto& stored : file.tensors()) {
    at::Tensor value = at::empty(stored.shape);
    tensor::copy_into(stored, value);
    tensors.emplace_back(stored.name, value);
  }
  std::reverse(tensors.begin(), tensors.end());
  const TemporaryFolder folder;
  tensor::write_safetensors(folder.path() / "copy.safetensors", tensors);
  CHECK(read_file(folder.path() / "copy.safetensors") == read_file(fixture()));
}

TEST_CASE("tensors survive writing and reading") {
  const TemporaryFolder folder;
  const auto path = folder.path() / "w.safetensors";
  const at::Tensor matrix = at::arange(6, at::kFloat).view({2, 3});
  const std::string odd_name = "a \"quoted\" n\xC3\xA4me";
  tensor::write_safetensors(path, {{"t", matrix.t()}, {odd_name, at::tensor({1, 2})}, {"none", at::empty({0})}},
                            {{"note", "x"}});
  const tensor::SafetensorsFile file(path);
  REQUIRE(file.tensors().size() == 3);
  CHECK(file.tensors()[0].name == odd_name);  // int64: wider types come first
  CHECK(file.metadata().at("note") == "x");
  for (const auto& stored : file.tensors()) {
    if (stored.name != "t") continue;
    at::Tensor value = at::zeros({3, 2});
    tensor::copy_into(stored, value);
    CHECK(at::equal(value, matrix.t()));
  }
}

TEST_CASE("the error for a truncated file names it") {
  const TemporaryFolder folder;
  const std::string whole = read_file(fixture());
  for (const size_t size : {size_t{0}, size_t{5}, size_t{1000}, whole.size() - 1}) {
    const auto path = folder.write("cut.safetensors", whole.substr(0, size));
    const Error error = expect_error([&] { tensor::SafetensorsFile{path}; });
    CHECK(error.kind() == ErrorKind::kInput);
    CHECK(contains(error.what(), "cut.safetensors"));
  }
}

TEST_CASE("a missing file is an error") {
  CHECK(expect_error([] { tensor::SafetensorsFile{"/nowhere/w.safetensors"}; }).kind() == ErrorKind::kIo);
}

}  // namespace safetensors_test
