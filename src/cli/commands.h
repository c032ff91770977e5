// The table of commands. To add a command, write a header with its options (without torch), its row here, its
// run_<name> in src/cli/<name>.cpp, its row in src/cli/library.cpp (rows_library.cpp if it needs no libtorch), and its
// test tests/cli/<name>_test.cpp. The file of a command with two words, "hone tokenizer train", is tokenizer_train.cpp;
// its first word has a row in kFamilies.
#pragma once

#include <algorithm>
#include <array>

#include "cli/adapter_merge_options.h"
#include "cli/advise.h"
#include "cli/average_options.h"
#include "cli/chat_options.h"
#include "cli/cluster_options.h"
#include "cli/command.h"
#include "cli/compare_options.h"
#include "cli/data_labels_options.h"
#include "cli/data_report_options.h"
#include "cli/data_show_options.h"
#include "cli/devices_options.h"
#include "cli/embed_options.h"
#include "cli/eval_options.h"
#include "cli/generate_options.h"
#include "cli/help.h"
#include "cli/import_options.h"
#include "cli/predict_options.h"
#include "cli/search_options.h"
#include "cli/serve_options.h"
#include "cli/similar_options.h"
#include "cli/tokenize_options.h"
#include "cli/tokenizer_compare_options.h"
#include "cli/tokenizer_train_options.h"
#include "cli/version.h"
#include "cli/watch.h"
#include "corpus/make_options.h"
#include "corpus/view_options.h"
#include "data/clean.h"
#include "data/row_commands.h"
#include "data/split_files.h"
#include "train/options.h"

namespace hone::cli {

// The options that most people set besides the model, in the order in which they need them.
inline constexpr std::array<std::string_view, 5> kCommonTrainOptions = {"dataset", "validation_split", "output_dir",
                                                                        "num_train_epochs", "learning_rate"};

inline constexpr std::array<std::string_view, 8> kCommonSearchOptions = {
    "config_file", "trials", "output_dir", "time_budget", "jobs", "sampler", "pruner", "metric"};

inline constexpr std::array<std::string_view, 7> kCommonAdviseOptions = {
    "run", "model_name_or_path", "dataset", "models", "apply", "language", "json"};

inline constexpr std::array<std::string_view, 7> kCommonChatOptions = {
    "prompt", "system", "context", "truncate", "max_new_tokens", "do_sample", "temperature"};

// Only --try computes a model.
inline int run_data_clean_in_library(const options::Parsed<data::CleanOptions>& parsed) {
  return run_in_library(parsed.options.try_model.empty() ? kRows : kModels, "data clean", &parsed);
}

inline constexpr std::array kCommands = {
    library_command<train::TrainOptions>("train", "Work", "fine-tune a model on labelled rows", kCommonTrainOptions),
    library_command<SearchOptions>("search", "Work", "train with many values of options, and find the best",
                                   kCommonSearchOptions),
    library_command<EvalOptions>("eval", "Work", "measure a trained model on labelled rows"),
    library_command<PredictOptions>("predict", "Work", "apply a trained model to texts or to a file's rows"),
    library_command<EmbedOptions>("embed", "Work", "make vectors of texts or of a file's rows"),
    library_command<SimilarOptions>("similar", "Work", "find the rows whose vectors are nearest to texts"),
    library_command<ClusterOptions, kRows>("cluster", "Work", "group rows by their vectors, with a page to look at"),
    library_command<GenerateOptions>("generate", "Work", "continue prompts with a language model"),
    library_command<ChatOptions>("chat", "Work", "talk with a language model in the terminal", kCommonChatOptions),
    library_command<CompareOptions>("compare", "Work", "ask two language models, and say why one goes on"),
    library_command<TokenizeOptions>("tokenize", "Work", "show the tokens and ids of texts or of a file's rows"),
    library_command<TokenizerTrainOptions, kRows>("tokenizer train", "Work", "train a tokenizer on the texts of rows"),
    library_command<TokenizerCompareOptions, kRows>("tokenizer compare", "Work",
                                                    "tokens per word, unknown tokens and speed of several"),
    library_command<AverageOptions>("average", "Work", "average the weights of several trained models"),
    library_command<AdapterMergeOptions>("adapter merge", "Work", "write an adapter and its base model as one model"),
    library_command<ImportOptions>("import", "Work", "make a model folder of a GGUF file"),
    library_command<DataReportOptions, kRows>("data report", "Work",
                                              "say what rows hold, what is wrong, and what mends it"),
    library_command<DataLabelsOptions>("data labels", "Work", "find labels that are probably wrong, and rank them"),
    light_command<data::CleanOptions, run_data_clean_in_library, kRows | kModels>(
        "data clean", "Work", "change and drop rows by rules, with a record"),
    library_command<data::SplitOptions, kRows>("data split", "Work", "split rows into train, validation and test"),
    library_command<data::HeadOptions, kRows>("data head", "Work", "print the first rows"),
    library_command<DataShowOptions, kRows>("data show", "Work",
                                            "print rows by their numbers, or what a pretraining makes of them"),
    library_command<data::RowSampleOptions, kRows>("data sample", "Work", "print or write random rows"),
    library_command<data::ConvertOptions, kRows>("data convert", "Work", "write rows in another format"),
    library_command<data::MergeOptions, kRows>("data merge", "Work", "write several files as one"),
    library_command<corpus::MakeOptions, kRows>("data tokenize", "Work",
                                                "tokenize texts once, into shards for training"),
    library_command<corpus::ViewOptions, kRows>("data blocks", "Work", "show and check the blocks that shards hold"),
    library_command<ServeOptions>("serve", "Work", "serve a trained model over HTTP, with a page to try it"),
    light_command<WatchOptions, run_watch>("watch", "Work", "follow training runs in the browser"),
    light_command<AdviseOptions, run_advise, kModels>(
        "advise", "Work", "say how to train on rows, or what is wrong with a run", kCommonAdviseOptions),
    library_command<DevicesOptions>("devices", "About", "list the devices that models can be computed on"),
    light_command<VersionOptions, run_version>("version", "About",
                                               "print the versions of hone and its libraries, and the processor"),
    light_command<HelpOptions, run_help>("help", "About", "list the commands, or explain the options of one"),
};

// The first words of commands with two words. `hone help` lists them in place of their commands.
struct CommandFamily {
  std::string_view name, doc;
};
inline constexpr std::array kFamilies = {
    CommandFamily{"adapter", "join an adapter with its base model"},
    CommandFamily{"data", "look at rows, clean, split and convert them"},
    CommandFamily{"tokenizer", "train tokenizers, and compare them on your rows"},
};

// Returns the first of two words of a command's name, or an empty text.
constexpr std::string_view family_of(std::string_view command) {
  const size_t space = command.find(' ');
  return space == std::string_view::npos ? std::string_view() : command.substr(0, space);
}

// Returns whether the families are those of the commands.
consteval bool families_agree() {
  for (const Command& command : kCommands) {
    const std::string_view name = family_of(command.name);
    const auto is_named = [&](const CommandFamily& family) { return family.name == name; };
    if (!name.empty() && std::count_if(kFamilies.begin(), kFamilies.end(), is_named) != 1) return false;
  }
  for (const CommandFamily& family : kFamilies) {
    const auto is_member = [&](const Command& command) { return family_of(command.name) == family.name; };
    if (std::none_of(kCommands.begin(), kCommands.end(), is_member)) return false;
  }
  return true;
}
static_assert(families_agree(), "kFamilies and kCommands must have the same first words");

// The examples at the end of `hone help`.
inline constexpr std::array<std::string_view, 3> kExamples = {
    "hone train --model DIR --dataset reviews.csv --output-dir out",
    "hone predict --model out \"This movie was not bad, actually it was quite good!\"",
    "hone tokenizer train --kind byte-bpe --dataset reviews.csv --output-dir own",
};

}  // namespace hone::cli
