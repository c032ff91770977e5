// Options of hone adapter merge.
#pragma once

#include <filesystem>

namespace hone::cli {

struct AdapterMergeOptions {
  std::filesystem::path adapter, base_model, output_dir;

  template <typename Self, typename Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit.positional("adapter", self.adapter, "folder of an adapter, in PEFT's format").required().value_name("DIR");
    visit("base_model", self.base_model, "folder of the adapter's base model")
        .value_name("DIR")
        .default_text("the one that adapter_config.json names");
    visit("output_dir", self.output_dir, "folder for the whole model, in Hugging Face's format")
        .required()
        .value_name("DIR");
  }
};

}  // namespace hone::cli
