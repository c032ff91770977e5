#include "tensor/torch_file.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <doctest/doctest.h>

#include <map>

#include "expect_error.h"
#include "temporary_folder.h"
#include "tensor/safetensors.h"

namespace torch_file_test {

using namespace hone;

const std::filesystem::path kModels = std::filesystem::path(HONE_SOURCE_DIR) / "tests/fixtures/models";

std::map<std::string, at::Tensor> values_of(const std::vector<tensor::StoredTensor>& tensors) {
  std::map<std::string, at::Tensor> values;
  for (const auto& stored : tensors) {
    at::Tensor value = at::zeros(stored.shape);
    tensor::copy_into(stored, value);
    values[stored.name] = value;
  }
  return values;
}

// Writes the fixture with one text replaced by another of the same length; returns its path.
std::filesystem::path edited(const TemporaryFolder& folder, const std::string& from, const std::string& to) {
  std::string bytes = read_file(kModels / "odd.bin");
  const size_t place = bytes.find(from);
  REQUIRE(place != std::string::npos);
  REQUIRE(from.size() == to.size());
  return folder.write("edited.bin", bytes.replace(place, from.size(), to));
}

std::string message_of(const std::filesystem::path& path) {
  return expect_error([&] { tensor::TorchFile{path}; }).what();
}

TEST_CASE("torch.save's file has the tensors of the safetensors file") {
  const tensor::TorchFile file(kModels / "variants/bin/pytorch_model.bin");
  const auto values = values_of(file.tensors());
  const tensor::SafetensorsFile reference(kModels / "tiny-bert/model.safetensors");
  CHECK(values.size() == reference.tensors().size());
  for (const auto& [name, value] : values_of(reference.tensors())) {
    INFO(name);
    CHECK(at::equal(values.at(name), value));
  }
}

TEST_CASE("views of a shared storage, unusual strides and parameters are read") {
  // odd.bin: base = arange(12).view(3, 4); its transpose, a row, every second column, a Parameter of it, a double, an
  // empty tensor and a scalar.
  const tensor::TorchFile file(kModels / "odd.bin");
  const auto values = values_of(file.tensors());
  const at::Tensor base = at::arange(12, at::kFloat).view({3, 4});
  CHECK(at::equal(values.at("base"), base));
  CHECK(at::equal(values.at("transposed"), base.t()));
  CHECK(at::equal(values.at("row"), base[1]));
  CHECK(at::equal(values.at("columns"), base.slice(1, 0, 4, 2)));
  CHECK(at::equal(values.at("parameter"), base));
  CHECK(at::equal(values.at("double"), at::tensor({0.5, 0.25}).to(at::kFloat)));
  CHECK(values.at("empty").numel() == 0);
  CHECK(values.at("scalar").item<float>() == 3.0F);
}

TEST_CASE("files in other formats are errors") {
  const TemporaryFolder folder;
  CHECK(contains(message_of(folder.write("a.bin", "hello")), "it is not a zip file"));
  const auto old = folder.write("old.bin", "\x80\x02\x8a\x0a");
  CHECK(contains(message_of(old), "before version 1.6"));
  CHECK(expect_error([&] { tensor::TorchFile{old}; }).kind() == ErrorKind::kUnsupported);
  CHECK(contains(message_of(kModels / "not_a_state_dict.bin"), "it has no state dict"));
  CHECK(contains(message_of(kModels / "hostile.bin"), "the file asks for the Python object"));
}

TEST_CASE("a state dict with values that are not tensors is an error") {
  CHECK(contains(message_of(kModels / "number_in_dict.bin"), "\"step\" is not a tensor"));
}

TEST_CASE("a tensor outside its storage is an error") {
  const TemporaryFolder folder;
  using namespace std::string_literals;
  // The first shape in the pickle, (3, 4) of base, becomes (9, 4).
  CHECK(contains(message_of(edited(folder, "K\x03K\x04\x86"s, "K\x09K\x04\x86"s)), "lies outside its storage of 12"));
  CHECK(contains(message_of(edited(folder, "K\x03K\x04\x86"s, "Nq\xfeN\x86"s)), "is not a whole number"));
  CHECK(contains(message_of(edited(folder, "FloatStorage"s, "FloatStoragf"s)), "the Python object torch.FloatStoragf"));
}

}  // namespace torch_file_test
