#include "train/checkpoint.h"

#include <ATen/ops/equal.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "base/files.h"
#include "base/json.h"
#include "expect_error.h"
#include "temporary_folder.h"

namespace checkpoint_test {

using namespace hone;
using namespace hone::train;

namespace fs = std::filesystem;

using Steps = std::vector<int64_t>;

void write(const TemporaryFolder& folder, int64_t step, const std::string& content = "weights") {
  write_checkpoint(folder.path(), step, [&](const fs::path& staging) {
    write_file(staging / "model.safetensors", content);
    write_file(staging / kStateFile, "{}");
  });
}

Steps steps(const TemporaryFolder& folder) {
  Steps found;
  for (const CheckpointFolder& checkpoint : list_checkpoints(folder.path())) found.push_back(checkpoint.step);
  return found;
}

size_t entries(const fs::path& folder) {
  return static_cast<size_t>(std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

std::string damage(const TemporaryFolder& folder, int64_t step) {
  return checkpoint_damage(checkpoint_path(folder.path(), step)).value_or("whole");
}

// Writes a file with "a" [2, 2] and "b", a scalar; returns its path.
std::filesystem::path saved(const TemporaryFolder& folder) {
  const auto path = folder.path() / "state.safetensors";
  tensor::write_safetensors(path, {{"a", at::tensor({1.0f, 2.0f, 3.0f, 4.0f}).reshape({2, 2})}, {"b", at::ones({})}});
  return path;
}

TEST_CASE("a written checkpoint is intact and listed with its step") {
  const TemporaryFolder folder;
  CHECK(steps(folder).empty());
  CHECK(list_checkpoints(folder.path() / "none").empty());
  for (const int64_t step : {100, 20, 3}) write(folder, step);
  CHECK(steps(folder) == Steps{3, 20, 100});
  CHECK(damage(folder, 20) == "whole");
  CHECK(checkpoint_path(folder.path(), 20) == folder.path() / "checkpoint-20");
  CHECK(entries(folder.path()) == 3);
  CHECK(entries(folder.path() / "checkpoint-3") == 3);
}

TEST_CASE("a folder with another name, or a file, is not listed") {
  const TemporaryFolder folder;
  folder.write("checkpoint-5", "a file");
  for (const char* name : {"checkpoint-", "checkpoint-x", "checkpoint-5x", "checkpoint--5", "checkpoint-5.hone-tmp-1-0",
                           "checkpoint-99999999999999999999", "mycheckpoint-4"}) {
    fs::create_directory(folder.path() / name);
  }
  CHECK(steps(folder).empty());
}

TEST_CASE("damage names the file that is missing, longer, shorter or has a changed bit") {
  const TemporaryFolder folder;
  for (int64_t step = 1; step <= 4; ++step) write(folder, step);
  fs::remove(folder.path() / "checkpoint-1" / kStateFile);
  CHECK(damage(folder, 1) == "trainer_state.json is missing");
  folder.write("checkpoint-2/model.safetensors", "weights!");
  CHECK(damage(folder, 2) == "model.safetensors has 8 bytes, not those of the manifest");
  folder.write("checkpoint-3/model.safetensors", "weightr");
  CHECK(damage(folder, 3) == "model.safetensors has another sha256 than in the manifest");
  fs::remove(folder.path() / "checkpoint-4" / kManifestFile);
  CHECK(damage(folder, 4) == "manifest.json is missing");
}

TEST_CASE("a manifest that is malformed, empty, has wrong types or names a file outside the folder is damage") {
  const TemporaryFolder folder;
  folder.write("secret", "outside");
  const auto with_manifest = [&](const std::string& manifest) {
    write(folder, 1);
    folder.write("checkpoint-1/manifest.json", manifest);
    return damage(folder, 1);
  };
  CHECK(contains(with_manifest("{\"files\": {"), "manifest.json:1:"));
  for (const char* empty : {"[]", "3", "{}", "{\"files\": {}}", "{\"files\": []}"}) {
    INFO(std::string(empty));
    CHECK(with_manifest(empty) == "manifest.json lists no files");
  }
  CHECK(with_manifest("{\"files\": {\"model.safetensors\": 7}}") ==
        "model.safetensors has 7 bytes, not those of the manifest");
  for (const char* wrong : {"{\"size\": \"7\"}", "{\"size\": 7, \"sha256\": 5}"}) {
    INFO(std::string(wrong));
    CHECK(with_manifest(fmt::format("{{\"files\": {{\"model.safetensors\": {}}}}}", wrong)) ==
          "manifest.json holds values of the wrong type");
  }
  for (const std::string outside : {"../secret", "/etc/passwd", "a/../../secret"}) {
    INFO(outside);
    CHECK(contains(with_manifest(fmt::format("{{\"files\": {{\"{}\": {{\"size\": 7}}}}}}", outside)), outside));
  }
}

TEST_CASE("the newest intact checkpoint is found, and damaged ones are skipped") {
  const TemporaryFolder folder;
  CHECK_FALSE(newest_whole_checkpoint(folder.path()).has_value());
  for (const int64_t step : {9, 10, 11}) write(folder, step);
  CHECK(newest_whole_checkpoint(folder.path())->step == 11);
  folder.write("checkpoint-11/model.safetensors", "");
  fs::remove(folder.path() / "checkpoint-10" / kManifestFile);
  const auto newest = newest_whole_checkpoint(folder.path());
  REQUIRE(newest.has_value());
  CHECK(newest->step == 9);
  CHECK(newest->path == folder.path() / "checkpoint-9");
  fs::remove_all(folder.path() / "checkpoint-9");
  CHECK_FALSE(newest_whole_checkpoint(folder.path()).has_value());
}

TEST_CASE("a checkpoint of the same step is replaced completely") {
  const TemporaryFolder folder;
  write(folder, 5, "old");
  folder.write("checkpoint-5/extra", "x");
  write(folder, 5, "new");
  CHECK(read_file(folder.path() / "checkpoint-5" / "model.safetensors") == "new");
  CHECK_FALSE(fs::exists(folder.path() / "checkpoint-5" / "extra"));
  CHECK(damage(folder, 5) == "whole");
  CHECK(entries(folder.path()) == 1);
}

TEST_CASE("if writing fails, the old checkpoint stays intact and no other file remains") {
  const TemporaryFolder folder;
  write(folder, 5, "old");
  const auto fail = [](const fs::path& staging) {
    write_file(staging / "model.safetensors", "half");
    throw Error(ErrorKind::kIo, "No space left on device");
  };
  for (const int64_t step : {5, 6}) {
    const Error error = expect_error([&] { write_checkpoint(folder.path(), step, fail); });
    CHECK(error.what() == std::string("No space left on device"));
  }
  CHECK(steps(folder) == Steps{5});
  CHECK(entries(folder.path()) == 1);
  CHECK(damage(folder, 5) == "whole");
  CHECK(read_file(folder.path() / "checkpoint-5" / "model.safetensors") == "old");
}

TEST_CASE("the manifest or the files show whether a checkpoint is hone's") {
  const TemporaryFolder folder;
  write(folder, 1);
  CHECK(is_own_checkpoint(folder.path() / "checkpoint-1"));
  fs::remove(folder.path() / "checkpoint-1" / kManifestFile);
  CHECK_FALSE(is_own_checkpoint(folder.path() / "checkpoint-1"));
  folder.write("checkpoint-2/hone_state.json", "{}");
  folder.write("checkpoint-3/training_args.json", "{}");
  for (const char* name : {"checkpoint-2", "checkpoint-3"}) CHECK(is_own_checkpoint(folder.path() / name));
  // The files of HF's Trainer, and a manifest of another program.
  for (const char* file : {"config.json", "model.safetensors", "optimizer.pt", "rng_state.pth", "scheduler.pt",
                           "trainer_state.json", "training_args.bin"}) {
    folder.write(std::string("checkpoint-4/") + file, "{}");
  }
  CHECK_FALSE(is_own_checkpoint(folder.path() / "checkpoint-4"));
  for (const char* manifest : {"{}", "[]", "{\"format\": \"other\"}", "{"}) {
    folder.write("checkpoint-5/manifest.json", manifest);
    CHECK_FALSE(is_own_checkpoint(folder.path() / "checkpoint-5"));
  }
  CHECK_FALSE(is_own_checkpoint(folder.path() / "none"));
}

TEST_CASE("checkpoints of other programs do not count against the limit and are never removed") {
  const TemporaryFolder folder;
  for (const int64_t step : {10, 30, 50}) write(folder, step);
  for (const char* foreign :
       {"checkpoint-1/trainer_state.json", "checkpoint-20/x", "checkpoint-60/training_args.bin"}) {
    folder.write(foreign, "x");
  }
  remove_old_checkpoints(folder.path(), 2, std::nullopt);
  CHECK(steps(folder) == Steps{1, 20, 30, 50, 60});
}

TEST_CASE("old checkpoints are removed, but never the newest or the best") {
  const auto left = [](int64_t limit, std::optional<int64_t> best) {
    const TemporaryFolder folder;
    for (const int64_t step : {10, 20, 30, 40, 50}) write(folder, step);
    remove_old_checkpoints(folder.path(), limit, best);
    CHECK(entries(folder.path()) == steps(folder).size());
    return steps(folder);
  };
  CHECK(left(2, std::nullopt) == Steps{40, 50});
  CHECK(left(1, std::nullopt) == Steps{50});
  CHECK(left(1, 20) == Steps{20, 50});
  CHECK(left(2, 10) == Steps{10, 50});
  CHECK(left(3, 10) == Steps{10, 40, 50});
  CHECK(left(2, 50) == Steps{40, 50});
  CHECK(left(2, 99) == Steps{40, 50});
  CHECK(left(9, std::nullopt) == Steps{10, 20, 30, 40, 50});
}

TEST_CASE("incomplete checkpoints of a killed process are removed, and nothing else") {
  const TemporaryFolder folder;
  write(folder, 1);
  folder.write("checkpoint-2.hone-tmp-77-0/model.safetensors", "half");
  folder.write("checkpoint-3.hone-tmp-removed/model.safetensors", "old");
  folder.write("config.json.hone-tmp-77-1", "half");
  folder.write("notes.txt", "mine");
  remove_unfinished(folder.path());
  CHECK(entries(folder.path()) == 2);
  CHECK(damage(folder, 1) == "whole");
  CHECK(fs::exists(folder.path() / "notes.txt"));
  remove_unfinished(folder.path() / "none");
}

TEST_CASE("tensors are restored in place by name, in any order, and the file's other tensors are ignored") {
  const TemporaryFolder folder;
  const at::Tensor a = at::zeros({2, 2}).requires_grad_(true), b = at::zeros({});
  restore_tensors(saved(folder), {{"b", b}, {"a", a}});
  CHECK(at::equal(a.detach(), at::tensor({1.0f, 2.0f, 3.0f, 4.0f}).reshape({2, 2})));
  CHECK(b.item<float>() == 1);
  restore_tensors(saved(folder), {{"a", a}});
}

TEST_CASE("the error for a missing tensor names it, and that for another shape has both shapes") {
  const TemporaryFolder folder;
  const auto path = saved(folder);
  Error error = expect_error([&] { restore_tensors(path, {{"c", at::zeros({3})}}); });
  CHECK(error.kind() == ErrorKind::kInput);
  CHECK(error.what() == path.string() + ": \"c\" is missing, the run needs [3]");
  CHECK(contains(error.hint(), "another model or optimizer"));
  error = expect_error([&] { restore_tensors(path, {{"a", at::zeros({4})}}); });
  CHECK(error.what() == path.string() + ": \"a\" has shape [2, 2], the run needs [4]");
}

TEST_CASE("a missing file is a separate error") {
  const TemporaryFolder folder;
  CHECK(expect_error([&] { restore_tensors(folder.path() / "none", {}); }).kind() == ErrorKind::kIo);
}

TEST_CASE("as_tensors() keeps the names and shares the storage of parameters") {
  const at::Tensor weight = at::zeros({2});
  const auto tensors = as_tensors({{"x.weight", weight, true}});
  REQUIRE(tensors.size() == 1);
  CHECK(tensors[0].first == "x.weight");
  CHECK(tensors[0].second.is_same(weight));
}

}  // namespace checkpoint_test
