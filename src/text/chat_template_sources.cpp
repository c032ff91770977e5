// Finds the chat templates of a model folder, by the rules of transformers.
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/files.h"
#include "text/chat_template.h"

namespace hone::text {

namespace {

namespace fs = std::filesystem;
using Sources = std::map<std::string, ChatTemplateSources::Source>;

constexpr const char *kFile = "chat_template.jinja", *kFolder = "additional_chat_templates",
                     *kConfig = "tokenizer_config.json", *kKey = "chat_template";

Sources read_files(const fs::path& folder) {
  Sources sources;
  if (fs::exists(folder / kFile)) sources["default"] = {read_file(folder / kFile), kFile};
  if (!fs::is_directory(folder / kFolder)) return sources;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder / kFolder)) {
    if (entry.path().extension() != ".jinja") continue;
    const std::string file = entry.path().filename().string();
    sources[entry.path().stem().string()] = {read_file(entry.path()), fmt::format("{}/{}", kFolder, file)};
  }
  return sources;
}

[[noreturn]] void refuse(const fs::path& path) {
  throw Error(ErrorKind::kInput,
              fmt::format("{}: \"{}\" must be a template or a list of named templates", path.string(), kKey),
              R"(write a text, or [{"name": "default", "template": "..."}])");
}

void add_named(const Json& item, const fs::path& path, Sources& sources) {
  const auto is_text = [&](const char* key) { return item.is_object() && item.contains(key) && item[key].is_string(); };
  if (!is_text("name") || !is_text("template")) refuse(path);
  const std::string name = item["name"].get<std::string>();
  sources[name] = {item["template"].get<std::string>(), fmt::format("{}, template {}", kConfig, name)};
}

Sources read_config(const fs::path& path) {
  Sources sources;
  if (!fs::exists(path)) return sources;
  const Json config = read_json(path);
  const auto found = config.is_object() ? config.find(kKey) : config.end();
  if (found == config.end() || found->is_null()) return sources;
  if (found->is_string()) {
    sources["default"] = {found->get<std::string>(), fmt::format("{}, {}", kConfig, kKey)};
  } else if (found->is_array()) {
    for (const Json& item : *found) add_named(item, path, sources);
  } else if (found->is_object()) {
    for (const auto& [name, text] : found->items()) add_named({{"name", name}, {"template", text}}, path, sources);
  } else {
    refuse(path);
  }
  return sources;
}

std::string known_names(const Sources& sources) {
  std::string names;
  for (const auto& [name, source] : sources) names += (names.empty() ? "" : ", ") + name;
  return names;
}

}  // namespace

ChatTemplateSources ChatTemplateSources::read(const fs::path& model_dir) {
  if (!fs::is_directory(model_dir)) {
    throw Error(ErrorKind::kIo, fmt::format("{}: no such folder", model_dir.string()), "give the folder of a model");
  }
  ChatTemplateSources all;
  all.folder_ = model_dir;
  all.sources_ = read_files(model_dir);
  if (all.sources_.empty()) all.sources_ = read_config(model_dir / kConfig);
  return all;
}

ChatTemplate ChatTemplateSources::choose(bool has_tools, const std::string& name) const {
  if (sources_.empty()) {
    throw Error(ErrorKind::kInput, fmt::format("{}: the model has no chat template", folder_.string()),
                "a base model has none: use the model's chat version, continue a text with hone generate, or give a "
                "template with --template FILE");
  }
  const std::string wanted = !name.empty() ? name : has_tools && sources_.contains("tool_use") ? "tool_use" : "default";
  const auto found = sources_.find(wanted);
  if (found == sources_.end()) {
    throw Error(ErrorKind::kInput, fmt::format("{}: the model has no chat template \"{}\"", folder_.string(), wanted),
                "its templates are: " + known_names(sources_));
  }
  return ChatTemplate::parse(found->second.text, found->second.file);
}

ChatTemplate read_chat_template(const fs::path& file, const fs::path& model_dir, bool has_tools) {
  if (!file.empty()) return ChatTemplate::parse(read_file(file), file.filename().string());
  return ChatTemplateSources::read(model_dir).choose(has_tools);
}

}  // namespace hone::text
