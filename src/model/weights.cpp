#include "model/weights.h"

#include <nlohmann/json.hpp>

#include <array>
#include <set>
#include <string>

#include "base/error.h"
#include "base/files.h"
#include "base/json.h"
#include "tensor/safetensors.h"
#include "tensor/torch_file.h"

namespace hone::model {

namespace fs = std::filesystem;

namespace {

struct Layout {
  const char* file_name;
  bool is_index;
};

// In the order in which transformers looks for them.
constexpr std::array kLayouts{Layout{"model.safetensors", false}, Layout{"model.safetensors.index.json", true},
                              Layout{"pytorch_model.bin", false}, Layout{"pytorch_model.bin.index.json", true}};

std::set<std::string> shard_names(const fs::path& index_path) {
  const Json index = read_json(index_path);
  const auto map = index.is_object() ? index.find("weight_map") : index.end();
  if (map == index.end() || !map->is_object() || map->empty()) {
    throw Error(ErrorKind::kInput, fmt::format("{}: \"weight_map\" does not name the shards", index_path.string()),
                "download all files of the model again");
  }
  std::set<std::string> names;
  for (const auto& [tensor, shard] : map->items()) {
    if (!shard.is_string()) {
      throw Error(ErrorKind::kInput,
                  fmt::format("{}: the shard of \"{}\" is not a file name", index_path.string(), tensor));
    }
    names.insert(shard.get<std::string>());
  }
  return names;
}

}  // namespace

WeightFiles::WeightFiles(const fs::path& folder) {
  for (const Layout& layout : kLayouts) {
    const fs::path path = folder / layout.file_name;
    if (!fs::exists(path)) continue;
    layout.is_index ? open_shards(path) : open(path);
    return;
  }
}

void WeightFiles::open(const fs::path& path) {
  const auto keep = [this](const auto& file) {
    tensors_.insert(tensors_.end(), file->tensors().begin(), file->tensors().end());
    opened_.push_back({file, &file->mapped()});  // keeps the file
  };
  if (path.extension() == ".bin") {
    keep(std::make_shared<tensor::TorchFile>(path));
  } else {
    keep(std::make_shared<tensor::SafetensorsFile>(path));
  }
}

void WeightFiles::release(std::string_view bytes) const {
  for (const auto& file : opened_) file->release(bytes);
}

void WeightFiles::open_shards(const fs::path& index_path) {
  for (const std::string& name : shard_names(index_path)) {
    const fs::path shard = contained_path(index_path.parent_path(), name);
    if (!fs::exists(shard)) {
      throw Error(ErrorKind::kInput, fmt::format("{} names the shard {}, which is missing", index_path.string(), name),
                  "download all files of the model again");
    }
    open(shard);
  }
}

}  // namespace hone::model
