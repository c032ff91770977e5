// The cache's layout: models--ORG--NAME/{refs/main, snapshots/REVISION/config.json ...} (huggingface_hub, "Understand
// caching").
#include "cli/model_folder.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "base/error.h"
#include "base/files.h"
#include "base/json.h"
#include "model/adapter_config.h"
#include "options/value.h"

namespace hone::cli {

namespace fs = std::filesystem;

namespace {

bool is_folder(const fs::path& path) {
  std::error_code ignored;
  return fs::is_directory(path, ignored);
}

// Returns whether this may be a name on the Hub: "name" or "org/name", with letters, digits and "-._".
bool is_hub_name(std::string_view name) {
  const auto is_plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
           c == '.';
  };
  const auto is_slash = [](char c) { return c == '/'; };
  if (name.empty() || name.front() == '/' || name.front() == '.' || name.back() == '/') return false;
  return std::count_if(name.begin(), name.end(), is_slash) <= 1 &&
         std::all_of(name.begin(), name.end(), [&](char c) { return is_plain(c) || is_slash(c); });
}

// Returns the cache folder of huggingface_hub: HF_HUB_CACHE, HF_HOME/hub or ~/.cache/huggingface/hub.
fs::path hub_cache() {
  const auto variable = [](const char* name) {
    const char* value = std::getenv(name);
    return fs::path(value == nullptr ? "" : value);
  };
  if (const fs::path cache = variable("HF_HUB_CACHE"); !cache.empty()) return cache;
  if (const fs::path home = variable("HF_HOME"); !home.empty()) return home / "hub";
  const fs::path home = variable("HOME");
  return home.empty() ? fs::path() : home / ".cache" / "huggingface" / "hub";
}

fs::path cached_folder(const std::string& name) {
  std::string folder = "models--" + name;
  const size_t slash = folder.find('/');
  if (slash != std::string::npos) folder.replace(slash, 1, "--");
  return hub_cache() / folder;
}

std::string how_to_get(const std::string& name) {
  return fmt::format("hone downloads nothing; get the model first with: hf download {}", name);
}

// Returns the name of an adapter's base model if it is not a folder; empty also if the file is damaged, because the
// command's own error says what is wrong.
std::string base_on_hub(const fs::path& adapter) {
  if (!fs::exists(adapter / model::kAdapterConfigFile)) return "";
  try {
    const Json name = read_json(adapter / model::kAdapterConfigFile).value("base_model_name_or_path", Json());
    const std::string text = name.is_string() ? name.get<std::string>() : "";
    return is_folder(text) || is_folder(adapter / text) || !is_hub_name(text) ? "" : text;
  } catch (const std::exception&) {
    return "";
  }
}

void settle_base_model(const options::FieldList& list, std::vector<std::string>& notes) {
  const options::Field* const base = list.find("base_model");
  if (base == nullptr || !options::value_text(*base).value_or("").empty()) return;
  const options::Field* const adapter = list.find("adapter");
  const options::Field* const folder = adapter != nullptr ? adapter : list.find("model_name_or_path");
  const std::string name = folder == nullptr ? "" : base_on_hub(options::value_text(*folder).value_or(""));
  const auto snapshot = name.empty() ? std::nullopt : hub_snapshot(cached_folder(name));
  if (!snapshot) return;
  options::assign(*base, snapshot->string(), "--base-model");
  notes.push_back(fmt::format("the base model {} is in the Hub's cache: using {}", name, snapshot->string()));
}

void settle_model(const options::FieldList& list, std::vector<std::string>& notes);

}  // namespace

void settle_model_folder(const options::FieldList& list, std::vector<std::string>& notes) {
  settle_model(list, notes);
  settle_base_model(list, notes);
}

std::optional<fs::path> hub_snapshot(const fs::path& folder) {
  const fs::path snapshots = folder / "snapshots";
  if (!is_folder(snapshots)) return std::nullopt;
  if (fs::is_regular_file(folder / "refs" / "main")) {
    std::string revision = read_file(folder / "refs" / "main");
    while (!revision.empty() && (revision.back() == '\n' || revision.back() == ' ')) revision.pop_back();
    if (!revision.empty() && is_folder(contained_path(snapshots, revision))) return snapshots / revision;
  }
  std::optional<fs::path> newest;
  for (const auto& entry : fs::directory_iterator(snapshots)) {
    if (!entry.is_directory()) continue;
    if (!newest || fs::last_write_time(entry.path()) > fs::last_write_time(*newest)) newest = entry.path();
  }
  return newest;
}

namespace {

void settle_model(const options::FieldList& list, std::vector<std::string>& notes) {
  const options::Field* field = list.find("model_name_or_path");
  if (field == nullptr) return;
  const std::string name = options::value_text(*field).value_or("");
  const fs::path folder = name;
  if (is_folder(folder)) {
    if (!is_folder(folder / "snapshots") || fs::exists(folder / "config.json")) return;
    const auto snapshot = hub_snapshot(folder);
    if (!snapshot) {
      throw Error(ErrorKind::kInput, fmt::format("{} is a folder of the Hub's cache without a snapshot", name),
                  "download the model again, or give the folder that holds its config.json");
    }
    options::assign(*field, snapshot->string(), "--model");
    notes.push_back(
        fmt::format("{} is a folder of the Hub's cache: using its snapshot {}", name, snapshot->filename().string()));
    return;
  }
  if (name.empty() || fs::exists(folder)) return;  // the command's own error says what is wrong
  const bool is_on_hub = is_hub_name(name);
  const auto snapshot = is_on_hub ? hub_snapshot(cached_folder(name)) : std::nullopt;
  if (snapshot) {
    options::assign(*field, snapshot->string(), "--model");
    notes.push_back(
        fmt::format("there is no folder {}: using the copy in the Hub's cache, {}", name, snapshot->string()));
    return;
  }
  const options::Field* open = list.find("open");
  if (open != nullptr && options::value_text(*open) == "true") return;  // the page shows which folder is missing
  throw Error(ErrorKind::kIo, fmt::format("model folder {} does not exist", name),
              is_on_hub ? how_to_get(name) : "give the folder of a model");
}

}  // namespace

}  // namespace hone::cli
