#include "train/restore.h"

#include <ATen/ATen.h>
#include <doctest/doctest.h>

#include "expect_error.h"
#include "temporary_folder.h"

using namespace hone;
using namespace hone::train;

namespace {

// A file with "a" [2, 2] and "b", a scalar.
std::filesystem::path saved(const TemporaryFolder& folder) {
  const auto path = folder.path() / "state.safetensors";
  tensor::write_safetensors(path, {{"a", at::tensor({1.0f, 2.0f, 3.0f, 4.0f}).reshape({2, 2})}, {"b", at::ones({})}});
  return path;
}

}  // namespace

TEST_CASE("tensors are restored in place by name, whatever their order, and others of the file are left") {
  const TemporaryFolder folder;
  const at::Tensor a = at::zeros({2, 2}).requires_grad_(true), b = at::zeros({});
  restore_tensors(saved(folder), {{"b", b}, {"a", a}});
  CHECK(at::equal(a.detach(), at::tensor({1.0f, 2.0f, 3.0f, 4.0f}).reshape({2, 2})));
  CHECK(b.item<float>() == 1);
  restore_tensors(saved(folder), {{"a", a}});
}

TEST_CASE("a missing tensor and one of another shape are named with both shapes") {
  const TemporaryFolder folder;
  const auto path = saved(folder);
  Error error = expect_error([&] { restore_tensors(path, {{"c", at::zeros({3})}}); });
  CHECK(error.kind() == ErrorKind::kInput);
  CHECK(error.what() == path.string() + ": \"c\" is missing, the run needs [3]");
  CHECK(contains(error.hint(), "another model or optimizer"));
  error = expect_error([&] { restore_tensors(path, {{"a", at::zeros({4})}}); });
  CHECK(error.what() == path.string() + ": \"a\" has shape [2, 2], the run needs [4]");
}

TEST_CASE("a file that is not there is an error of its own") {
  const TemporaryFolder folder;
  CHECK(expect_error([&] { restore_tensors(folder.path() / "none", {}); }).kind() == ErrorKind::kIo);
}

TEST_CASE("parameters keep name and storage as tensors") {
  const at::Tensor weight = at::zeros({2});
  const auto tensors = as_tensors({{"x.weight", weight, true}});
  REQUIRE(tensors.size() == 1);
  CHECK(tensors[0].first == "x.weight");
  CHECK(tensors[0].second.is_same(weight));
}
