#include "train/run_text.h"

#include <algorithm>
#include <cmath>
#include <memory>

#include "base/counted.h"
#include "base/files.h"
#include "base/log.h"
#include "corpus/make.h"
#include "corpus/mixture.h"
#include "table/read.h"
#include "train/run_files.h"

namespace hone::train {

namespace {

namespace fs = std::filesystem;

using Ranges = std::vector<task::BlockRange>;

// The text of a split: corpora, and files or folders that a corpus is made of.
struct SplitText {
  std::vector<fs::path> corpora;
  std::vector<std::string> files;
  std::string split;  // of the folders among them

  bool empty() const { return corpora.empty() && files.empty(); }
  void add(const std::string& path) {
    if (corpus::is_corpus(path)) {
      corpora.emplace_back(path);
    } else {
      files.push_back(path);
    }
  }
};

bool has_split(const TrainOptions& options, const std::string& split) {
  const fs::path& dataset = options.rows.dataset;
  if (dataset.empty() || corpus::is_corpus(dataset)) return false;
  return table::dataset_files(dataset, options.rows.dataset_config_name).contains(split);
}

SplitText text_of_split(const TrainOptions& options, const std::string& split, const std::vector<std::string>& files) {
  SplitText text{.split = split};
  for (const std::string& file : files) text.add(file);
  if (!files.empty()) return text;
  if (split == "train" ? !options.rows.dataset.empty() : has_split(options, split)) {
    text.add(options.rows.dataset.string());
  }
  return text;
}

class Opener {
 public:
  Opener(const TrainOptions& options, const text::IdentifiedTokenizer& tokenizer, int64_t block_size,
         const fs::path& folder)
      : options_(options), tokenizer_(tokenizer), blocks_(options.text), folder_(folder / kCorporaFolder) {
    blocks_.block_size = block_size;
  }

  Ranges open(const SplitText& text) const {
    Ranges ranges;
    if (!text.files.empty()) ranges.push_back(open(made(text)));
    for (const fs::path& corpus : text.corpora) ranges.push_back(open(corpus));
    return ranges;
  }

  task::BlockRange open(const fs::path& folder) const {
    auto corpus = std::make_shared<const corpus::Corpus>(folder);
    corpus->check_tokenizer(tokenizer_.sha256, tokenizer_.tokenizer.vocab_size(), options_.model_name_or_path.string());
    auto blocks = std::make_shared<const corpus::Blocks>(std::move(corpus), blocks_);
    const corpus::BlockCounts& counts = blocks->counts();
    if (counts.split_documents > 0) {
      const std::string fate =
          blocks_.packing ? "split" : fmt::format("cut off: {} are not read", counted(counts.dropped_tokens, "token"));
      log_info("{}: {} of {} {} longer than {} and {}", folder.string(), counts.split_documents,
               counted(counts.documents, "document"), counts.split_documents == 1 ? "is" : "are",
               counted(static_cast<uint64_t>(blocks_.size()), "token"), fate);
    }
    const uint64_t size = blocks->size();
    return {std::move(blocks), 0, size};
  }

 private:
  fs::path made(const SplitText& text) const {
    corpus::MakeOptions make;
    static_cast<corpus::ContentOptions&>(make) = options_.text;
    static_cast<corpus::TextFileOptions&>(make.documents) = options_.text;
    make.documents.input.files = text.files;
    make.documents.input.dataset_config_name = options_.rows.dataset_config_name;
    make.documents.input.text_column = options_.rows.text_column;
    make.documents.input.text_pair_column = options_.rows.text_pair_column;
    make.split = text.split;
    make.model_name_or_path = options_.model_name_or_path;
    make.output = folder_ / text.split;
    make_folders(folder_);
    const corpus::MakeResult result =
        corpus::make_corpus(make, corpus::Overwrite::kOthers);  // the folder is the run's own
    if (result.interrupt != 0) {
      throw TokenizationInterrupted(ErrorKind::kIo, "interrupted while the text was tokenized",
                                    "the same command continues");
    }
    const corpus::ShardRecord totals = result.manifest.totals();
    log_info("{} {}: {} of {}", result.was_complete ? "read" : "made", make.output.string(),
             counted(totals.num_tokens, "token"), counted(totals.num_documents, "document"));
    return make.output;
  }

  const TrainOptions& options_;
  const text::IdentifiedTokenizer& tokenizer_;
  corpus::BlockOptions blocks_;
  fs::path folder_;
};

void take_first(Ranges& ranges, std::optional<int64_t> most) {
  if (!most) return;
  auto left = static_cast<uint64_t>(*most);
  for (task::BlockRange& range : ranges) {
    range.end = range.begin + std::min(range.size(), left);
    left -= range.size();
  }
  std::erase_if(ranges, [](const task::BlockRange& range) { return range.size() == 0; });
}

// Moves the last blocks of each corpus into a split of their own.
Ranges held_out(Ranges& train, double share) {
  Ranges held;
  for (task::BlockRange& range : train) {
    const auto wanted = static_cast<uint64_t>(std::ceil(share * static_cast<double>(range.size())));
    const uint64_t count = std::min(wanted, range.size() - 1);
    if (count == 0) continue;
    held.push_back({range.blocks, range.end - count, range.end});
    range.end -= count;
  }
  if (held.empty()) {
    throw Error(ErrorKind::kInput, "the text has one block, so none can be held out for evaluation",
                "lower --block-size, or give --validation-file FILE");
  }
  return held;
}

bool evaluates(const TrainOptions& options) { return options.eval_strategy != "no"; }

}  // namespace

void check_text_options(const TrainOptions& options) {
  const bool has_rows = !options.train_file.empty() || !options.rows.dataset.empty();
  corpus::parse_mix(options.text.mix);
  if (!options.text.mix.empty() && !options.train_file.empty()) {
    throw Error(ErrorKind::kUsage, "the training text is given by --train-file and by --mix", "give it in one way");
  }
  if (options.text.mix.empty() && !has_rows) {
    throw Error(ErrorKind::kUsage, "no text was named",
                "give --train-file FILE, --dataset FOLDER or --mix DIR=WEIGHT,...");
  }
}

RunText open_run_text(const TrainOptions& options, const text::IdentifiedTokenizer& tokenizer, int64_t block_size,
                      const fs::path& folder) {
  const Opener opener(options, tokenizer, block_size, folder);
  RunText text;
  text.order = {.seed = options.seed, .shuffle = options.text.shuffle};
  for (const corpus::MixPart& part : corpus::parse_mix(options.text.mix)) {
    text.train.push_back(opener.open(part.folder));
    text.order.weights.push_back(part.weight);
  }
  if (text.train.empty()) text.train = opener.open(text_of_split(options, "train", options.train_file));
  SplitText validation = text_of_split(options, "validation", options.validation_file);
  SplitText test = text_of_split(options, "test", options.test_file);
  if (!validation.empty()) {
    text.evaluation_name = "validation";
    text.evaluation = opener.open(validation);
  } else if (options.sample.validation_split > 0) {
    text.evaluation_name = "held-out";
    text.evaluation = held_out(text.train, options.sample.validation_split);
  } else if (evaluates(options) && !test.empty()) {
    text.evaluation_name = "test";
    text.evaluation = opener.open(test);
    log_warning(
        "there is no validation text, so the test text evaluates the training (--validation-split 0.1 holds "
        "training text out instead)");
  } else if (evaluates(options)) {
    throw Error(ErrorKind::kUsage, "there is no text to evaluate on, which --eval-strategy needs",
                "give --validation-split 0.1 (a share of the training text) or --validation-file FILE");
  }
  const bool takes_test = options.test_at_end && text.evaluation_name != "test" &&
                          (!options.test_file.empty() || !text.evaluation_name.empty());
  if (takes_test && !test.empty()) text.test = opener.open(test);
  take_first(text.train, options.max_train_samples);
  take_first(text.evaluation, options.sample.max_eval_samples);
  if (text.order.weights.size() > text.train.size()) {
    throw Error(ErrorKind::kUsage,
                fmt::format("max_train_samples {} leaves corpora of --mix without blocks", *options.max_train_samples),
                "leave it out, or give --max-steps");
  }
  return text;
}

}  // namespace hone::train
