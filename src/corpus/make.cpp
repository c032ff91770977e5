#include "corpus/make.h"

#include <chrono>

#include "base/ahead.h"
#include "base/counted.h"
#include "base/error.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "base/progress.h"
#include "corpus/documents.h"
#include "corpus/near_copies.h"
#include "corpus/seen_texts.h"
#include "corpus/shard_writer.h"
#include "corpus/work_folder.h"
#include "text/tokenizer_fingerprint.h"

namespace hone::corpus {

namespace fs = std::filesystem;

namespace {

constexpr uint64_t kMaxShardDocuments = uint64_t{1} << 22;  // bounds the offsets in memory

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

// Returns the id of the end token, or nullopt if none is to be appended.
std::optional<int32_t> end_id(const MakeOptions& options, const text::Tokenizer& tokenizer) {
  if (!options.append_eos) return std::nullopt;
  if (const auto id = tokenizer.special_id("eos_token")) return id;
  throw Error(ErrorKind::kUsage,
              fmt::format("--append-eos: the tokenizer of {} has no end token", options.model_name_or_path.string()),
              "name one as eos_token in tokenizer_config.json; or leave out --append-eos");
}

// Returns the manifest of the corpus without its shards.
Manifest wanted_manifest(const MakeOptions& options, const std::vector<fs::path>& files,
                         const text::IdentifiedTokenizer& identified) {
  Manifest manifest;
  manifest.tokenizer_sha256 = identified.sha256;
  manifest.vocab_size = identified.tokenizer.vocab_size();
  manifest.sources = source_files(files);
  const DocumentOptions& documents = options.documents;
  const auto end = end_id(options, identified.tokenizer);
  manifest.settings = {
      {"text_column", documents.input.text_column},
      {"text_pair_column", documents.input.text_pair_column},
      {"encoding", documents.input.encoding},
      {"column_names", documents.input.column_names},
      {"documents", documents.documents},
      {"keep_linebreaks", documents.keep_linebreaks},
      {"deduplicate", options.deduplicate},
      {"near_duplicates", options.near_duplicates ? Json(options.near_duplicate_threshold) : Json(false)},
      {"add_special_tokens", options.add_special_tokens},
      {"append_eos", end ? Json(*end) : Json(false)},
      {"shard_tokens", options.shard_tokens}};
  return manifest;
}

bool is_before(const DocumentPlace& a, const DocumentPlace& b) {
  return a.file != b.file ? a.file < b.file : a.document < b.document;
}

class CorpusMaker {
 public:
  CorpusMaker(const MakeOptions& options, const text::Tokenizer& tokenizer, std::vector<fs::path> files,
              WorkFolder& work)
      : options_(options),
        tokenizer_(tokenizer),
        end_id_(end_id(options, tokenizer)),
        files_(std::move(files)),
        work_(work),
        begin_(work.manifest().shards.empty() ? DocumentPlace() : work.manifest().shards.back().end) {}

  // Writes all shards, or those before an interrupt.
  void run() {
    if (options_.near_duplicates) {
      near_copies_ =
          near_copies(files_, options_.documents, options_.near_duplicate_threshold, work_.path() / "shard-texts");
    }
    // Equal texts may lie in finished shards, so that all texts are read again, but not tokenized.
    const bool compares = options_.deduplicate || options_.near_duplicates;
    DocumentReader reader(files_, options_.documents, compares ? DocumentPlace() : begin_);
    Ahead<DocumentBatch> batches([&] { return reader.next(); });
    Progress progress("tokenizing", "document", 0);
    const Clock::time_point start = Clock::now();
    while (const auto batch = batches.next()) {
      add(*batch);
      progress.advance(batch->size(),
                       fmt::format("{:.1f} MB/s, {}", static_cast<double>(num_bytes_) / 1e6 / seconds_since(start),
                                   counted(work_.manifest().shards.size(), "shard")));
      if (pending_interrupt() != 0) return;
    }
    finish_shard();
  }

  uint64_t num_bytes() const { return num_bytes_; }

 private:
  // The documents of a batch that are new, and their ids.
  struct Encoded {
    std::vector<size_t> texts;  // their numbers in the batch
    std::vector<bool> is_duplicate;
    std::vector<text::Encoding> encodings;  // of the texts that are not empty
  };

  void add(const DocumentBatch& batch) {
    Encoded encoded = choose(batch);
    encode(batch, encoded);
    size_t next = 0;
    for (size_t i = 0; i < encoded.texts.size(); ++i) {
      if (encoded.is_duplicate[i]) {
        ++num_duplicates_;
        continue;
      }
      const std::string_view text = batch.texts[encoded.texts[i]];
      write(text, text.empty() ? std::vector<int32_t>() : std::move(encoded.encodings[next++].ids));
      if (is_full()) finish_shard(batch.place_after(encoded.texts[i]));
    }
    end_ = batch.place_after(batch.size() - 1);
  }

  // Returns the documents behind begin_.
  Encoded choose(const DocumentBatch& batch) {
    if (options_.near_duplicates && num_read_ + batch.size() > near_copies_.size()) {
      throw Error(ErrorKind::kInput, fmt::format("{} has changed while it was read", batch.file), "run again");
    }
    Encoded chosen;
    for (size_t i = 0; i < batch.size(); ++i) {
      const std::string_view text = batch.texts[i];
      const bool is_duplicate = (options_.near_duplicates && near_copies_[num_read_ + i]) ||
                                (options_.deduplicate && !text.empty() && !seen_.insert(text));
      if (is_before(batch.place_after(i), begin_) || batch.place_after(i) == begin_) continue;
      chosen.texts.push_back(i);
      chosen.is_duplicate.push_back(is_duplicate);
    }
    num_read_ += batch.size();
    return chosen;
  }

  void encode(const DocumentBatch& batch, Encoded& encoded) const {
    std::vector<std::string_view> texts;
    std::vector<size_t> numbers;
    for (size_t i = 0; i < encoded.texts.size(); ++i) {
      const std::string_view text = batch.texts[encoded.texts[i]];
      if (encoded.is_duplicate[i] || text.empty()) continue;
      texts.push_back(text);
      numbers.push_back(encoded.texts[i]);
    }
    const text::EncodeOptions encode_options{.add_special_tokens = options_.add_special_tokens};
    try {
      encoded.encodings = tokenizer_.encode_batch(texts, {}, encode_options, static_cast<int>(options_.num_threads));
    } catch (const Error&) {
      for (const size_t i : numbers) find_error(batch, i, encode_options);
      throw;
    }
  }

  // Throws the tokenizer's error for text i with its place; returns if the text has none.
  void find_error(const DocumentBatch& batch, size_t i, const text::EncodeOptions& encode_options) const {
    try {
      tokenizer_.encode(batch.texts[i], encode_options);
    } catch (const Error& error) {
      throw Error(error.kind(), fmt::format("{}: {}", batch.location(i), error.what()), error.hint());
    }
  }

  void write(std::string_view text, std::vector<int32_t> ids) {
    if (end_id_ && !text.empty() && (ids.empty() || ids.back() != *end_id_)) ids.push_back(*end_id_);
    if (!shard_) shard_.emplace(work_.path(), work_.manifest().shards.size(), tokenizer_.vocab_size());
    shard_->add(ids);
    shard_bytes_ += text.size();
    num_bytes_ += text.size();
    num_empty_ += text.empty() ? 1 : 0;
  }

  bool is_full() const {
    return shard_->num_tokens() >= static_cast<uint64_t>(options_.shard_tokens) ||
           shard_->num_documents() >= kMaxShardDocuments;
  }

  void finish_shard(const DocumentPlace& end) {
    ShardRecord record = shard_->commit();
    shard_.reset();
    record.num_bytes = std::exchange(shard_bytes_, 0);
    record.num_empty = std::exchange(num_empty_, 0);
    record.num_duplicates = std::exchange(num_duplicates_, 0);
    record.end = end;
    work_.add(std::move(record));
  }

  // Writes the last shard, if there are documents behind the one before.
  void finish_shard() {
    if (shard_) return finish_shard(end_);
    if (num_duplicates_ > 0) work_.add_to_last(num_duplicates_);
  }

  const MakeOptions& options_;
  const text::Tokenizer& tokenizer_;
  std::optional<int32_t> end_id_;
  std::vector<fs::path> files_;
  WorkFolder& work_;
  DocumentPlace begin_, end_;  // of the documents that this call tokenizes
  SeenTexts seen_;
  std::vector<bool> near_copies_;  // of all documents
  uint64_t num_read_ = 0;          // documents before the batch, from the first one on if texts are compared
  std::optional<ShardWriter> shard_;
  uint64_t shard_bytes_ = 0, num_empty_ = 0, num_duplicates_ = 0;  // of the shard
  uint64_t num_bytes_ = 0;
};

// Returns what is wrong with the files of a corpus, or "".
std::string damage_of(const fs::path& folder, const Manifest& manifest) {
  Progress progress("comparing checksums", "shard", manifest.shards.size());
  for (size_t i = 0; i < manifest.shards.size(); ++i) {
    if (std::string damage = damage_of_shard(folder, manifest, i); !damage.empty()) return damage;
    progress.advance(1);
  }
  return "";
}

// Throws if no document has a token.
void check_has_text(WorkFolder& work) {
  const ShardRecord totals = work.manifest().totals();
  if (totals.num_tokens > 0) return;
  const std::string first = work.manifest().sources.front().path;
  work.discard();
  throw Error(ErrorKind::kInput,
              fmt::format("{}{}: there is no text in {}", first,
                          work.manifest().sources.size() > 1 ? " and the other files" : "",
                          counted(totals.num_documents, "document")),
              "name the column of the text with --text-column");
}

}  // namespace

MakeResult make_corpus(const MakeOptions& options, Overwrite others) {
  const InterruptGuard guard;
  const std::vector<fs::path> files = corpus_files(options.documents.input, options.split);
  const text::IdentifiedTokenizer identified = text::load_identified_tokenizer(options.model_name_or_path);
  const Manifest wanted = wanted_manifest(options, files, identified);
  const Clock::time_point start = Clock::now();
  MakeResult result;
  const Overwrite overwrite = options.overwrite ? Overwrite::kAll : others;
  if (output_state(options.output, wanted, overwrite) == OutputState::kSame) {
    result.manifest = read_manifest(options.output);
    const std::string damage = damage_of(options.output, result.manifest);
    if (damage.empty()) {
      result.was_complete = true;
      result.seconds = seconds_since(start);
      return result;
    }
    if (overwrite == Overwrite::kNone) throw Error(ErrorKind::kInput, damage, "--overwrite makes the corpus again");
    log_warning("{}; making the corpus again", damage);
  }
  WorkFolder work(options.output, wanted, overwrite != Overwrite::kNone);
  result.num_finished = work.manifest().totals().num_documents;
  if (result.num_finished > 0) {
    log_info("continuing behind {} in {}", counted(result.num_finished, "document"),
             counted(work.manifest().shards.size(), "finished shard"));
  }
  if (!work.manifest().is_complete) {
    CorpusMaker maker(options, identified.tokenizer, files, work);
    maker.run();
    result.num_bytes = maker.num_bytes();
  }
  result.interrupt = pending_interrupt();
  if (result.interrupt == 0) {
    check_has_text(work);
    work.publish();
  }
  result.manifest = work.manifest();
  result.seconds = seconds_since(start);
  return result;
}

std::string to_text(const MakeResult& result, const MakeOptions& options) {
  const ShardRecord totals = result.manifest.totals();
  const std::string shards = fmt::format("{} with {} of {} bytes in {}", counted(totals.num_documents, "document"),
                                         counted(totals.num_tokens, "token"), result.manifest.id_bytes(),
                                         counted(result.manifest.shards.size(), "shard"));
  if (result.interrupt != 0) {
    return fmt::format("stopped: {} are finished; the same command continues\n", shards);
  }
  std::string text = fmt::format("{} {}: {}", result.was_complete ? "up to date, checksums compared:" : "wrote",
                                 options.output.string(), shards);
  if (totals.num_empty > 0) text += fmt::format(", {} without text", counted(totals.num_empty, "document"));
  if (totals.num_duplicates > 0) text += fmt::format(", {} left out", counted(totals.num_duplicates, "duplicate"));
  if (result.num_bytes == 0) return text + "\n";
  const double megabytes = static_cast<double>(result.num_bytes) / 1e6;
  return text + fmt::format("\n{:.1f} MB of text in {:.2f} s, {:.1f} MB/s\n", megabytes, result.seconds,
                            megabytes / result.seconds);
}

}  // namespace hone::corpus
