// Splits the rows of files, and writes a file for each part.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/json.h"
#include "data/inputs.h"
#include "data/near_duplicates.h"
#include "data/outputs.h"

namespace hone::data {

struct SplitOptions : NearDuplicateOptions {
  InputOptions input;
  std::filesystem::path output_dir;
  std::string output_format;
  bool overwrite = false;
  std::string parts = "80/10/10";
  std::vector<std::string> part_names;
  bool stratify = true, deduplicate_across = false;
  std::string group_column, time_column;
  uint64_t seed = 42;

  template <typename Self, typename Visitor>
  static void fields(Self& self, Visitor& visit) {
    InputOptions::fields(self.input, visit);
    table::ColumnOptions::fields(self.input, visit);
    visit.group("Parts");
    visit("parts", self.parts, "sizes of the parts, in percent or as any numbers in proportion").value_name("N/N/N");
    visit("part_names", self.part_names, "names of the parts, which are the names of the files")
        .value_name("NAME,...")
        .default_text("train,validation,test; of two parts: train,test");
    visit("stratify", self.stratify, "give each part the same share of every class");
    visit("group_column", self.group_column, "rows with equal values in this column stay in one part")
        .value_name("NAME")
        .default_text("none");
    visit("time_column", self.time_column, "the oldest rows become the first part, the newest the last")
        .value_name("NAME")
        .default_text("the rows are split at random");
    visit("deduplicate_across", self.deduplicate_across, "equal and nearly equal texts stay in one part");
    NearDuplicateOptions::fields(self, visit);
    visit("seed", self.seed, "seed of the random order; the order is that of datasets' shuffle(seed)");
    visit.group("Output");
    visit("output_dir", self.output_dir, "folder for the files of the parts").required().value_name("DIR");
    visit("output_format", self.output_format, "format of the files")
        .choices(choices_of(table::kRowFileFormatNames))
        .default_text("that of the first input");
    visit("overwrite", self.overwrite, "replace files that exist; without it that is an error");
  }
};

struct SplitPart {
  std::string name, file;
  uint64_t rows = 0;
  std::vector<uint64_t> class_rows;  // in the order of SplitReport::classes
};

struct SplitReport {
  std::vector<std::string> classes;  // empty if the rows have no classes
  std::vector<SplitPart> parts;
};

// Splits the rows of all files and writes the parts. Errors: those of reading and writing; kUsage for options that
// contradict each other; kInput for classes that are too small.
SplitReport split_files(const SplitOptions& options);

Json to_json(const SplitReport& report);
std::string to_text(const SplitReport& report);

}  // namespace hone::data
