// hone adapter merge: writes the model that an adapter and its base model are together.
#include <filesystem>

#include "base/counted.h"
#include "base/error.h"
#include "base/files.h"
#include "base/log.h"
#include "cli/adapter_merge_options.h"
#include "cli/library.h"
#include "model/families.h"
#include "model/load.h"
#include "model/lora.h"
#include "model/save.h"
#include "task/samples.h"
#include "text/tokenizer.h"
#include "text/tokenizer_spec.h"

namespace hone::cli {

namespace {

namespace fs = std::filesystem;

void check_folders(const AdapterMergeOptions& options, const model::ModelFolder& folder) {
  if (!folder.is_adapter()) {
    throw Error(ErrorKind::kInput,
                fmt::format("{} holds no adapter: it has no {}", folder.path.string(), model::kAdapterConfigFile),
                "give the folder of an adapter, such as the output_dir of hone train --peft lora");
  }
  if (fs::exists(options.output_dir) && (!fs::is_directory(options.output_dir) || !fs::is_empty(options.output_dir))) {
    throw Error(ErrorKind::kUsage, fmt::format("output_dir {} is not empty", options.output_dir.string()),
                "give another --output-dir");
  }
}

// What a run writes beside the model, and the other commands read.
void copy_run_files(const fs::path& from, const fs::path& to) {
  for (const char* name : {"training_args.json", task::kSamplesFile}) {
    if (fs::exists(from / name)) write_file(to / name, read_file(from / name));
  }
}

}  // namespace

int run_adapter_merge(const options::Parsed<AdapterMergeOptions>& parsed) {
  const AdapterMergeOptions& options = parsed.options;
  const model::ModelFolder folder{options.adapter, options.base_model};
  check_folders(options, folder);
  model::ModelRequest request;
  request.model_dir = folder;
  request.head = model::saved_head(model::read_config(folder));
  if (request.head.empty()) request.head = "pooling";
  model::LoadedModel loaded = model::load_model(request);
  if (loaded.report.from_config_only) {
    throw Error(ErrorKind::kInput, fmt::format("the base model {} has no weights", loaded.report.model_dir),
                "give its whole folder: --base-model DIR");
  }
  if (const std::string line = loaded.report.new_weights_line(); !line.empty()) log_warning("{}", line);
  const size_t num_linears = model::adapted_linears(*loaded.model).size();
  model::merge_lora(*loaded.model);
  AtomicFolder output(options.output_dir);
  model::save_model(*loaded.model, loaded.config, output.staging());
  if (const fs::path tokenizer = folder.tokenizer(); text::has_tokenizer(tokenizer)) {
    text::Tokenizer::load(tokenizer).save(output.staging());
  }
  copy_run_files(folder.path, output.staging());
  output.commit();
  log_info("merged {} into {}: {}", counted(num_linears, "linear"), loaded.report.model_dir,
           options.output_dir.string());
  return 0;
}

}  // namespace hone::cli
