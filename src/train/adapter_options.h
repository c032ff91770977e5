// The options of adapters, with the names and defaults of PEFT's LoraConfig.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "train/names.h"

namespace hone::train {

struct AdapterOptions {
  std::string peft{kNoPeft};
  std::optional<int64_t> lora_r;
  std::optional<double> lora_alpha, lora_dropout;
  std::vector<std::string> lora_target_modules;
  std::optional<bool> use_rslora, use_dora;
  std::vector<std::string> modules_to_save;

  template <typename Self, typename Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit.group("Adapters");
    visit("peft", self.peft,
          "lora: train low-rank adapters of linears and the head, instead of all weights; output_dir gets PEFT's files")
        .choices(choices_of(kPeftNames));
    visit("lora_r", self.lora_r, "rank of the adapters").in_range(1, 1 << 20).default_text("8");
    visit("lora_alpha", self.lora_alpha, "the adapters' change is multiplied by lora_alpha / lora_r").default_text("8");
    visit("lora_dropout", self.lora_dropout, "dropout of what the adapters read").in_range(0, 1).default_text("0");
    visit("lora_target_modules", self.lora_target_modules,
          "linears that get adapters: ends of their names, all-linear, or /REGEX/ for whole names")
        .value_name("NAME,...")
        .default_text("query and value, by family");
    visit("use_rslora", self.use_rslora, "multiply by lora_alpha / sqrt(lora_r) instead (rsLoRA)")
        .default_text("false");
    visit("use_dora", self.use_dora, "train a magnitude of each output too (DoRA)").default_text("false");
    visit(
        "modules_to_save", self.modules_to_save,
        "modules that are trained and saved whole beside the adapters, by the ends of their names; the head always is")
        .value_name("NAME,...");
  }
};

}  // namespace hone::train
