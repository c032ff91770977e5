// The table of commands of lib/libhone_rows.so, which need no libtorch, and the library's only entry point.
#include <array>

#include "base/names.h"
#include "cli/hints.h"
#include "cli/library.h"
#include "cli/report.h"
#include "cli/runner.h"

namespace hone::cli {

namespace {

constexpr std::array kRowRunners = {
    runner<ClusterOptions, run_cluster>("cluster"),
    runner<DataReportOptions, run_data_report>("data report"),
    runner<data::CleanOptions, run_data_clean>("data clean"),
    runner<data::SplitOptions, run_data_split>("data split"),
    runner<data::HeadOptions, run_data_head>("data head"),
    runner<DataShowOptions, run_data_show>("data show"),
    runner<data::RowSampleOptions, run_data_sample>("data sample"),
    runner<data::ConvertOptions, run_data_convert>("data convert"),
    runner<data::MergeOptions, run_data_merge>("data merge"),
    runner<corpus::MakeOptions, run_data_tokenize>("data tokenize"),
    runner<corpus::ViewOptions, run_data_blocks>("data blocks"),
    runner<TokenizerTrainOptions, run_tokenizer_train>("tokenizer train"),
    runner<TokenizerCompareOptions, run_tokenizer_compare>("tokenizer compare"),
};
static_assert(are_runners_of(kRows, kRowRunners), "kRowRunners names the commands of kCommands that this library runs");

}  // namespace

}  // namespace hone::cli

extern "C" int hone_run(const char* command, const void* parsed, hone::cli::HintFilter filter) {
  return hone::cli::report_errors([&] {
    return hone::cli::with_accepted_hints(
        filter, command, [&] { return hone::find_row(hone::cli::kRowRunners, "command", command).run(parsed); });
  });
}
