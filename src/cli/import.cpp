// hone import: makes a model folder in Hugging Face's format of a GGUF file.
#include <nlohmann/json.hpp>

#include <filesystem>

#include "base/byte_size.h"
#include "base/counted.h"
#include "base/error.h"
#include "base/files.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "base/names.h"
#include "base/progress.h"
#include "cli/import_options.h"
#include "cli/library.h"
#include "model/gguf_import.h"
#include "model/quantised.h"

namespace hone::cli {

namespace {

namespace fs = std::filesystem;

struct DtypeName {
  std::string_view name;
  at::ScalarType dtype;
};
constexpr DtypeName kDtypeNames[] = {{"float32", at::kFloat}, {"bfloat16", at::kBFloat16}, {"float16", at::kHalf}};

void check_file(const fs::path& file) {
  if (!fs::is_directory(file)) return;
  if (fs::exists(file / "config.json")) {
    model::check_is_not_quantised(read_json(file / "config.json"), file.string());
  }
  throw Error(ErrorKind::kUsage, fmt::format("{} is a folder, not a GGUF file", file.string()),
              "give the .gguf file; other commands read a folder in Hugging Face's format as it is");
}

void check_output_dir(const fs::path& folder) {
  if (!fs::exists(folder) || (fs::is_directory(folder) && fs::is_empty(folder))) return;
  throw Error(ErrorKind::kUsage, fmt::format("output_dir {} is not empty", folder.string()),
              "give another --output-dir");
}

model::GgufImportOptions import_options(const ImportOptions& options) {
  const std::optional<uint64_t> size = parse_byte_size(options.max_shard_size);
  if (!size || *size == 0) {
    throw Error(ErrorKind::kUsage, fmt::format("max_shard_size: \"{}\" is not a size", options.max_shard_size),
                "give a size such as 5GB");
  }
  model::GgufImportOptions result;
  result.dtype = find_row(kDtypeNames, "dtype", options.dtype).dtype;
  result.max_shard_bytes = *size;
  return result;
}

void report(const model::GgufImport& import, const ImportOptions& options) {
  log_info("{}: {} ({}), {} weights in {} ({})", options.file.string(), import.architecture, import.class_name,
           import.num_values, counted(import.num_tensors, "tensor"), import.tensor_types);
  if (import.vocab_size == 0) {
    log_warning("{} holds no tokenizer: put the model's own tokenizer.json into the folder", options.file.string());
  } else {
    log_info("tokenizer of {} tokens, {}", import.vocab_size,
             import.has_chat_template ? "with a chat template" : "without a chat template");
  }
  log_info("wrote {}: {} as {}", options.output_dir.string(), counted(import.num_weight_files, "file") + " of weights",
           options.dtype);
}

}  // namespace

int run_import(const options::Parsed<ImportOptions>& parsed) {
  const ImportOptions& options = parsed.options;
  check_file(options.file);
  check_output_dir(options.output_dir);
  model::GgufImportOptions settings = import_options(options);
  const gguf::File file(options.file);
  Progress progress("importing", "weight", model::num_values_of(file));
  settings.keeps_going = [&](uint64_t count) {
    progress.advance(count);
    return pending_interrupt() == 0;
  };
  const InterruptGuard guard;
  AtomicFolder output(options.output_dir);
  const model::GgufImport import = model::import_gguf(file, output.staging(), settings);
  progress.finish();
  if (!import.is_complete) return 128 + pending_interrupt();
  output.commit();
  report(import, options);
  return 0;
}

}  // namespace hone::cli
