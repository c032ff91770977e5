// The table of commands of lib/libhone.so, and its only entry point: the program calls hone_run with parsed options.
#include "cli/library.h"

#include <array>

#include "base/names.h"
#include "cli/advise_before.h"
#include "cli/hints.h"
#include "cli/report.h"
#include "cli/runner.h"
#include "kernel/cpu.h"
#include "tensor/allocator.h"

namespace hone::cli {

namespace {

constexpr std::array kModelRunners = {
    runner<train::TrainOptions, run_train>("train"),
    runner<SearchOptions, run_search>("search"),
    runner<EvalOptions, run_eval>("eval"),
    runner<PredictOptions, run_predict>("predict"),
    runner<EmbedOptions, run_embed>("embed"),
    runner<SimilarOptions, run_similar>("similar"),
    runner<GenerateOptions, run_generate>("generate"),
    runner<CompareOptions, run_compare>("compare"),
    runner<ChatOptions, run_chat>("chat"),
    runner<TokenizeOptions, run_tokenize>("tokenize"),
    runner<ServeOptions, run_serve>("serve"),
    runner<AdviseOptions, run_advise_before>("advise"),
    runner<DevicesOptions, run_devices>("devices"),
    runner<AdapterMergeOptions, run_adapter_merge>("adapter merge"),
    runner<AverageOptions, run_average>("average"),
    runner<ImportOptions, run_import>("import"),
    runner<DataLabelsOptions, run_data_labels>("data labels"),
    runner<data::CleanOptions, run_tried_data_clean>("data clean"),
};
static_assert(are_runners_of(kModels, kModelRunners),
              "kModelRunners names the commands of kCommands that this library runs");

}  // namespace

}  // namespace hone::cli

extern "C" int hone_run(const char* command, const void* parsed, hone::cli::HintFilter filter) {
  return hone::cli::report_errors([&] {
    hone::kernel::cpu_level();  // reports an invalid HONE_CPU before any computation
    hone::tensor::install_caching_allocator();
    return hone::cli::with_accepted_hints(
        filter, command, [&] { return hone::find_row(hone::cli::kModelRunners, "command", command).run(parsed); });
  });
}
