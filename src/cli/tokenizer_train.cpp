// hone tokenizer train: trains a tokenizer on the texts of rows.
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "base/counted.h"
#include "base/error.h"
#include "base/files.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "cli/library.h"
#include "cli/text_rows.h"
#include "cli/tokenizer_train_options.h"
#include "options/given.h"
#include "text/tokenizer_trainer.h"
#include "text/trainer_parts.h"

namespace hone::cli {

namespace {

namespace fs = std::filesystem;

// The files that a training writes, and that it may therefore replace.
constexpr std::array<std::string_view, 4> kTokenizerFiles = {"tokenizer.json", "tokenizer_config.json",
                                                             "special_tokens_map.json", "vocab.txt"};

// Throws if the kind does not read an option that the user gave.
void check_kind_options(const TokenizerTrainOptions& options, const std::vector<options::GivenOption>& given) {
  const text::TrainerKind& kind = text::find_trainer_kind(options.trainer.kind);
  for (const options::GivenOption& option : given) {
    const auto& unread = kind.unread_options;
    if (std::find(unread.begin(), unread.end(), option.name) == unread.end()) continue;
    throw Error(ErrorKind::kUsage, fmt::format("{} does not apply to the kind {}", option.where, kind.name),
                "leave it out, or choose another --kind");
  }
}

// Throws if the folder cannot be written, or if it holds anything that the training may not replace.
void check_output_folder(const TokenizerTrainOptions& options) {
  const fs::path& folder = options.output_dir;
  if (fs::exists(folder) && !fs::is_directory(folder)) {
    throw Error(ErrorKind::kUsage, fmt::format("output_dir {} is a file", folder.string()),
                "give another --output-dir");
  }
  std::vector<std::string> own, others;
  if (fs::is_directory(folder)) {
    for (const auto& entry : fs::directory_iterator(folder)) {
      const std::string name = entry.path().filename().string();
      const bool is_own = std::find(kTokenizerFiles.begin(), kTokenizerFiles.end(), name) != kTokenizerFiles.end();
      (is_own ? own : others).push_back(name);
    }
  }
  std::sort(others.begin(), others.end());
  if (others.size() > 5) others.resize(5);
  if (!others.empty()) {
    throw Error(ErrorKind::kUsage,
                fmt::format("output_dir {} holds files that are not a tokenizer's ({})", folder.string(),
                            fmt::join(others, ", ")),
                "give another --output-dir");
  }
  if (!own.empty() && !options.overwrite_output_dir) {
    throw Error(ErrorKind::kUsage, fmt::format("output_dir {} already holds a tokenizer", folder.string()),
                "replace it (--overwrite-output-dir), or give another --output-dir");
  }
  fs::path parent = fs::absolute(folder.has_filename() ? folder : folder.parent_path()).parent_path();
  while (!fs::exists(parent)) parent = parent.parent_path();
  if (access(parent.c_str(), W_OK) == 0) return;
  throw Error(ErrorKind::kIo, fmt::format("cannot write into {}: {}", parent.string(), system_message(errno)),
              "check the permissions of this folder, or give another --output-dir");
}

std::vector<fs::path> training_files(const TokenizerTrainOptions& options) {
  if (options.train_file.empty()) return files_of_split(options.rows);
  if (!options.rows.dataset.empty()) {
    throw Error(ErrorKind::kUsage, "both --dataset and --train-file are given", "give one of them");
  }
  return {options.train_file.begin(), options.train_file.end()};
}

void save_tokenizer(const text::Tokenizer& tokenizer, const fs::path& output_dir) {
  AtomicFolder folder(output_dir);
  tokenizer.save(folder.staging());
  folder.commit();
}

}  // namespace

int run_tokenizer_train(const options::Parsed<TokenizerTrainOptions>& parsed) {
  const TokenizerTrainOptions& options = parsed.options;
  check_kind_options(options, options::given_options(parsed));
  check_output_folder(options);
  const std::vector<fs::path> files = training_files(options);
  text::TokenizerTrainer trainer(options.trainer);
  const TextRowsCount count = for_each_text_block(files, options.rows, "counting words",
                                                  [&](std::span<const std::string_view> texts) { trainer.add(texts); });
  const text::TokenizerTrainer::Trained trained = trainer.train();
  log_info("{} with {} of text: {}, {} distinct", counted(count.rows, "row"), counted(count.bytes, "byte"),
           counted(trained.num_words, "word"), trained.num_distinct_words);
  if (count.without_text > 0) log_warning("{} without text", counted(count.without_text, "row"));
  if (trained.tokenizer.vocab_size() < trained.wanted_size) {
    log_warning("the vocabulary has {} tokens, not {}: the text has no more that training would add",
                trained.tokenizer.vocab_size(), trained.wanted_size);
  }
  // Until here Ctrl-C ends the process, which has written nothing. The files appear together.
  const InterruptGuard guard;
  save_tokenizer(trained.tokenizer, options.output_dir);
  log_info("wrote a tokenizer of {} tokens to {}", trained.tokenizer.vocab_size(), options.output_dir.string());
  return pending_interrupt() == 0 ? 0 : 128 + pending_interrupt();
}

}  // namespace hone::cli
