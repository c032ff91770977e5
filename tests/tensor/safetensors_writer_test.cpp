// Files written in pieces.
#include "tensor/safetensors_writer.h"

#include "expect_error.h"
#include "temporary_folder.h"
#include "tensor/safetensors.h"

namespace hone::tensor::safetensors_writer_test {

TEST_CASE("tensors whose bytes come in pieces are read back") {
  const TemporaryFolder folder;
  const auto path = folder.path() / "model.safetensors";
  const std::vector<TensorPlan> plans = {{"a", at::kFloat, {2, 2}}, {"b", at::kBFloat16, {3}}, {"c", at::kHalf, {}}};
  CHECK(plans[1].num_bytes() == 6);
  CHECK(plans[2].num_bytes() == 2);
  SafetensorsWriter writer(path, plans);
  writer.write("0123456789");
  CHECK(!std::filesystem::exists(path));
  writer.write("abcdefABCDEFxy");
  writer.commit();
  const SafetensorsFile file(path);
  REQUIRE(file.tensors().size() == 3);
  CHECK(file.tensors()[0].bytes == "0123456789abcdef");
  CHECK(file.tensors()[0].shape == std::vector<int64_t>{2, 2});
  CHECK(file.tensors()[1].bytes == "ABCDEF");
  CHECK((file.tensors()[1].dtype == at::kBFloat16));
  CHECK(file.tensors()[2].bytes == "xy");
  CHECK(file.metadata() == kPytorchMetadata);
}

TEST_CASE("too few or too many bytes are a bug, and leave no file") {
  const TemporaryFolder folder;
  const auto path = folder.path() / "model.safetensors";
  const std::vector<TensorPlan> plans = {{"a", at::kFloat, {1}}};
  {
    SafetensorsWriter writer(path, plans);
    writer.write("012");
    CHECK(contains(expect_error([&] { writer.commit(); }).what(), "fewer bytes than planned"));
    CHECK(contains(expect_error([&] { writer.write("34"); }).what(), "more bytes than planned"));
  }
  CHECK(std::filesystem::is_empty(folder.path()));
}

}  // namespace hone::tensor::safetensors_writer_test
