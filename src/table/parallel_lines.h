// Two text files whose lines belong together, such as a text and its translation.
#pragma once

#include <filesystem>
#include <span>

#include "table/read.h"
#include "table/rows.h"

namespace hone::table {

// Returns a row for each line, with the columns "text" and "target". Also reads .gz, .xz, .zst and .bz2, whatever the
// rest of the name says. Errors: those of read_rows; kUsage for another number of files; kInput for files with another
// number of lines, naming both.
Rows read_parallel_lines(std::span<const std::filesystem::path> texts, std::span<const std::filesystem::path> targets,
                         const ReadOptions& options = {});

}  // namespace hone::table
