// The folder in which shards grow beside their output: it keeps what is finished when the process is killed, and
// becomes the output when all is there.
#pragma once

#include <filesystem>
#include <string>

#include "base/descriptor.h"
#include "corpus/make.h"
#include "corpus/manifest.h"

namespace hone::corpus {

// What a call finds in place of its output.
enum class OutputState {
  kFree,  // nothing, or a corpus that may be replaced
  kSame,  // a complete corpus of the same files, tokenizer and settings
};

// Returns what is at `output`. Errors: kUsage for a file, for a folder that holds anything but a corpus, and for
// another corpus that may not be overwritten.
OutputState output_state(const std::filesystem::path& output, const Manifest& wanted, Overwrite overwrite);

// Compares what two corpora were made of. Returns the first difference, such as "it was made with another tokenizer",
// or an empty text if they agree.
std::string difference(const Manifest& corpus, const Manifest& wanted);

class WorkFolder {
 public:
  // Opens OUTPUT.partial and locks it. Finished shards of the same work are kept: manifest() lists them. Shards whose
  // content changed, and those behind them, are removed with a warning. Errors: kUsage for a folder that another
  // process writes to, that holds other files, or that holds the shards of other work unless `overwrites`; kIo.
  WorkFolder(const std::filesystem::path& output, const Manifest& wanted, bool overwrites);
  // Removes the folder if no shard is finished.
  ~WorkFolder();
  WorkFolder(const WorkFolder&) = delete;
  WorkFolder& operator=(const WorkFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  const Manifest& manifest() const { return manifest_; }

  // Records a shard whose files are in the folder.
  void add(ShardRecord shard);
  // Adds to the counts of the last shard.
  void add_to_last(uint64_t num_duplicates);
  // Makes the folder the output, in one step if nothing is replaced.
  void publish();
  // Forgets the shards, so that the folder is removed.
  void discard() { manifest_.shards.clear(); }

 private:
  void begin_anew(const Manifest& wanted);
  void keep_finished();

  std::filesystem::path output_, path_;
  bool is_published_ = false;
  Descriptor lock_;
  Manifest manifest_;
};

}  // namespace hone::corpus
