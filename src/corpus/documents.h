// Reads the documents of files, batch by batch in constant memory: the rows of every format of the table floor, or the
// lines, paragraphs or whole text of txt files.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "corpus/content_options.h"
#include "corpus/document_place.h"
#include "data/inputs.h"

namespace hone::corpus {

struct DocumentOptions : TextFileOptions {
  data::InputOptions input;  // the columns and the encoding; not the files

  template <typename Self, typename Visitor>
  static void fields(Self& self, Visitor& visit) {
    data::InputOptions::fields(self.input, visit);
    visit("text_column", self.input.text_column, "column that holds the text")
        .value_name("NAME")
        .default_text("found by name: text, sentence, review ...");
    visit("text_pair_column", self.input.text_pair_column, "column whose text follows on a line of its own")
        .value_name("NAME")
        .default_text("found by name: sentence2, hypothesis ...");
    TextFileOptions::fields(self, visit);
  }
};

// Some documents of one file. The texts are valid as long as the batch or one that it was moved to.
struct DocumentBatch {
  std::vector<std::string_view> texts;  // checked UTF-8; empty if the row has no text
  DocumentPlace begin;                  // of the first text
  std::string file;                     // for messages
  std::vector<uint64_t> lines;          // of a txt file: where each text begins
  table::Rows rows;                     // of another file: the row of each text
  std::shared_ptr<const void> owner;    // keeps the texts

  size_t size() const { return texts.size(); }
  // Returns the place behind text i.
  DocumentPlace place_after(size_t i) const { return {begin.file, begin.document + i + 1}; }
  // Returns "train.txt:17", or "train.parquet: row 17".
  std::string location(size_t i) const;
};

// The documents of one file.
class FileDocuments {
 public:
  virtual ~FileDocuments() = default;
  // Returns the next texts, or nullopt after the last. `begin` of the batch is not set.
  virtual std::optional<DocumentBatch> next() = 0;
};

class DocumentReader {
 public:
  // Begins at `begin`: the documents before it are read and dropped, whole files before it are not read.
  DocumentReader(std::vector<std::filesystem::path> files, DocumentOptions options, DocumentPlace begin = {});

  // Returns the next documents, or nullopt after the last. Errors: those of the table floor; kInput for a file without
  // a column of texts, for a text that is not UTF-8 and for a document of more than 4 GiB, with its place.
  std::optional<DocumentBatch> next();

 private:
  std::vector<std::filesystem::path> files_;
  DocumentOptions options_;
  DocumentPlace place_;   // of the next batch
  uint64_t num_dropped_;  // documents of the file that are still to be dropped
  std::unique_ptr<FileDocuments> open_;
};

// Returns the files of the given files and folders: of a folder in the Hub's layout those of the split `split`, or if
// it is empty those of "train" or of the only split. Errors: those of table::dataset_files(); kUsage for an unknown
// split and for a file that is given twice.
std::vector<std::filesystem::path> corpus_files(const data::InputOptions& input, const std::string& split);

}  // namespace hone::corpus
