// hone compare: asks two language models the same, and says why each answer ends where it does.
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/files.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "base/output_path.h"
#include "base/terminal.h"
#include "cli/command.h"
#include "cli/compare_options.h"
#include "cli/library.h"
#include "cli/model_folder.h"
#include "compare/report.h"

namespace hone::cli {

namespace {

std::array<std::filesystem::path, 2> folders_of(const CompareOptions& options) {
  if (options.models.size() != 2) {
    throw Error(ErrorKind::kUsage, fmt::format("there are {} folders, not 2", options.models.size()),
                "give the folders of two models: hone compare Qwen3-4B-Base Qwen3-4B-Instruct-2507 --prompt TEXT");
  }
  std::array<std::filesystem::path, 2> folders;
  for (size_t i = 0; i < 2; ++i) folders[i] = hub_snapshot(options.models[i]).value_or(options.models[i]);
  return folders;
}

void check_page(const CompareOptions& options) {
  if (options.html.empty()) return;
  check_is_file(options.html, "--html");
  if (!options.input.prompts.empty()) check_is_not_input(options.html, "--html", options.input.prompts, "--prompts");
  if (!options.overwrite) check_is_free(options.html, "--html");
}

}  // namespace

int run_compare(const options::Parsed<CompareOptions>& parsed) {
  const CompareOptions& options = parsed.options;
  const auto folders = folders_of(options);
  check_page(options);
  const std::vector<std::string> prompts = prompts_of(options.input);
  const compare::Comparison comparison = compare::compare(folders, prompts,
                                                          {.generation = options.generation,
                                                           .provenance = parsed.provenance,
                                                           .applies_template = options.apply_chat_template,
                                                           .max_batch_tokens = options.machine.max_batch_tokens,
                                                           .compute = tensor::prepare_compute(options.machine.compute),
                                                           .weights = options.machine.weights});
  if (pending_interrupt() != 0) return 128 + pending_interrupt();
  if (options.json) {
    print(compare::to_json(comparison).dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
  } else {
    print(compare::to_text(comparison, terminal_columns(STDOUT_FILENO)));
  }
  if (!options.html.empty()) {
    write_file(options.html, compare::to_page(comparison));
    log_info("wrote the page {}", options.html.string());
  }
  return 0;
}

}  // namespace hone::cli
