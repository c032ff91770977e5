// Holds the chunks of a table while a reader adds them: in memory up to a limit, then in a mapped temporary file.
// Internal.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <vector>

#include "table/table_data.h"
#include "table/temporary_file.h"

namespace hone::table {

class ChunkStore {
 public:
  // A memory_limit of 0 means a quarter of the machine's memory.
  ChunkStore(uint64_t memory_limit, std::filesystem::path folder);

  void add(Chunk chunk);
  // Returns all chunks, in the order in which they were added.
  std::vector<Chunk> finish();
  bool spilled() const { return file_ != nullptr; }

 private:
  struct Place {
    size_t chunk;
    int64_t offset, size;
    bool has_lines;
  };

  void spill(size_t chunk);
  void map_spilled();

  uint64_t memory_limit_, memory_ = 0;
  std::filesystem::path folder_;
  std::vector<Chunk> chunks_;
  std::shared_ptr<TemporaryFile> file_;
  int64_t file_size_ = 0;
  std::vector<Place> places_;
};

}  // namespace hone::table
