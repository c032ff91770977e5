// What is known before a training begins: the rows, the checkpoints, the machine, and what a few real steps have cost.
// The rules of advice on it are in choices.h (values of options) and criteria.h (which checkpoint, what is wrong).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/json.h"

namespace hone::advise {

// A checkpoint, and how its tokenizer divides a sample of the rows.
struct CheckpointFacts {
  std::string folder;
  std::string error;  // why it cannot be trained on these rows; the numbers are then unknown
  std::string family;
  std::string licence;       // as its card says; empty: the card says none
  std::string trained_task;  // of its head; empty: it has none
  int64_t num_parameters = 0, vocab_size = 0;
  int64_t max_length = 0;           // tokens of a row at most
  double tokens_per_word = 0;       // words are separated by white space
  double tokens_per_character = 0;  // white space does not count
  double unknown_share = 0;         // of the tokens
  double too_long_share = 0;        // of the rows
  double script_share = 0;          // of the vocabulary: pieces in the script of the rows
  bool lowers_case = false, strips_accents = false;
};

struct ClassCount {
  std::string name;
  uint64_t rows = 0;
};

struct RowsFacts {
  std::string task;
  uint64_t num_train = 0, num_evaluation = 0, num_test = 0;
  bool has_evaluation = false;      // the data set has rows for it; false: training rows are held out
  bool is_unevaluated = false;      // nor are training rows held out, as the user wants it
  bool has_pairs = false;           // of texts
  std::vector<ClassCount> classes;  // of text-classification
  uint64_t num_sampled = 0;         // rows that were looked at for what follows
  std::string language, script;     // of most rows, as data::language_name() and script_name() call them
  bool has_spaces = true;           // the language separates words
  double capital_share = 0;         // of words with a capital letter
  double accent_share = 0;          // of words with a Latin letter that has an accent
  std::vector<uint32_t> lengths;    // tokens of the sampled rows with the first checkpoint, sorted
};

// What of the model is trained.
enum class TrainedPart { kAll, kAdapters, kHead };

// What a few real steps cost, and what follows for a run.
struct Measured {
  TrainedPart part = TrainedPart::kAll;
  std::string error;  // why it was not measured; the numbers are then unknown
  int64_t num_steps = 0;
  double prepare_seconds = 0;                       // to read rows and model
  double epoch_seconds = 0;                         // the steps of an epoch
  double evaluation_seconds = 0;                    // of all evaluation rows, once
  double test_seconds = 0;                          // of the test rows, once at the end
  uint64_t longest_tokens = 0, typical_tokens = 0;  // of a micro-batch
  double longest_seconds = 0, typical_seconds = 0;
  uint64_t peak_bytes = 0;       // of the process
  bool is_extrapolated = false;  // the longest batch would not fit, so time and memory follow from smaller ones
  uint64_t fixed_bytes = 0;      // of the peak: without the activations
  double bytes_per_token = 0;    // of a micro-batch
  uint64_t longest_row = 0;      // its tokens
  bool keeps_body = false;       // the body is frozen and is computed once for each row
};

struct Before {
  RowsFacts rows;
  std::vector<CheckpointFacts> checkpoints;  // the first one is --model
  std::string compute;                       // "cpu, 2 threads, fp32 (...)"
  uint64_t memory_bytes = 0;                 // that the training may take; 0: unknown
  std::vector<Measured> measured;            // the first one trains everything; may be empty

  const CheckpointFacts& model() const { return checkpoints.front(); }
};

// Returns "training everything" and so on, as ids for JSON: "all", "lora", "head".
std::string_view part_name(TrainedPart part);

// Returns the seconds of a whole run of so many epochs, with an evaluation after each, and of the test rows at its end.
double run_seconds(const Measured& measured, double epochs);

// Returns "9.6%", and "0.03%" of a share below 1 %.
std::string share_text(double share);

// Returns all of it as one object.
Json to_json(const Before& before);

}  // namespace hone::advise
