// The library's table of commands, and its only entry point: the program calls hone_run with parsed options.
#include "cli/library.h"

#include <algorithm>
#include <array>

#include "base/names.h"
#include "cli/advise_before.h"
#include "cli/commands.h"
#include "cli/hints.h"
#include "cli/report.h"
#include "kernel/cpu.h"
#include "tensor/allocator.h"

namespace hone::cli {

namespace {

struct Runner {
  std::string_view name;
  const void* options_type;
  int (*run)(const void* parsed);
};

template <typename Options, int (*run)(const options::Parsed<Options>&)>
constexpr Runner runner(std::string_view name) {
  return {name, &kOptionsType<Options>,
          [](const void* parsed) { return run(*static_cast<const options::Parsed<Options>*>(parsed)); }};
}

constexpr std::array kRunners = {
    runner<train::TrainOptions, run_train>("train"),
    runner<SearchOptions, run_search>("search"),
    runner<EvalOptions, run_eval>("eval"),
    runner<PredictOptions, run_predict>("predict"),
    runner<ChatOptions, run_chat>("chat"),
    runner<TokenizeOptions, run_tokenize>("tokenize"),
    runner<ServeOptions, run_serve>("serve"),
    runner<AdviseOptions, run_advise_before>("advise"),
    runner<DevicesOptions, run_devices>("devices"),
    runner<AdapterMergeOptions, run_adapter_merge>("adapter merge"),
    runner<AverageOptions, run_average>("average"),
    runner<DataReportOptions, run_data_report>("data report"),
    runner<DataLabelsOptions, run_data_labels>("data labels"),
    runner<data::CleanOptions, run_data_clean>("data clean"),
    runner<data::SplitOptions, run_data_split>("data split"),
    runner<data::HeadOptions, run_data_head>("data head"),
    runner<data::ShowOptions, run_data_show>("data show"),
    runner<data::RowSampleOptions, run_data_sample>("data sample"),
    runner<data::ConvertOptions, run_data_convert>("data convert"),
    runner<data::MergeOptions, run_data_merge>("data merge"),
    runner<TokenizerTrainOptions, run_tokenizer_train>("tokenizer train"),
    runner<TokenizerCompareOptions, run_tokenizer_compare>("tokenizer compare"),
};

// Returns whether every command of the library has one runner with the same type of options, and there are no other
// runners.
consteval bool tables_agree() {
  size_t matched = 0;
  for (const Command& command : kCommands) {
    if (!command.in_library) continue;
    const auto same = [&](const Runner& row) {
      return row.name == command.name && row.options_type == command.options_type;
    };
    if (std::count_if(kRunners.begin(), kRunners.end(), same) != 1) return false;
    ++matched;
  }
  return matched == kRunners.size();
}
static_assert(tables_agree(), "kRunners and the library commands of kCommands must name the same commands and options");

}  // namespace

}  // namespace hone::cli

extern "C" int hone_run(const char* command, const void* parsed, hone::cli::HintFilter filter) {
  return hone::cli::report_errors([&] {
    hone::kernel::cpu_level();  // reports an invalid HONE_CPU before any computation
    hone::tensor::install_caching_allocator();
    return hone::cli::with_accepted_hints(
        filter, command, [&] { return hone::find_row(hone::cli::kRunners, "command", command).run(parsed); });
  });
}
