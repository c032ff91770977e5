#include "train/checkpoint.h"

#include <ATen/core/Tensor.h>
#include <c10/core/GradMode.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <map>

#include "base/error.h"
#include "base/files.h"
#include "base/json.h"
#include "base/log.h"
#include "base/sha256.h"
#include "model/adapter_folder.h"

namespace hone::train {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kPrefix = "checkpoint-";
constexpr const char* kManifestFormat = "hone checkpoint";

std::optional<int64_t> step_of_name(const std::string& name) {
  if (!name.starts_with(kPrefix)) return std::nullopt;
  int64_t step = 0;
  const char* end = name.data() + name.size();
  const auto parsed = std::from_chars(name.data() + kPrefix.size(), end, step);
  if (parsed.ec != std::errc() || parsed.ptr != end || step < 0) return std::nullopt;
  return step;
}

void write_manifest(const fs::path& folder) {
  Json files = Json::object();
  std::vector<fs::path> paths;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (!entry.is_directory()) paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  for (const fs::path& path : paths) {
    files[path.lexically_relative(folder).generic_string()] = {{"size", fs::file_size(path)},
                                                               {"sha256", sha256_file(path)}};
  }
  write_json(folder / kManifestFile, {{"format", kManifestFormat}, {"version", 1}, {"files", files}});
}

std::optional<std::string> file_damage(const fs::path& path, const Json& expected) {
  std::error_code error;
  const uint64_t size = fs::file_size(path, error);
  if (error) return fmt::format("{} is missing", path.filename().string());
  if (!expected.is_object() || size != expected.value("size", uint64_t{0})) {
    return fmt::format("{} has {} bytes, not those of the manifest", path.filename().string(), size);
  }
  if (sha256_file(path) != expected.value("sha256", "")) {
    return fmt::format("{} has another sha256 than in the manifest", path.filename().string());
  }
  return std::nullopt;
}

// Removes a checkpoint. Renames the folder first, so that an interruption leaves no damaged checkpoint.
void remove_checkpoint(const fs::path& path) {
  const fs::path doomed = path.parent_path() / fmt::format("{}.hone-tmp-removed", path.filename().string());
  std::error_code error;
  fs::remove_all(doomed, error);
  fs::rename(path, doomed, error);
  if (!error) fs::remove_all(doomed, error);
  if (error) log_warning("could not remove {}: {}", path.string(), error.message());
}

}  // namespace

fs::path checkpoint_path(const fs::path& output_dir, int64_t step) {
  return output_dir / fmt::format("{}{}", kPrefix, step);
}

std::vector<CheckpointFolder> list_checkpoints(const fs::path& output_dir) {
  std::vector<CheckpointFolder> found;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(output_dir, error)) {
    const auto step = step_of_name(entry.path().filename().string());
    if (step && entry.is_directory()) found.push_back({*step, entry.path()});
  }
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.step < b.step; });
  return found;
}

void write_checkpoint(const fs::path& output_dir, int64_t step, const std::function<void(const fs::path&)>& fill) {
  AtomicFolder folder(checkpoint_path(output_dir, step));
  fill(folder.staging());
  write_manifest(folder.staging());
  folder.commit();
}

bool is_own_checkpoint(const fs::path& folder) {
  if (fs::exists(folder / kHoneStateFile) || fs::exists(folder / kArgumentsFile)) return true;
  if (!fs::exists(folder / kManifestFile)) return false;
  try {
    const Json manifest = read_json(folder / kManifestFile);
    return manifest.is_object() && manifest.contains("format") && manifest["format"] == kManifestFormat;
  } catch (const Error&) {
    return false;
  }
}

std::optional<std::string> checkpoint_damage(const fs::path& folder) {
  const fs::path manifest_path = folder / kManifestFile;
  if (!fs::exists(manifest_path)) return fmt::format("{} is missing", kManifestFile);
  try {
    const Json manifest = read_json(manifest_path);
    if (!manifest.is_object() || !manifest.contains("files") || !manifest["files"].is_object() ||
        manifest["files"].empty()) {
      return fmt::format("{} lists no files", kManifestFile);
    }
    for (const auto& [name, expected] : manifest["files"].items()) {
      if (auto damage = file_damage(contained_path(folder, name), expected)) return damage;
    }
  } catch (const Error& error) {
    return error.what();
  } catch (const nlohmann::json::exception&) {
    return fmt::format("{} holds values of the wrong type", kManifestFile);
  }
  return std::nullopt;
}

const char* weights_file(const std::filesystem::path& folder) {
  return model::ModelFolder(folder).is_adapter() ? model::kAdapterWeightsFile : kWeightsFile;
}

std::optional<CheckpointFolder> newest_whole_checkpoint(const fs::path& output_dir) {
  const std::vector<CheckpointFolder> found = list_checkpoints(output_dir);
  for (auto checkpoint = found.rbegin(); checkpoint != found.rend(); ++checkpoint) {
    const auto damage = checkpoint_damage(checkpoint->path);
    if (!damage) return *checkpoint;
    log_warning("{} is damaged ({}); looking for an older checkpoint", checkpoint->path.string(), *damage);
  }
  return std::nullopt;
}

void remove_old_checkpoints(const fs::path& output_dir, int64_t limit, std::optional<int64_t> best_step) {
  std::vector<CheckpointFolder> found = list_checkpoints(output_dir);
  std::erase_if(found, [](const CheckpointFolder& checkpoint) { return !is_own_checkpoint(checkpoint.path); });
  auto remaining = static_cast<int64_t>(found.size());
  for (const CheckpointFolder& checkpoint : found) {
    const bool stays = checkpoint.step == found.back().step || checkpoint.step == best_step;
    if (remaining <= limit || stays) continue;
    remove_checkpoint(checkpoint.path);
    --remaining;
  }
}

void remove_unfinished(const fs::path& output_dir) {
  std::error_code error;
  std::vector<fs::path> unfinished;
  for (const auto& entry : fs::directory_iterator(output_dir, error)) {
    if (is_temporary_name(entry.path().filename().string())) unfinished.push_back(entry.path());
  }
  for (const fs::path& path : unfinished) fs::remove_all(path, error);
}

void restore_tensors(const std::filesystem::path& path, const tensor::NamedTensors& targets) {
  const at::NoGradGuard no_gradients;
  const tensor::SafetensorsFile file(path);
  std::map<std::string_view, const tensor::StoredTensor*> by_name;
  for (const tensor::StoredTensor& stored : file.tensors()) by_name.emplace(stored.name, &stored);
  for (const auto& [name, target] : targets) {
    const auto found = by_name.find(name);
    if (found == by_name.end() || found->second->shape != target.sizes().vec()) {
      throw Error(
          ErrorKind::kInput,
          fmt::format("{}: \"{}\" {}, the run needs {}", path.string(), name,
                      found == by_name.end() ? "is missing" : "has shape " + tensor::shape_text(found->second->shape),
                      tensor::shape_text(target.sizes().vec())),
          "the checkpoint is of another model or optimizer: resume it with the options of its own run");
    }
    tensor::copy_into(*found->second, target);
  }
}

tensor::NamedTensors as_tensors(const std::vector<model::NamedParameter>& parameters) {
  tensor::NamedTensors tensors;
  for (const model::NamedParameter& parameter : parameters) tensors.emplace_back(parameter.name, parameter.tensor);
  return tensors;
}

}  // namespace hone::train
