// Options of hone import.
#pragma once

#include <filesystem>
#include <string>

namespace hone::cli {

struct ImportOptions {
  std::filesystem::path file, output_dir;
  std::string dtype = "float32", max_shard_size = "5GB";

  template <typename Self, typename Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit.group("Model");
    visit.positional("file", self.file, "GGUF file of a language model, such as model.Q4_K_M.gguf")
        .required()
        .value_name("FILE");
    visit("output_dir", self.output_dir, "folder for the model, in Hugging Face's format").required().value_name("DIR");
    visit("dtype", self.dtype, "number format of the weights in the folder")
        .choices({"float32", "bfloat16", "float16"});
    visit("max_shard_size", self.max_shard_size, "largest size of a file of weights").value_name("SIZE");
  }
};

}  // namespace hone::cli
