// The options that select rows and that say how long texts are read, shared by the commands that need them.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "table/row_options.h"

namespace hone::task {

// Selects files and their columns.
struct RowOptions : table::DatasetOptions, table::ColumnOptions {
  std::vector<std::string> target_columns;
  std::string label_separator = ",";
  bool strict = false;

  template <typename Self, typename Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit.group("Data");
    table::DatasetOptions::fields(self, visit);
    table::ColumnOptions::fields(self, visit);
    visit("target_columns", self.target_columns,
          "columns with the numbers that a regression predicts, or with 0 and 1 for each label of multi-label")
        .value_name("NAME,...")
        .default_text("the label column");
    visit("label_separator", self.label_separator, "separates the labels of a multi-label row in one cell")
        .value_name("TEXT");
    visit("strict", self.strict, "a row without text or label is an error; without this option it is skipped");
  }
};

// Selects a part of the rows.
struct SampleOptions {
  std::optional<uint64_t> shuffle_seed;
  std::optional<int64_t> max_eval_samples;
  double validation_split = 0;

  template <typename Self, typename Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("shuffle_seed", self.shuffle_seed,
          "seed to shuffle the rows of each split, with the order of datasets' shuffle(seed)")
        .value_name("SEED")
        .default_text("not shuffled before rows are taken");
    visit("max_eval_samples", self.max_eval_samples, "evaluate on this many rows: the first ones").at_least(1);
    visit("validation_split", self.validation_split, "share of the training rows that is held out for evaluation")
        .in_range(0, 0.99);
  }
};

// How a language model reads a text that is evaluated (task/causal_lm.h).
struct WindowOptions {
  std::optional<int64_t> stride;  // unset: half a window
  std::string row_separator = "\n\n";

  template <typename Self, typename Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("stride", self.stride,
          "tokens between the beginnings of two windows of max_seq_length tokens; only tokens that the window before "
          "does not have count")
        .at_least(1)
        .default_text("half a window");
    visit("row_separator", self.row_separator, "stands between the texts of two rows, which are read as one text")
        .value_name("TEXT");
  }
};

// Those of metric/bleu.h.
inline constexpr std::array<std::string_view, 4> kBleuTokenizers = {"13a", "zh", "none", "char"};

// How a label is scored (task/label_scores.h), and how the examples in a prompt are chosen (task/shots.h).
inline constexpr std::array<std::string_view, 3> kLabelScoreNames = {"sum", "mean", "calibrated"};
inline constexpr std::array<std::string_view, 4> kShotsChoiceNames = {"first", "random", "balanced", "nearest"};

// Classification by a prompt (task/prompt_classification.h).
struct PromptOptions {
  std::string prompt;
  std::vector<std::string> labels;
  std::string label_score = "sum";
  bool apply_chat_template = false;
  int64_t shots = 0;
  std::filesystem::path shots_from;
  std::string shots_choice = "balanced";
  std::string shots_separator = "\n\n";
  uint64_t shots_seed = 42;
  std::filesystem::path embedding_model;

  template <typename Self, typename Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("prompt", self.prompt,
          "what the model reads, with {text} (and {text_pair}) in the place of the text; a label follows, or stands at "
          "{label}")
        .value_name("TEXT");
    visit("labels", self.labels, "what may follow the prompt, in the order of the labels' ids").value_name("TEXT,...");
    visit("label_score", self.label_score,
          "a label's score: the sum of the log-probabilities of its tokens, their mean, or the sum minus that for an "
          "empty text")
        .choices({kLabelScoreNames.begin(), kLabelScoreNames.end()});
    visit("apply_chat_template", self.apply_chat_template,
          "ask in the model's chat template: the prompt is the user's message, the label the answer");
    visit("shots", self.shots, "examples with their labels that stand in the prompt").at_least(0);
    visit("shots_from", self.shots_from, "file or folder with the rows of the examples; of a folder the train split")
        .value_name("PATH");
    visit("shots_choice", self.shots_choice,
          "the examples: the first rows, random ones, random ones with equally many of each label, or for each text "
          "those that are most similar to it")
        .choices({kShotsChoiceNames.begin(), kShotsChoiceNames.end()});
    visit("shots_separator", self.shots_separator, "stands after an example, without a chat template")
        .value_name("TEXT");
    visit("shots_seed", self.shots_seed, "seed of the choice of examples").value_name("SEED");
    visit("embedding_model", self.embedding_model,
          "folder of the model whose embeddings decide which texts are similar")
        .value_name("DIR")
        .default_text("the language model");
  }
};

// Translation and summarization (task/seq2seq.h). What is unset in the commands that use a trained model is as in its
// training.
struct Seq2SeqOptions {
  std::string target_column, source_lang, target_lang;
  std::vector<std::string> target_file, validation_target_file;
  std::optional<std::string> source_prefix, forced_bos_token;
  std::optional<int64_t> max_target_length, num_beams, generation_max_length;
  bool predict_with_generate = false;
  std::string bleu_tokenizer = "13a";
  bool use_stemmer = true;

  static constexpr int64_t kDefaultTargetLength = 128;

  // The options of answers.
  template <typename Self, typename Visitor>
  static void answer_fields(Self& self, Visitor& visit) {
    visit("source_lang", self.source_lang,
          "language of the texts, such as en: its column, or its key in the column "
          "\"translation\"")
        .value_name("CODE");
    visit("target_lang", self.target_lang, "language of the translations").value_name("CODE");
    visit("source_prefix", self.source_prefix,
          "stands before each text, such as \"translate English to German: \" for T5")
        .value_name("TEXT")
        .default_text("none");
    visit("forced_bos_token", self.forced_bos_token, "first token of each answer, such as a language code")
        .value_name("TOKEN")
        .default_text("as generation_config.json says");
    visit("num_beams", self.num_beams, "sequences that the beam search of an answer follows")
        .at_least(1)
        .default_text("as generation_config.json says, else 1");
    visit("generation_max_length", self.generation_max_length, "most tokens of an answer, with the decoder's first one")
        .at_least(2)
        .default_text("max_target_length");
    visit("max_target_length", self.max_target_length, "tokens of a target at most; longer targets are truncated")
        .at_least(2)
        .default_text("128");
  }

  // Those of rows and their evaluation, too.
  template <typename Self, typename Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit.group("Translation and summarization");
    visit("target_column", self.target_column, "column with the targets")
        .alias("summary_column")
        .value_name("NAME")
        .default_text("found by its name");
    visit("target_file", self.target_file,
          "text files whose lines are the targets of the lines of the training files, or of --dataset")
        .paths()
        .value_name("FILE,...");
    answer_fields(self, visit);
    visit("predict_with_generate", self.predict_with_generate,
          "evaluations also generate answers, and measure BLEU and chrF, or ROUGE");
    visit("bleu_tokenizer", self.bleu_tokenizer, "sacrebleu's words: zh for Chinese")
        .choices({kBleuTokenizers.begin(), kBleuTokenizers.end()});
    visit("use_stemmer", self.use_stemmer, "ROUGE compares the stems of English words");
  }
};

// Training of models that make vectors of texts (task/contrastive.h).
struct ContrastiveTaskOptions {
  std::optional<std::string> contrastive_loss;
  std::vector<std::string> negative_columns, matryoshka_dims;
  int64_t mini_batch_size = 0;
  double max_score = 1;

  template <typename Self, typename Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit.group("Vectors of texts");
    visit(
        "contrastive_loss", self.contrastive_loss,
        "mnr: the second text of a row among all texts of the batch; cosent: the order of the scores of pairs; cosine: "
        "squared differences of cosine and score")
        .choices({"mnr", "cosent", "cosine"})
        .default_text("cosent for pairs with scores, else mnr");
    visit("negative_columns", self.negative_columns, "columns with texts of another meaning than the row's pair")
        .value_name("NAME,...")
        .default_text("negative, negative_1, negative_2 ...");
    visit(
        "matryoshka_dims", self.matryoshka_dims,
        "train the first N values of the vectors too, such as 384,256,128,64, so that hone embed --width can take them")
        .value_name("N,...");
    visit(
        "mini_batch_size", self.mini_batch_size,
        "rows of a contrastive batch that are computed at once, so that batches of thousands fit into memory; each is "
        "computed twice; 0: all")
        .at_least(0);
    visit("max_score", self.max_score, "largest score of a pair; scores are divided by it").above(0);
  }
};

inline constexpr std::array<std::string_view, 4> kLongTextNames = {"head", "tail", "head-tail", "windows"};

// What is read of a text that is longer than the model takes (task/reading.h).
struct LongText {
  std::optional<std::string> long_text;  // unset: as the tokenizer truncates
  std::optional<int64_t> doc_stride;     // unset: a quarter of a window
  std::optional<int64_t> max_windows;

  static constexpr int64_t kDefaultMaxWindows = 16;

  // `unset`: the default that --help names, such as "that of the training"; empty: the defaults below.
  template <typename Self, typename Visitor>
  static void fields(Self& self, Visitor& visit, const std::string& unset = "") {
    const auto otherwise = [&](const char* own) { return unset.empty() ? std::string(own) : unset; };
    visit("long_text", self.long_text,
          "what is read of a text beyond max_seq_length: its head or tail, the first quarter and the last three "
          "quarters of a row, or all of it in windows, whose outputs are averaged; pairs are always truncated")
        .choices({kLongTextNames.begin(), kLongTextNames.end()})
        .default_text(otherwise("as the tokenizer truncates"));
    visit("doc_stride", self.doc_stride, "tokens that a window shares with the one before it")
        .at_least(0)
        .default_text(otherwise("a quarter of a window"));
    visit("max_windows", self.max_windows, "windows of a text at most; the rest is truncated")
        .at_least(1)
        .default_text(otherwise("16"));
  }
};

}  // namespace hone::task
