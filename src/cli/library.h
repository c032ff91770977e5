// The commands in hone's libraries: one function for each, defined in src/cli/<name>.cpp, with _ for a space.
#pragma once

#include "base/json.h"
#include "cli/command.h"

namespace hone::train {
struct TrainOptions;
}

namespace hone::data {
struct CleanOptions;
struct SplitOptions;
struct HeadOptions;
struct RowSampleOptions;
struct ConvertOptions;
struct MergeOptions;
}  // namespace hone::data

namespace hone::corpus {
struct MakeOptions;
struct ViewOptions;
}  // namespace hone::corpus

namespace hone::cli {

struct AdapterMergeOptions;
struct AverageOptions;
struct ChatOptions;
struct ClusterOptions;
struct CompareOptions;
struct DevicesOptions;
struct DataLabelsOptions;
struct DataReportOptions;
struct DataShowOptions;
struct EmbedOptions;
struct EvalOptions;
struct GenerateOptions;
struct ImportOptions;
struct PredictOptions;
struct SearchOptions;
struct ServeOptions;
struct SimilarOptions;
struct TokenizeOptions;
struct TokenizerCompareOptions;
struct TokenizerTrainOptions;

int run_train(const options::Parsed<train::TrainOptions>& parsed);
int run_cluster(const options::Parsed<ClusterOptions>& parsed);
int run_embed(const options::Parsed<EmbedOptions>& parsed);
int run_eval(const options::Parsed<EvalOptions>& parsed);
int run_generate(const options::Parsed<GenerateOptions>& parsed);
int run_predict(const options::Parsed<PredictOptions>& parsed);
int run_search(const options::Parsed<SearchOptions>& parsed);
int run_serve(const options::Parsed<ServeOptions>& parsed);
int run_similar(const options::Parsed<SimilarOptions>& parsed);
int run_compare(const options::Parsed<CompareOptions>& parsed);
int run_chat(const options::Parsed<ChatOptions>& parsed);
int run_tokenize(const options::Parsed<TokenizeOptions>& parsed);
int run_tokenizer_train(const options::Parsed<TokenizerTrainOptions>& parsed);
int run_tokenizer_compare(const options::Parsed<TokenizerCompareOptions>& parsed);
int run_data_report(const options::Parsed<DataReportOptions>& parsed);
int run_data_labels(const options::Parsed<DataLabelsOptions>& parsed);
int run_data_clean(const options::Parsed<data::CleanOptions>& parsed);
int run_tried_data_clean(const options::Parsed<data::CleanOptions>& parsed);
int run_data_split(const options::Parsed<data::SplitOptions>& parsed);
int run_data_head(const options::Parsed<data::HeadOptions>& parsed);
int run_data_show(const options::Parsed<DataShowOptions>& parsed);
int run_data_sample(const options::Parsed<data::RowSampleOptions>& parsed);
int run_data_convert(const options::Parsed<data::ConvertOptions>& parsed);
int run_data_tokenize(const options::Parsed<corpus::MakeOptions>& parsed);
int run_data_blocks(const options::Parsed<corpus::ViewOptions>& parsed);
int run_data_merge(const options::Parsed<data::MergeOptions>& parsed);
int run_average(const options::Parsed<AverageOptions>& parsed);
int run_adapter_merge(const options::Parsed<AdapterMergeOptions>& parsed);
int run_import(const options::Parsed<ImportOptions>& parsed);
int run_devices(const options::Parsed<DevicesOptions>& parsed);

}  // namespace hone::cli
