// Writes parquet and arrow files, batch by batch. Internal to the floor.
#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "table/row_file.h"

namespace hone::table {

std::unique_ptr<RowFile> create_parquet_file(const std::filesystem::path& path, std::vector<FileColumn> columns);
// An Arrow IPC stream, the format of HF datasets' .arrow files.
std::unique_ptr<RowFile> create_arrow_file(const std::filesystem::path& path, std::vector<FileColumn> columns);

}  // namespace hone::table
