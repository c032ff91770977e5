// The temporary file holds one Arrow IPC stream for each chunk, because the columns of chunks may differ. Chunks then
// point into the mapped file.
#include "table/chunk_store.h"

#include <arrow/io/file.h>
#include <arrow/io/memory.h>
#include <arrow/ipc/reader.h>
#include <arrow/ipc/writer.h>
#include <arrow/util/byte_size.h>
#include <unistd.h>

#include "base/log.h"
#include "table/arrow_status.h"

namespace hone::table {

namespace {

uint64_t quarter_of_memory() {
  return static_cast<uint64_t>(sysconf(_SC_PHYS_PAGES)) * static_cast<uint64_t>(sysconf(_SC_PAGE_SIZE)) / 4;
}

// Returns the batch with the line numbers as its last column.
std::shared_ptr<arrow::RecordBatch> with_lines(const Chunk& chunk) {
  if (chunk.lines == nullptr) return chunk.batch;
  return take_arrow(chunk.batch->AddColumn(chunk.batch->num_columns(), "", chunk.lines), *chunk.source);
}

void put_back(Chunk& chunk, std::shared_ptr<arrow::RecordBatch> batch, bool has_lines) {
  if (!has_lines) {
    chunk.batch = std::move(batch);
    return;
  }
  const int last = batch->num_columns() - 1;
  chunk.lines = std::static_pointer_cast<arrow::UInt64Array>(batch->column(last));
  chunk.batch = take_arrow(batch->RemoveColumn(last), *chunk.source);
}

}  // namespace

ChunkStore::ChunkStore(uint64_t memory_limit, std::filesystem::path folder)
    : memory_limit_(memory_limit != 0 ? memory_limit : quarter_of_memory()), folder_(std::move(folder)) {}

void ChunkStore::add(Chunk chunk) {
  if (!chunk.mapped) {
    memory_ += static_cast<uint64_t>(take_arrow(arrow::util::ReferencedBufferSize(*chunk.batch), *chunk.source));
  }
  chunks_.push_back(std::move(chunk));
  if (memory_ <= memory_limit_) return;
  const size_t first = places_.empty() ? 0 : chunks_.size() - 1;
  for (size_t i = first; i < chunks_.size(); ++i) {
    if (!chunks_[i].mapped) spill(i);
  }
}

void ChunkStore::spill(size_t index) {
  Chunk& chunk = chunks_[index];
  if (file_ == nullptr) {
    file_ = std::make_shared<TemporaryFile>(folder_);
    log_info("the rows are larger than {} MB: hone keeps them in a temporary file in {}", memory_limit_ >> 20,
             file_->folder().string());
  }
  auto sink = take_arrow(arrow::io::BufferOutputStream::Create(), *chunk.source);
  const auto batch = with_lines(chunk);
  auto writer = take_arrow(arrow::ipc::MakeStreamWriter(sink, batch->schema()), *chunk.source);
  check_arrow(writer->WriteRecordBatch(*batch), *chunk.source);
  check_arrow(writer->Close(), *chunk.source);
  const auto bytes = take_arrow(sink->Finish(), *chunk.source);
  file_->write(std::string_view(reinterpret_cast<const char*>(bytes->data()), static_cast<size_t>(bytes->size())));
  places_.push_back({index, file_size_, bytes->size(), chunk.lines != nullptr});
  file_size_ += bytes->size();
  chunk.batch = nullptr;
  chunk.lines = nullptr;
  chunk.mapped = true;
}

void ChunkStore::map_spilled() {
  const std::string name = file_->folder().string();
  const auto map = take_arrow(arrow::io::MemoryMappedFile::Open(file_->path(), arrow::io::FileMode::READ), name);
  for (const Place& place : places_) {
    const auto bytes = take_arrow(map->ReadAt(place.offset, place.size), name);
    const auto stream = std::make_shared<arrow::io::BufferReader>(bytes);
    const auto reader = take_arrow(arrow::ipc::RecordBatchStreamReader::Open(stream), name);
    std::shared_ptr<arrow::RecordBatch> batch;
    check_arrow(reader->ReadNext(&batch), name);
    check_internal(batch != nullptr, "a spilled chunk is empty");
    put_back(chunks_[place.chunk], std::move(batch), place.has_lines);
    chunks_[place.chunk].keep_alive = map;
  }
}

std::vector<Chunk> ChunkStore::finish() {
  if (spilled()) map_spilled();
  return std::move(chunks_);
}

}  // namespace hone::table
