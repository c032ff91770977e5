// Cleans rows by rules that are off by default, in one stated order, and records what each rule changed.
#pragma once

#include <filesystem>

#include "data/clean_options.h"
#include "data/clean_record.h"

namespace hone::data {

// Applies the rules and writes the rows and the record. Errors: those of check_clean_options(), of reading and of
// writing; kUsage if a rule needs a label column that is missing; kInput for a corrected label that the output's column
// cannot hold.
CleanRecord clean_rows(const CleanOptions& options);

// Writes every row to a parquet file, with its text changed by the text rules; the row rules are not applied. Errors:
// those of clean_rows().
void write_changed_texts(const CleanOptions& options, const std::filesystem::path& path);

}  // namespace hone::data
